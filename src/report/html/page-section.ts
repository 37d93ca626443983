import type { PageNeeds } from "../../scanner/types.js";
import { timeNames, type PageResult, type TimeName, type WayFigures } from "../types.js";
import { chain } from "./chain.js";
import { counted, escaped, kilobytes, milliseconds } from "./markup.js";
import { endOf, waterfall } from "./load-waterfall.js";

const LABELS: Readonly<Record<TimeName, string>> = {
  ttfb: "First byte",
  fcp: "First paint (FCP)",
  lcp: "Largest paint (LCP)",
  load: "Load event",
  last: "Last needed byte",
};

/** What was measured of one page. @param needs what reading says of it */
export function pageSection(page: PageResult, needs: PageNeeds | undefined): string {
  const { path, ways, alike, push, foreign, verdict } = page;
  const loads = [...ways.map(({ sample }) => sample), ...(push === undefined ? [] : [push.sample])];
  const end = endOf(loads);
  const falls = ways.map(({ name, flags, sample }) => waterfall(`${name} (${flags})`, sample, end));
  const pushed = push === undefined ? [] : [waterfall("push, to a client that takes it", push.sample, end)];
  const notes = [
    ...Object.entries(alike).map(([name, other]) => `${name} tells the page the same as ${other}, and was not loaded.`),
    ...(foreign.length === 0 ? [] : [`Other hosts do not answer here: ${foreign.join(", ")}.`]),
  ].map((note) => `<p class="quiet">${escaped(note)}</p>`);
  return `<section>
<h2>${escaped(path)}</h2>
<p class="verdict">${escaped(verdict.text)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Figures of ${escaped(path)}">${figures(ways)}</div>
${notes.join("\n")}
<h3>Loads</h3>
${[...falls, ...pushed].join("\n")}
<h3>Who asks for what</h3>
${chain(ways[0]?.sample.requests ?? [])}
${lists(ways, needs)}
</section>`;
}

function figures(ways: readonly WayFigures[]): string {
  const row = (label: string, cell: (way: WayFigures) => string) =>
    `<tr><th scope="row">${label}</th>${ways.map((way) => `<td>${cell(way)}</td>`).join("")}</tr>`;
  const list = (targets: readonly string[]) => String(targets.length);
  return `<table class="figures"><thead><tr><td></td>${ways.map(({ name }) => `<th scope="col">${name}</th>`).join("")}</tr></thead><tbody>
${timeNames.map((name) => row(LABELS[name], (way) => timeCell(way, name))).join("\n")}
${row("Largest element", ({ lcpElement = "" }) => escaped(lcpElement))}
${row("Requests", ({ requests }) => String(requests))}
${row("Bytes", ({ bytes }) => kilobytes(bytes))}
${row("Files in a chain", ({ depth }) => String(depth))}
${row("Fetched twice", ({ twice }) => list(twice))}
${row("Announced and unused", ({ unused }) => list(unused))}
${row("Missing", ({ missing }) => list(missing))}
</tbody></table>`;
}

function timeCell({ times, differences }: WayFigures, name: TimeName): string {
  const time = times[name];
  if (time === undefined) return "–";
  const spread = `<span class="quiet">±${Math.round((time.high - time.low) / 2)}</span>`;
  const difference = differences[name];
  if (difference?.isReal !== true) return `${milliseconds(time.median)} ${spread}`;
  const percent = Math.abs(Math.round(difference.part * 100));
  const said =
    difference.by < 0 ? `<b class="sooner">${percent} % sooner</b>` : `<b class="later">${percent} % later</b>`;
  return `${milliseconds(time.median)} ${spread} ${said}`;
}

/** What is announced, what is left to the browser and why, and what reading has left out. */
function lists(ways: readonly WayFigures[], needs: PageNeeds | undefined): string {
  const auto = ways.find(({ name }) => name === "auto") ?? ways[0];
  const announced = auto?.announced ?? [];
  const left = (auto?.sample.left ?? []).map(({ target, reason }) => ({ target, why: reason }));
  const because = (targets: readonly string[]) =>
    targets.map((target) => ({ target, why: needs?.reasons.get(target) ?? "" }));
  const wrong = ways.flatMap(({ name, twice, unused }) => [
    ...twice.map((target) => ({ target, why: `fetched twice by ${name}` })),
    ...unused.map((target) => ({ target, why: `announced by ${name}, and nothing asks for it` })),
  ]);
  const missing = (ways[0]?.missing ?? []).map((target) => ({ target, why: "not there" }));
  const ignored = (needs?.ignored ?? []).map(({ target, reason }) => ({ target, why: reason }));
  return [
    list("Announced by h2push as it is", because(announced)),
    list("Left to the browser", left),
    list("Not on the list", ignored),
    list("What went wrong", [...wrong, ...missing]),
  ].join("\n");
}

function list(title: string, targets: readonly { readonly target: string; readonly why: string }[]): string {
  if (targets.length === 0) return "";
  const items = targets.map(
    ({ target, why }) =>
      `<li>${escaped(target)}${why === "" ? "" : ` <span class="quiet">(${escaped(why)})</span>`}</li>`,
  );
  return `<h3>${title} <span class="quiet">${counted(targets.length, "file")}</span></h3>\n<ul>${items.join("")}</ul>`;
}
