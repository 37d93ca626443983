import { H2PushError } from "../../errors.js";
import { isObject } from "../../io/json-object.js";
import type { PageResult, TimeName, WayFigures } from "../types.js";

/** What pages may take as `auto` serves them: without a flag, before anything is learned. */
export interface Budget {
  /** Milliseconds until the largest paint, and until the load event. */
  readonly maxLcp?: number;
  readonly maxLoad?: number;
  readonly maxRequests?: number;
  /** Content bytes as they are sent. */
  readonly maxBytes?: number;
  /** How much sooner the load event has to be than without help, in percent. */
  readonly minGain?: number;
}

const NAMES = ["maxLcp", "maxLoad", "maxRequests", "maxBytes", "minGain"] as const;

/** A budget for all pages, and others for some. */
export interface Budgets extends Budget {
  /** By URL path. */
  readonly pages?: Readonly<Record<string, Budget>>;
}

/**
 * Reads a file of budgets.
 *
 * @throws {H2PushError} "config", naming the file and the key
 */
export function readBudgets(text: string, file: string): Budgets {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new H2PushError("config", `not JSON: ${file}`, FORM, { cause: error });
  }
  if (!isObject(value)) throw new H2PushError("config", `not a budget: ${file}`, FORM);
  const { pages = {}, ...all } = value;
  if (!isObject(pages)) throw new H2PushError("config", `not budgets by page: pages in ${file}`, FORM);
  const byPage = Object.entries(pages).map(([page, budget]) => [
    page,
    checkBudget(budget, `pages["${page}"] in ${file}`),
  ]);
  return { ...checkBudget(all, file), pages: Object.fromEntries(byPage) };
}

const FORM = `for example { "maxLcp": 2500, "pages": { "/": { "maxRequests": 20 } } }`;

function checkBudget(value: unknown, where: string): Budget {
  if (!isObject(value)) throw new H2PushError("config", `not a budget: ${where}`, FORM);
  const known = new Set<string>(NAMES);
  for (const [name, limit] of Object.entries(value)) {
    if (!known.has(name))
      throw new H2PushError("config", `no such budget: ${name} in ${where}`, `there are ${NAMES.join(", ")}`);
    if (typeof limit === "number" && limit >= 0) continue;
    throw new H2PushError("config", `not a number: ${name} in ${where} (${JSON.stringify(limit)})`, FORM);
  }
  return value;
}

/** Budgets with other names for their pages. */
export const renamed = ({ pages = {}, ...all }: Budgets, names: ReadonlyMap<string, string>): Budgets => ({
  ...all,
  pages: Object.fromEntries(Object.entries(pages).map(([page, budget]) => [names.get(page) ?? page, budget])),
});

/** What is over its budget, a sentence each. */
export function overBudget(page: PageResult, budgets: Budgets): readonly string[] {
  const { path, ways, alike } = page;
  const served = ways.find(({ name }) => name === (alike.auto ?? "auto"));
  if (served === undefined) return [];
  const { maxLcp, maxLoad, maxRequests, maxBytes, minGain } = budgetOf(path, budgets);
  const over = (what: string, value: number | undefined, most: number | undefined, unit: string) => {
    if (most === undefined) return [];
    if (value === undefined)
      return `${path}: ${what} was not measured in every load, so it is not within ${most}${unit}`;
    return value <= most ? [] : `${path}: ${what} ${Math.round(value)}${unit} is over ${most}${unit}`;
  };
  return [
    over("LCP", timeOf(served, "lcp"), maxLcp, " ms"),
    over("load", timeOf(served, "load"), maxLoad, " ms"),
    over("requests", served.requests, maxRequests, ""),
    over("bytes", served.bytes, maxBytes, ""),
    underGain(path, gainOf(served), minGain),
  ].flat();
}

const budgetOf = (path: string, { pages, ...all }: Budgets): Budget => ({ ...all, ...pages?.[path] });

/** A page that could not be loaded keeps within no budget: a sentence for each that has one. */
export const notMeasured = (paths: readonly string[], budgets: Budgets): readonly string[] =>
  paths.flatMap((path) =>
    Object.keys(budgetOf(path, budgets)).length === 0 ? [] : `${path}: could not be loaded, so it is within no budget`,
  );

const timeOf = ({ times }: WayFigures, name: TimeName) => times[name]?.median;

/** In percent; what may be noise is none. */
function gainOf({ differences }: WayFigures): number {
  const { load } = differences;
  return load?.isReal === true ? -100 * load.part : 0;
}

const underGain = (path: string, gain: number, least: number | undefined) =>
  least === undefined || gain >= least
    ? []
    : `${path}: gain ${Math.round(gain)} % of the load time is under ${least} %`;
