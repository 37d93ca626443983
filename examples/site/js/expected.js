/**
 * How a load goes if nothing but round trips takes time: an estimate to
 * compare the measured loads with.
 *
 * @param {{ target: string, parent?: string }[]} files the page first
 * @param {{ rtt: number, think: number }} network milliseconds
 * @returns {Record<"none" | "link" | "hints" | "push", { target: string, start: number, end: number }[]>}
 */
export function expectedLoads(files, { rtt, think }) {
  const page = { start: 0, end: think + rtt };
  const rows = (timesOf) => {
    const known = new Map();
    for (const { target, parent } of files)
      known.set(target, parent === undefined ? page : timesOf(known.get(parent) ?? page));
    return [...known].map(([target, times]) => ({ target, ...times }));
  };
  const after = (start) => ({ start, end: start + rtt });
  return {
    none: rows((parent) => after(parent.end)),
    link: rows(() => after(page.end)),
    // The 103 is there after one round trip; what it names is asked for then.
    hints: rows(() => after(Math.min(rtt, page.end))),
    push: rows(() => ({ start: Math.min(rtt, page.end), end: page.end })),
  };
}

/** @param {{ end: number }[]} rows */
export const totalOf = (rows) => Math.max(...rows.map(({ end }) => end), 0);
