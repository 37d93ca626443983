import type { Load, LoadedRequest } from "../../src/report/measure/measured-load.js";
import { WAYS, type Way, type WayName } from "../../src/report/measure/ways.js";
import type { WayLoads } from "../../src/report/page-figures.js";

export const wayOf = (name: WayName): Way => {
  const way = WAYS.find((known) => known.name === name);
  if (way === undefined) throw new Error(`no way ${name}`);
  return way;
};

export const request = (target: string, more: Partial<LoadedRequest> = {}): LoadedRequest => ({
  target,
  destination: "script",
  status: 200,
  bytes: 1000,
  start: 0,
  first: 50,
  end: 100,
  means: "found",
  isAhead: false,
  ...more,
});

const page = request("/", { destination: "document", means: "page" });

/** A load with one time for paint and load event. */
export const load = (ms: number, more: Partial<Load> = {}): Load => ({
  ttfb: 100,
  fcp: ms,
  lcp: ms,
  lcpElement: "h1",
  load: ms,
  requests: [page, request("/a.js", { by: "/", end: ms }), request("/b.js", { by: "/a.js", end: ms })],
  announced: [],
  left: [],
  foreign: [],
  ...more,
});

/** Five loads around a time. */
export const loadsOf = (name: WayName, ms: number, more: Partial<Load> = {}): WayLoads => ({
  way: wayOf(name),
  loads: [-8, -3, 0, 2, 9].map((off) => load(ms + off, more)),
});
