import { frameDestinations } from "../../delivery/navigation.js";
import {
  decodedPath,
  escaped,
  hasControls,
  type ExportedFile,
  type ExportedSite,
  linksOf,
  treePattern,
} from "../format.js";
import { shareLists } from "../shared-lists.js";
import type { ExportedPage } from "../exported-page.js";

/** A snippet for a Caddyfile: which page has which list, and what a page with that list is given. */
export function caddy({ pages, earlyHints }: ExportedSite): ExportedFile[] {
  const { lists, rules } = shareLists(pages);
  // Which page it is, is told of no page that has a brace in its name: see `targets.ts`.
  const keys = rules.flatMap((rule) => {
    const text = decodedPath(rule.kind === "page" ? rule.pathname : rule.directory);
    if (rule.kind === "tree") return `${word(`~^${treePattern(text)}$`)} ${rule.list}`;
    // Caddy answers for the index of a directory by its own name, too.
    const names = text.endsWith("/") ? [text, `${text}index.html`] : [text];
    return names.map((name) => `${word(hasControls(name) ? `~^${escaped(name)}$` : name)} ${rule.list}`);
  });
  const lines = [
    // A frame may be sandboxed, and what needs CORS is then refused to it.
    "map {http.request.header.Sec-Fetch-Dest} {h2push_page} {",
    ...indented([...frameDestinations.map((name) => `${name} none`), "default {http.request.orig_uri.path}"]),
    "}",
    "map {h2push_page} {h2push_list} {",
    ...indented([...keys, "default 0"]),
    "}",
    ...[...lists].flatMap(([number, page]) => given(number, page, earlyHints)),
  ];
  const usage = [
    "Import this file at the top of the Caddyfile, and the snippet in the site's block:",
    "  import h2push",
    "What is not there goes with the list of its directory, too: Caddy adds fields before it looks.",
  ];
  return [{ name: "h2push.caddy", usage, text: ["(h2push) {", ...indented(lines), "}"].join("\n") }];
}

function given(number: number, page: ExportedPage, earlyHints: boolean): string[] {
  const matcher = `@h2push_${number}`;
  const early = earlyHints && page.hints.length > 0;
  // What goes with the 103 goes with the final response, too.
  const written = early ? page.hints : page.links;
  const fields = linksOf(written).map((link) => `header ${matcher} +Link ${word(link)}`);
  return [
    `${matcher} {`,
    "\tmethod GET",
    `\tvars {h2push_list} ${number}`,
    "}",
    ...fields,
    ...(early ? [`respond ${matcher} 103`] : []),
    ...pushed(matcher, written, page.pushes),
  ];
}

/** `push` pushes what it names, and what `Link` announces. */
function pushed(matcher: string, written: ExportedPage["links"], pushes: ExportedPage["pushes"]): string[] {
  const announced = new Set(written.map(({ target }) => target));
  const others = pushes.filter(({ target }) => !announced.has(target));
  if (pushes.length === 0) return [];
  if (others.length === 0) return [`push ${matcher}`];
  return [`push ${matcher} {`, ...indented(others.map(({ target }) => `GET ${word(target)}`)), "}"];
}

/** In back quotes nothing is escaped, and in double quotes a back quote stands for itself. */
const word = (text: string) => (text.includes("`") ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `\`${text}\``);

const indented = (lines: readonly string[]) => lines.map((line) => `\t${line}`);
