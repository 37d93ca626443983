import { differenceOf } from "./page-figures.js";
import type { WayName } from "./measure/ways.js";
import type { Difference, TimeName, Verdict, WayFigures } from "./types.js";

/** How the loads were made, as far as the verdict says why. */
export interface Circumstances {
  readonly rtt: number;
  readonly kbps: number;
  readonly think: number;
  readonly runs: number;
}

/** In none of these may a page become slower. */
const JUDGED: readonly TimeName[] = ["lcp", "load", "fcp"];

/**
 * Gains in these count, in this order. A first paint that alone is sooner is no
 * reason to do anything: in which frame it falls is chance on many pages. Whether
 * the last byte comes sooner or later, nobody sees who sees the page.
 */
const GAINED: readonly TimeName[] = ["lcp", "load"];

const LABELS: Readonly<Record<TimeName, string>> = {
  ttfb: "first byte",
  fcp: "first paint",
  lcp: "largest paint",
  load: "load event",
  last: "last needed byte",
};

/** Runs with which the rank test can tell anything. */
const FEWEST_RUNS = 5;

/** Less than this part of a time is no reason to do anything: what two reports say of so little is seldom the same. */
const LEAST_GAIN = 1 / 5;
/** Nobody's page is to be worse: harm is told earlier. */
const LEAST_HARM = 1 / 10;

const leastOf = (sign: 1 | -1) => (sign < 0 ? LEAST_GAIN : LEAST_HARM);

/** From this part of it on, and up to a tenth of the time above it, a difference is worth more loads … */
const NEARLY = 0.8;
const NEAR = 1 / 10;

/** … and a larger one where chance may have made it, but not where it is likely to. */
const HOPELESS = 0.3;

const NO_DIFFERENCE: Difference = { by: 0, part: 0, p: 1, isReal: false };

/** Whether so few loads leave open what to do about a page. */
export function isOpen({ differences }: WayFigures): boolean {
  const isNear = (names: readonly TimeName[], sign: 1 | -1) =>
    names.some((name) => {
      const { part, p, isReal } = differences[name] ?? NO_DIFFERENCE;
      const size = part * sign;
      const least = leastOf(sign);
      return p < HOPELESS && size >= NEARLY * least && (size < least + NEAR || !isReal);
    });
  return isNear(GAINED, -1) || isNear(JUDGED, 1);
}

/** What to do about a page, and why. @param ways the first is that without help */
export function verdictOf(ways: readonly WayFigures[], circumstances: Circumstances): Verdict {
  const [plain, ...others] = ways;
  const harmful = others.filter((way) => changed(way, JUDGED, 1).length > 0);
  const harmfulNames = harmful.map(({ name }) => name);
  const use = choose(others.filter((way) => !harmful.includes(way) && changed(way, GAINED, -1).length > 0));
  const harm = harmful.map((way) => ` Not ${way.name}: ${changes(way, plain, changed(way, JUDGED, 1).slice(0, 1))}.`);
  const text = use === undefined ? leave(ways, harmful, circumstances) : gain(use, plain, harmfulNames);
  return { ...(use === undefined ? {} : { use: use.name }), harmful: harmfulNames, text: text + harm.join("") };
}

/** The times that are really later (1) or sooner (-1), by a part that matters. */
function changed(
  { differences }: WayFigures,
  names: readonly TimeName[],
  sign: 1 | -1,
  least = leastOf(sign),
): readonly TimeName[] {
  return names.filter((name) => {
    const difference = differences[name];
    return difference?.isReal === true && difference.part * sign >= least;
  });
}

/** The best one; and where one that asks less of the user is no worse, that. */
function choose(gaining: readonly WayFigures[]): WayFigures | undefined {
  const [best] = gaining.toSorted((a, b) => scoreOf(a) - scoreOf(b));
  return best && gaining.find((way) => !isWorse(way, best));
}

const scoreOf = ({ differences }: WayFigures) =>
  GAINED.reduce((sum, name) => {
    const difference = differences[name];
    return difference?.isReal === true ? sum + Math.log(1 + difference.part) : sum;
  }, 0);

/** Less than this part of a time is not worth another option. */
const WORTH = 0.15;

const isWorse = (way: WayFigures, best: WayFigures) =>
  GAINED.some((name) => {
    const [from, to] = [best.times[name], way.times[name]];
    if (from === undefined || to === undefined) return false;
    const { isReal, part } = differenceOf(from, to);
    return isReal && part > WORTH;
  });

const HOW: Readonly<Record<WayName, string>> = {
  none: "Use --delivery none",
  auto: "Use h2push as it is",
  learned: "Use h2push as it is and let it learn",
  "link all": "Use --delivery link --announce all",
  hints: "Use --delivery hints",
  push: "Use --delivery push",
};

