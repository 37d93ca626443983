import type { Load, LoadedRequest, Means } from "../measure/measured-load.js";
import { counted, escaped, kilobytes, milliseconds } from "./markup.js";

/** What the colours of bars and lines mean. */
export const KEY: readonly (readonly [name: string, text: string])[] = [
  ["page", "the page"],
  ["found", "found by the browser"],
  ["link", "announced by Link"],
  ["hint", "announced by a 103"],
  ["push", "pushed"],
  ["fcp", "first paint"],
  ["lcp", "largest paint"],
  ["load", "load event"],
];

const MEANS: Readonly<Record<Means, string>> = {
  page: "the page",
  found: "found by the browser",
  link: "announced by Link",
  hint: "announced by a 103",
  push: "pushed",
};

/** When the last of some loads is over: their common time line ends there (milliseconds). */
export const endOf = (loads: readonly Load[]) =>
  Math.max(1, ...loads.flatMap(({ requests, load, lcp = 0 }) => [load, lcp, ...requests.map(({ end }) => end)]));

/**
 * One load, a row for each request, as a table: a bar is there for the eye, and all that it shows in words too.
 *
 * @param end of the time line, in milliseconds
 */
export function waterfall(title: string, load: Load, end: number): string {
  const times = [
    load.fcp === undefined ? [] : [["fcp", "first paint", load.fcp] as const],
    load.lcp === undefined ? [] : [["lcp", "largest paint", load.lcp] as const],
    load.fcp === undefined ? [] : [["load", "load event", load.load] as const],
  ].flat();
  const marks = times
    .map(([name, , time]) => `<i class="mark ${name}" style="--from:${share(time, end)}"></i>`)
    .join("");
  const said = [
    counted(load.requests.length, "request"),
    ...times.map(([, text, time]) => `${text} ${milliseconds(time)}`),
  ];
  const rows = load.requests.map((request) => row(request, marks, end)).join("\n");
  return `<table class="waterfall">
<caption>${escaped(title)} <span class="quiet">${said.join(", ")}</span></caption>
<thead class="hidden"><tr><th scope="col">File</th><th scope="col">From its request to its last byte</th></tr></thead>
<tbody>
${rows}
</tbody></table>`;
}

function row(request: LoadedRequest, marks: string, end: number): string {
  const { target, start, first, end: last, means } = request;
  const width = Math.max(0, last - start);
  const wait = width === 0 ? 0 : Math.min(100, (100 * Math.max(0, first - start)) / width);
  const style = `--from:${share(start, end)};--width:${share(width, end)};--wait:${wait.toFixed(1)}%`;
  return `<tr tabindex="0"><th scope="row">${escaped(target)}</th><td><i class="bar ${means}" style="${style}"></i>${marks}<span class="hidden">${escaped(detail(request))}</span><span class="detail" aria-hidden="true"><b>${escaped(target)}</b><br>${escaped(detail(request))}</span></td></tr>`;
}

function detail({ status, bytes, start, first, end, priority, by, means, isAhead }: LoadedRequest): string {
  return [
    `${Math.round(start)} to ${milliseconds(end)}, first byte at ${milliseconds(first)}`,
    `${status === 0 ? "no answer" : status}, ${kilobytes(bytes)}`,
    MEANS[means],
    ...(by === undefined ? [] : [`asked for by ${by}`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(isAhead ? ["ahead, for another page"] : []),
  ].join("; ");
}

const share = (time: number, end: number) => `${((100 * Math.max(0, time)) / end).toFixed(2)}%`;
