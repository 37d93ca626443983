import type { Load, LoadedRequest } from "./measure/measured-load.js";
import type { Way } from "./measure/ways.js";
import { rankTest, spreadOf } from "./statistics.js";
import {
  timeNames,
  type Difference,
  type PushFigures,
  type TimeFigure,
  type TimeName,
  type WayFigures,
} from "./types.js";

/** The loads of a page by one way, one for each run. */
export interface WayLoads {
  readonly way: Way;
  readonly loads: readonly Load[];
}

/** A difference is called one when chance makes it so rarely (of 1): there are some twenty of them for each page … */
const SIGNIFICANCE = 0.01;

/** … and when somebody may notice it: of the time without help, and in milliseconds. A frame takes 17 ms. */
const NOTICEABLE_PART = 0.03;
const NOTICEABLE_MS = 10;

/** @param all the first is that without help */
export function figuresOf(all: readonly WayLoads[]): readonly WayFigures[] {
  const [plain] = all;
  const needed = new Set(plain?.loads.flatMap(({ requests }) => requests.filter(isNeeded).map(({ target }) => target)));
  const plainTimes = timesOf(plain?.loads ?? [], needed);
  return all.flatMap(({ way, loads }) => {
    const sample = medianLoad(loads);
    if (sample === undefined) return [];
    const times = timesOf(loads, needed);
    return {
      name: way.name,
      flags: way.flags,
      times,
      differences: way === plain?.way ? {} : differencesOf(plainTimes, times),
      requests: spreadOf(loads.map(({ requests }) => requests.length)).median,
      bytes: spreadOf(loads.map(({ requests }) => requests.reduce((sum, { bytes }) => sum + bytes, 0))).median,
      depth: depthOf(sample.requests.filter(isNeeded)),
      twice: fetchedTwice(sample.requests),
      unused: sample.announced.filter((target) => !needed.has(target)),
      missing: [...new Set(sample.requests.filter(({ status }) => status >= 400).map(({ target }) => target))],
      announced: sample.announced,
      ...(sample.lcpElement === undefined ? {} : { lcpElement: sample.lcpElement }),
      sample,
    };
  });
}

/** What pushes gain: until the last byte is there that the browser asked for, too. */
export function pushFiguresOf(without: readonly Load[], pushed: readonly Load[]): PushFigures | undefined {
  const needed = new Set(without.flatMap(({ requests }) => requests.map(({ target }) => target)));
  const [from, to] = [timesOf(without, needed).last, timesOf(pushed, needed).last];
  const sample = medianLoad(pushed);
  if (from === undefined || to === undefined || sample === undefined) return undefined;
  return { without: from, with: to, difference: differenceOf(from, to), pushed: sample.announced, sample };
}

const isNeeded = ({ isAhead }: LoadedRequest) => !isAhead;

const medianLoad = (loads: readonly Load[]) =>
  loads.toSorted((a, b) => a.load - b.load)[Math.floor((loads.length - 1) / 2)];

function timesOf(loads: readonly Load[], needed: ReadonlySet<string>): Partial<Record<TimeName, TimeFigure>> {
  const of = (name: TimeName) => loads.map((load) => (name === "last" ? lastOf(load, needed) : load[name]));
  const figures = timeNames.flatMap((name) => {
    const values = of(name).filter((value) => value !== undefined);
    return values.length < loads.length || values.length === 0
      ? []
      : [[name, { ...spreadOf(values), values }] as const];
  });
  return Object.fromEntries(figures);
}

/** When the last byte of what the page needs was there. */
const lastOf = ({ requests }: Load, needed: ReadonlySet<string>) =>
  Math.max(...requests.filter((request) => isNeeded(request) && needed.has(request.target)).map(({ end }) => end));

function differencesOf(
  plain: Partial<Record<TimeName, TimeFigure>>,
  times: Partial<Record<TimeName, TimeFigure>>,
): Partial<Record<TimeName, Difference>> {
  const differences = timeNames.flatMap((name) => {
    const [from, to] = [plain[name], times[name]];
    return from === undefined || to === undefined ? [] : [[name, differenceOf(from, to)] as const];
  });
  return Object.fromEntries(differences);
}

export function differenceOf(from: TimeFigure, to: TimeFigure): Difference {
  const by = to.median - from.median;
  const p = rankTest(from.values, to.values);
  const isNoticeable = Math.abs(by) >= Math.max(NOTICEABLE_PART * from.median, NOTICEABLE_MS);
  return { by, part: by / from.median, p, isReal: isNoticeable && p < SIGNIFICANCE };
}

/** A file can be fetched in parts: that is not twice. */
function fetchedTwice(requests: readonly LoadedRequest[]): readonly string[] {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const { target, status } of requests) {
    if (status === 206) continue;
    if (once.has(target)) twice.add(target);
    once.add(target);
  }
  return [...twice];
}

/** How long the longest chain is in which each file asks for the next. */
export function depthOf(requests: readonly LoadedRequest[]): number {
  const askers = new Map(requests.map(({ target, by }) => [target, by]));
  const depth = (target: string, seen: ReadonlySet<string>): number => {
    const by = askers.get(target);
    return by === undefined || seen.has(by) ? 0 : 1 + depth(by, new Set([...seen, by]));
  };
  return Math.max(0, ...requests.map(({ target }) => depth(target, new Set([target]))));
}
