import { createHash } from "node:crypto";
import { frameDestinations } from "../../delivery/navigation.js";
import {
  decodedPath,
  escaped,
  type ExportedFile,
  type ExportedSite,
  fieldsOf,
  hasControls,
  isAtLeast,
  treePattern,
} from "../format.js";
import { MAX_NGINX_WORD } from "../targets.js";
import type { ExportedPage } from "../exported-page.js";
import { type Rule, shareLists } from "../shared-lists.js";

/** A key of a map has to fit into a bucket of a cache line, with a pointer and its length (bytes). */
const MAX_KEY = 44;

/** So many keys are written as expressions, which are tried one after another, before the buckets are made larger. */
const MAX_EXPRESSIONS = 100;

/**
 * Maps from the page to its `Link` for the `http` block, and the lines that
 * use them for the `server` block. `$uri` is what nginx has made of the path:
 * decoded, and that of the file which answers.
 */
export function nginx({ pages, version }: ExportedSite): ExportedFile[] {
  const { lists, rules } = shareLists(pages);
  const fields = [...lists].map(([number, { links }]) => [number, fieldsOf(links, MAX_NGINX_WORD)] as const);
  const count = fields.reduce((most, [, { length }]) => Math.max(most, length), 1);
  const names = Array.from({ length: count }, (_, index) => `$h2push_link${index === 0 ? "" : index + 1}`);
  const values = names.map((name, index) =>
    map("$h2push_list", name, [
      'default "";',
      ...fields.flatMap(([number, { [index]: field }]) => (field === undefined ? [] : `${number} ${quoted(field)};`)),
    ]),
  );
  const { isRoomy, directives } = sizes(rules);
  const maps = [
    ...directives,
    ...dollar(values),
    ...paths(pages),
    // A frame may be sandboxed, and what needs CORS is then refused to it.
    map("$http_sec_fetch_dest", "$h2push_page", [
      ...frameDestinations.map((name) => `${name} "";`),
      "default $h2push_path;",
    ]),
    map("$h2push_page", "$h2push_list", ["default 0;", ...keys(rules, isRoomy)]),
    ...values,
  ];
  const pushes = isAtLeast(version, [1, 13, 9]) && !isAtLeast(version, [1, 25, 1]) && version !== undefined;
  const server = [...names.map((name) => `add_header Link ${name};`), ...(pushes ? ["http2_push_preload on;"] : [])];
  const text = maps.join("\n");
  const ours = (lines: string) => withNamesOf(lines, createHash("sha256").update(text).digest("hex").slice(0, 6));
  const usage = [
    "Include this file in the http block of nginx.",
    ...(directives.length > 0
      ? ["Where that sets a map_hash size already, leave ours out and set the larger one."]
      : []),
  ];
  return [
    { name: "h2push-map.conf", usage, text: ours(text) },
    { name: "h2push-server.conf", usage: usageOf(version, pushes), text: ours(server.join("\n")) },
  ];
}

/** The path whose list it is: that of the file which answers, of an application that of the request. */
function paths(pages: readonly ExportedPage[]): string[] {
  const directory = String.raw`"~^(?<h2push_directory>.*/)index\.html$" $h2push_directory;`;
  const routed = pages.filter(({ links }) => links.some(({ route }) => route === true));
  // The application's own page: all others are below it.
  const [application] = routed
    .map(({ pathname }) => pathname)
    .filter((path) => path.endsWith("/"))
    .toSorted();
  if (application === undefined) return [map("$uri", "$h2push_path", [directory, "default $uri;"])];
  const own = escaped(application);
  const asked = String.raw`"~^${own}index\.html (?!${own}(?:index\.html)?(?:\?|$))(?<h2push_asked>[^?]*?)/?(?:\?|$)" $h2push_asked;`;
  return [
    map("$uri", "$h2push_file", [directory, "default $uri;"]),
    map('"$uri $request_uri"', "$h2push_path", [asked, "default $h2push_file;"]),
  ];
}

/** Variables are of the whole server: those of two sites must not have the same names. */
const withNamesOf = (text: string, site: string) => text.replaceAll(/(?<=\$\{?|<)h2push_/g, `h2push_${site}_`);

function usageOf(version: readonly number[] | undefined, pushes: boolean): string[] {
  const usage = [
    "Include this file in the server block of the site.",
    "A location with an add_header of its own inherits none of these: include it there, too.",
  ];
  if (pushes) usage.push("Clients that take pushes are pushed what is announced, others get Link.");
  if (isAtLeast(version, [1, 29, 0])) {
    usage.push(
      "nginx sends no 103 of its own. From 1.29.0 on, early_hints passes on the one of an upstream:",
      "put h2push --delivery hints, or another server that sends one, behind proxy_pass.",
    );
  }
  return usage;
}

const map = (from: string, to: string, lines: readonly string[]) =>
  `map ${from} ${to} {\n${lines.map((line) => `    ${line}\n`).join("")}}`;

/** Strings are compared without regard to case: where that matters, expressions take their place. */
function keys(rules: readonly Rule[], isRoomy: boolean): string[] {
  const counts = new Map<string, number>();
  const decoded = rules.map((rule) => ({
    rule,
    text: decodedPath(rule.kind === "page" ? rule.pathname : rule.directory),
  }));
  for (const { rule, text } of decoded) {
    if (rule.kind === "page") counts.set(text.toLowerCase(), (counts.get(text.toLowerCase()) ?? 0) + 1);
  }
  return decoded.map(({ rule, text }) => {
    if (rule.kind === "tree") return `${quoted(`~^${treePattern(text)}$`, true)} ${rule.list};`;
    const isPlain =
      counts.get(text.toLowerCase()) === 1 && !hasControls(text) && (isRoomy || Buffer.byteLength(text) <= MAX_KEY);
    return `${isPlain ? quoted(text, true) : quoted(`~^${escaped(text)}$`, true)} ${rule.list};`;
  });
}

/** A word in quotes. A dollar sign begins a variable, but not in the key of a map. */
function quoted(text: string, isKey = false): string {
  const word = text.replaceAll(/["\\]/g, String.raw`\$&`);
  return `"${isKey ? word : word.replaceAll("$", "${h2push_dollar}")}"`;
}

/** There is no escape for a dollar sign; the value of a geo block holds no variables. */
const dollar = (values: readonly string[]) =>
  values.some((text) => text.includes("{h2push_dollar}")) ? ['geo $h2push_dollar {\n    default "$";\n}'] : [];

/** Room for long keys and many of them, where the defaults don't suffice: both may be set once in the server. */
function sizes(rules: readonly Rule[]): { readonly isRoomy: boolean; readonly directives: readonly string[] } {
  const lengths = rules.flatMap((rule) => (rule.kind === "page" ? Buffer.byteLength(decodedPath(rule.pathname)) : []));
  const isRoomy = lengths.filter((length) => length > MAX_KEY).length > MAX_EXPRESSIONS;
  const power = (least: number) => 2 ** Math.ceil(Math.log2(least));
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const directives = [
    ...(isRoomy ? [`map_hash_bucket_size ${power(longest + 20)};`] : []),
    ...(lengths.length > 1500 ? [`map_hash_max_size ${power(lengths.length * 2)};`] : []),
  ];
  return { isRoomy, directives };
}
