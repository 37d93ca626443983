import { H2PushError } from "../../errors.js";
import { isObject } from "../../io/json-object.js";
import { differenceOf } from "../page-figures.js";
import { timeNames, type PageResult, type Report, type WayFigures } from "../types.js";

/**
 * Reads what `--format json` has written.
 *
 * @throws {H2PushError} "config", naming the file
 */
export function readReport(text: string, file: string): Report {
  const hint = "pass what h2push report --format json has written";
  try {
    const value: unknown = JSON.parse(text);
    if (isReport(value)) return value;
  } catch (error) {
    throw new H2PushError("config", `not JSON: ${file}`, hint, { cause: error });
  }
  throw new H2PushError("config", `not a report: ${file}`, hint);
}

const isReport = (value: unknown): value is Report =>
  isObject(value) && value["version"] === 1 && isObject(value["network"]) && areAll(value["pages"], isPage);

const isPage = (value: unknown) =>
  isObject(value) && typeof value["path"] === "string" && areAll(value["ways"], isWay) && isObject(value["verdict"]);

const isWay = (value: unknown) =>
  isObject(value) &&
  isObject(value["times"]) &&
  areAll(Object.values(value["times"]), isTime) &&
  areAll([value["requests"], value["bytes"], value["depth"]], isNumber) &&
  Array.isArray(value["missing"]);

const isTime = (value: unknown) => isObject(value) && isNumber(value["median"]) && areAll(value["values"], isNumber);

const isNumber = (value: unknown) => typeof value === "number";

const areAll = (values: unknown, test: (value: unknown) => boolean) => Array.isArray(values) && values.every(test);

/**
 * What is otherwise than in an earlier report, a sentence each: what stands outside the noise alone.
 *
 * @param isWhole all pages were measured that were to be
 */
export function changesSince(before: Report, after: Report, { isWhole = true } = {}): readonly string[] {
  const earlier = new Map(before.pages.map((page) => [page.path, page]));
  const isComparable = isAlike(before, after);
  const note = isComparable ? [] : ["the network, the window or the browser was another one: times are not compared"];
  const pages = after.pages.flatMap((page) => {
    const old = earlier.get(page.path);
    return old === undefined ? `${page.path}: new` : pageChanges(old, page, isComparable);
  });
  const paths = new Set(after.pages.map(({ path }) => path));
  const missing = isWhole ? before.pages.filter(({ path }) => !paths.has(path)) : [];
  const gone = missing.map(({ path }) => `${path}: not measured any more`);
  return [...note, ...pages, ...gone];
}

/** A window that one of them does not say may be any. */
function isAlike(before: Report, after: Report): boolean {
  const isOtherWindow =
    before.viewport !== undefined && after.viewport !== undefined && before.viewport !== after.viewport;
  return !isOtherWindow && JSON.stringify(conditionsOf(before)) === JSON.stringify(conditionsOf(after));
}

/** Without the network's name. */
const conditionsOf = ({ network: { rtt, kbps, loss = 0 }, think, browser }: Report) => ({
  rtt,
  kbps,
  loss,
  think,
  browser,
});

function pageChanges(before: PageResult, after: PageResult, isComparable: boolean): readonly string[] {
  const { path } = after;
  const [use, used] = [before.verdict.use ?? "nothing", after.verdict.use ?? "nothing"];
  const verdict = use === used ? [] : `${path}: what helps is ${used}, and was ${use}`;
  const ways = after.ways.flatMap((way) => {
    const old = before.ways.find(({ name }) => name === way.name);
    return old === undefined ? [] : wayChanges(`${path} ${way.name}`, old, way, isComparable);
  });
  return [verdict, ways].flat();
}

function wayChanges(title: string, before: WayFigures, after: WayFigures, isComparable: boolean): readonly string[] {
  const times = timeNames.flatMap((name) => {
    const [from, to] = [before.times[name], after.times[name]];
    if (!isComparable || from === undefined || to === undefined || !differenceOf(from, to).isReal) return [];
    return changed(`${title}: ${name}`, from.median, to.median, " ms");
  });
  const counts = (["requests", "bytes", "depth"] as const).flatMap((name) =>
    before[name] === after[name] ? [] : changed(`${title}: ${name}`, before[name], after[name], ""),
  );
  const missing = after.missing.filter((target) => !before.missing.includes(target));
  return [...times, ...counts, ...(missing.length === 0 ? [] : [`${title}: missing now: ${missing.join(" ")}`])];
}

function changed(what: string, from: number, to: number, unit: string): string {
  const part = Math.round((to / from - 1) * 100);
  const percent = Number.isFinite(part) && part !== 0 ? ` (${part > 0 ? "+" : ""}${part} %)` : "";
  return `${what} ${Math.round(from)} → ${Math.round(to)}${unit}${percent}`;
}