/** `auto` is h2push without a flag, which learns: not where that harms. */
const howOf = (way: WayName, harmful: readonly WayName[]) =>
  way === "auto" && harmful.includes("learned") ? "Use --no-learn" : HOW[way];

function gain(way: WayFigures, plain: WayFigures | undefined, harmful: readonly WayName[]): string {
  const sooner = changes(way, plain, changed(way, GAINED, -1));
  const chain = way.announced.length > 0 && plain !== undefined && plain.depth > way.depth;
  const count = way.announced.length;
  const announced = `${count} ${count === 1 ? "file is" : "files are"} announced`;
  const why = chain ? `the chain is ${plain.depth} deep, and ${announced}` : announced;
  return `${howOf(way.name, harmful)}: ${sooner}; ${why}.`;
}

/** "load event 980 → 735 ms (-25 %)" */
function changes(way: WayFigures, plain: WayFigures | undefined, names: readonly TimeName[]): string {
  const one = (name: TimeName) => {
    const [from, to, part] = [plain?.times[name]?.median, way.times[name]?.median, way.differences[name]?.part ?? 0];
    const percent = `${part > 0 ? "+" : "-"}${Math.abs(Math.round(part * 100))} %`;
    return `${LABELS[name]} ${from?.toFixed(0)} → ${to?.toFixed(0)} ms (${percent})`;
  };
  return names.map(one).join(", ");
}

/** What to do where nothing gains, and h2push without a flag harms: by what it announces, or by what it has learned. */
function leaving(harmful: readonly WayName[]): string {
  if (harmful.includes("auto")) return HOW.none;
  return harmful.includes("learned") ? "Use --no-learn" : "Leave it as it is";
}

/** @param ways the first is that without help */
function leave(
  [plain, ...others]: readonly WayFigures[],
  harmful: readonly WayFigures[],
  circumstances: Circumstances,
): string {
  if (circumstances.runs < FEWEST_RUNS) {
    return `${circumstances.runs} runs are too few to show a difference: use --runs ${FEWEST_RUNS} or more.`;
  }
  const hints = others.some(({ name }) => name === "hints") && circumstances.think === 0;
  const note = hints ? " A 103 gains most while the server thinks: --think MS." : "";
  const what = leaving(harmful.map(({ name }) => name));
  const little = littleGain(
    plain,
    others.filter((way) => !harmful.includes(way)),
  );
  if (little !== undefined) {
    return `${what}: nothing makes the largest paint or the load event sooner by a fifth. ${little}${note}`;
  }
  return `${what}: nothing makes this page faster. ${whyNot(plain, others, circumstances)}${note}`;
}

/** What is really sooner, and not by much. */
function littleGain(plain: WayFigures | undefined, others: readonly WayFigures[]): string | undefined {
  const gains = others.flatMap((way) => changed(way, JUDGED, -1, 0).map((name) => ({ way, name })));
  const [best] = gains.toSorted((a, b) => partOf(a) - partOf(b));
  return best && `The most is by ${best.way.name}: ${changes(best.way, plain, [best.name])}.`;
}

const partOf = ({ way, name }: { readonly way: WayFigures; readonly name: TimeName }) =>
  way.differences[name]?.part ?? 0;

/** By the HTML: no other file asks for anything, and no script fetches. */
const isNamed = ({ depth, sample }: WayFigures) =>
  depth <= 1 && sample.requests.every(({ destination, means }) => destination !== "" || means === "page");

/** The line is busy for this part of a load: then bytes decide. */
const BUSY = 0.75;

/** A round trip that nobody notices (milliseconds). */
const SHORT_RTT = 20;

function whyNot(plain: WayFigures | undefined, others: readonly WayFigures[], { rtt, kbps }: Circumstances): string {
  if (plain === undefined) return "";
  if (plain.requests === 1) return "It asks for nothing: everything is in the HTML itself.";
  if (others.every(({ announced }) => announced.length === 0)) {
    return isNamed(plain)
      ? "The HTML names all that it needs, and the browser finds it there."
      : `What scripts and frames load is left to the browser (the chain is ${plain.depth} deep).`;
  }
  const busy = kbps === 0 ? 0 : (plain.bytes * 8) / kbps;
  const last = plain.times.last?.median ?? plain.times.load?.median ?? 0;
  if (busy > BUSY * last)
    return `The line is busy for ${Math.round((busy / last) * 100)} % of the load: only fewer bytes help.`;
  if (rtt < SHORT_RTT) return `A round trip takes only ${rtt} ms.`;
  return `The chain is ${plain.depth} deep, and nothing that is painted or loaded waits for what can be announced.`;
}
