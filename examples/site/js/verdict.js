/** What differs by less is taken for the same: a part of the time, and milliseconds. */
const SMALL = 0.05;
const SMALL_MS = 15;

/**
 * What the four loads show, as keys of texts and the figures that these are
 * filled with: `saved` and `total` in ms, `percent` as a part of 1, `count` of files.
 *
 * @param {Record<"none" | "link" | "hints" | "push", { total: number, rows: { vain?: object }[] }>} loads
 * @param {number} think how long the page took to be made (ms)
 * @returns {[key: string, figures: Record<string, number>][]}
 */
export function verdict({ none, link, hints, push }, think) {
  return [linkVerdict(none, link), hintsVerdict(link, hints, think), ["verdict.push.gain", { total: push.total }]];
}

function linkVerdict(none, link) {
  const saved = none.total - link.total;
  if (!isGain(saved, none.total)) return ["verdict.link.none", {}];
  return ["verdict.link.gain", { saved, percent: saved / none.total }];
}

function hintsVerdict(link, hints, think) {
  const twice = hints.rows.filter(({ vain }) => vain).length;
  if (twice > 0) return ["verdict.hints.vain", { count: twice }];
  const saved = link.total - hints.total;
  if (isGain(saved, link.total)) return ["verdict.hints.gain", { saved }];
  return [think === 0 ? "verdict.hints.ready" : "verdict.hints.none", {}];
}

const isGain = (saved, of) => saved > Math.max(SMALL_MS, SMALL * of);
