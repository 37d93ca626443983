import { frameDestinations } from "../../delivery/navigation.js";
import {
  decodedPath,
  escaped,
  type ExportedFile,
  type ExportedSite,
  fieldsOf,
  isAtLeast,
  treePattern,
} from "../format.js";
import { MAX_NGINX_WORD } from "../targets.js";
import { type Rule, shareLists } from "../shared-lists.js";

/** A key of a map has to fit into a bucket of a cache line, with a pointer and its length. */
const MAX_KEY = 44;

/**
 * Maps from the page to its `Link` for the `http` block, and the lines that
 * use them for the `server` block. `$uri` is what nginx has made of the path:
 * decoded, and that of the index file of a directory.
 */
export function nginx({ pages, version }: ExportedSite): ExportedFile[] {
  const { lists, rules } = shareLists(pages, true);
  const fields = [...lists].map(([number, { links }]) => [number, fieldsOf(links, MAX_NGINX_WORD)] as const);
  const count = fields.reduce((most, [, { length }]) => Math.max(most, length), 1);
  const names = Array.from({ length: count }, (_, index) => `$h2push_link${index === 0 ? "" : index + 1}`);
  const values = names.map((name, index) =>
    map("$h2push_list", name, [
      'default "";',
      ...fields.flatMap(([number, { [index]: field }]) => (field === undefined ? [] : `${number} ${quoted(field)};`)),
    ]),
  );
  const maps = [
    ...sizes(rules),
    ...dollar(values),
    map("$uri", "$h2push_path", [
      String.raw`"~^(?<h2push_directory>.*/)index\.html$" $h2push_directory;`,
      "default $uri;",
    ]),
    // A frame may be sandboxed, and what needs CORS is then refused to it.
    map("$http_sec_fetch_dest", "$h2push_page", [
      ...frameDestinations.map((name) => `${name} "";`),
      "default $h2push_path;",
    ]),
    map("$h2push_page", "$h2push_list", ["default 0;", ...keys(rules)]),
    ...values,
  ];
  const pushes = isAtLeast(version, [1, 13, 9]) && !isAtLeast(version, [1, 25, 1]) && version !== undefined;
  const server = [...names.map((name) => `add_header Link ${name};`), ...(pushes ? ["http2_push_preload on;"] : [])];
  return [
    { name: "h2push-map.conf", usage: ["Include this file in the http block of nginx."], text: maps.join("\n") },
    { name: "h2push-server.conf", usage: usageOf(version, pushes), text: server.join("\n") },
  ];
}

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
function keys(rules: readonly Rule[]): string[] {
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
    const isPlain = counts.get(text.toLowerCase()) === 1;
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

/** Room for long keys and many of them, where the defaults don't suffice. */
function sizes(rules: readonly Rule[]): string[] {
  const pages = rules.flatMap((rule) => (rule.kind === "page" ? decodedPath(rule.pathname) : []));
  const longest = pages.reduce((most, path) => Math.max(most, Buffer.byteLength(path)), 0);
  const bucket = 2 ** Math.ceil(Math.log2(longest + 20));
  return [
    ...(longest > MAX_KEY ? [`map_hash_bucket_size ${bucket};`] : []),
    ...(pages.length > 1500 ? [`map_hash_max_size ${2 ** Math.ceil(Math.log2(pages.length * 2))};`] : []),
  ];
}
