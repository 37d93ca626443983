import { escapeHtml as escaped } from "../../io/text/escape-html.js";
import type { InspectedLoad, InspectedRequest, Means } from "../loads/types.js";

/** Colours of the means, which white and black paper both show. */
const COLOURS: Readonly<Record<Means, string>> = {
  page: "#6b7280",
  found: "#8a6d3b",
  link: "#1d6fb8",
  hint: "#8a4fbf",
  push: "#15803d",
};

const WIDTH = 960;
const NAMES = 300;
const ROW = 20;
const HEAD = 48;

/** A load as a picture that stands by itself: a bar for each request, from its request to its last byte. */
export function loadSvg(load: InspectedLoad): string {
  const { requests, start, page } = load;
  const end = Math.max(start + 1, ...requests.map((request) => request.end ?? request.first ?? request.start));
  const x = (time: number) => (NAMES + ((WIDTH - NAMES - 10) * (time - start)) / (end - start)).toFixed(1);
  const height = HEAD + ROW * requests.length + 10;
  const hint = load.hint === undefined ? "" : mark(x(load.hint), height);
  const rows = requests.map((request, at) => row(request, HEAD + ROW * at, x, end));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12">
<title>${escaped(page)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="20" font-size="14" font-weight="bold">${escaped(shortened(page, 80))}</text>
<text x="10" y="38">${key()}</text>
<text x="${WIDTH - 10}" y="20" text-anchor="end">${(end - start).toFixed(1)} ms</text>
${hint}${rows.join("\n")}
</svg>
`;
}

function row(
  { target, means, start, first, end, outcome }: InspectedRequest,
  y: number,
  x: (time: number) => string,
  last: number,
) {
  const from = x(start);
  const begun = x(first ?? end ?? last);
  const until = x(end ?? last);
  const width = (a: string, b: string) => Math.max(1, Number(b) - Number(a)).toFixed(1);
  const stroke = outcome === "reset" || outcome === "gone" ? ' stroke="#b91c1c" stroke-dasharray="3 2"' : "";
  return `<text x="10" y="${y + 14}">${escaped(shortened(target, 44))}</text>
<rect x="${from}" y="${y + 8}" width="${width(from, begun)}" height="3" fill="${COLOURS[means]}" opacity="0.5"/>
<rect x="${begun}" y="${y + 4}" width="${width(begun, until)}" height="11" fill="${COLOURS[means]}"${stroke}/>`;
}

const mark = (x: string, height: number) =>
  `<path d="M${x} ${HEAD - 4}V${height - 6}" stroke="${COLOURS.hint}" stroke-dasharray="4 3"><title>103</title></path>\n`;

const key = () =>
  Object.entries(COLOURS)
    .map(([means, colour]) => `<tspan fill="${colour}">■ ${means} </tspan>`)
    .join(" ");

const shortened = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length / 2 - 1)}…${text.slice(1 - length / 2)}`;
