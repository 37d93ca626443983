// The API reference in examples/README.md, made from the types: `npm run build`, then `node .ci/api-reference.mjs`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const types = fileURLToPath(new URL("../node_modules/.cache/h2push-types/src/", import.meta.url));
const file = fileURLToPath(new URL("../examples/README.md", import.meta.url));
const START = "<!-- The rest is made from the types, by .ci/api-reference.mjs. -->\n";

/** The entries of the package, and the modules that they are made of. */
const entries = {
  h2push: "index.d.ts",
  "h2push/express": "adapters/express.d.ts",
  "h2push/fastify": "adapters/fastify.d.ts",
  "h2push/hono": "adapters/hono.d.ts",
  "h2push/vite": "adapters/vite.d.ts",
};

const read = (module) => readFileSync(join(types, module), "utf8");

/** Where a name of a module is declared: there, or in one that it is imported or exported from. */
function declarationOf(module, name) {
  const text = read(module);
  const found = new RegExp(
    `^export (?:declare )?(?:interface|type|class|function|const) ${name}\\b(?! *\\})`,
    "m",
  ).exec(text);
  if (found !== null) return { module, name, text: cut(text, found.index) };
  const from = namesFrom(text).find((one) => one.local === name);
  if (from === undefined) return undefined;
  return declarationOf(relative(".", join(dirname(module), from.path.replace(/\.js$/, ".d.ts"))), from.name);
}

/** What a module takes from others of ours: `import type { A } from "./a.js"`, and the same with `export`. */
function namesFrom(text) {
  return [...text.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from "(\.[^"]+)";/gm)].flatMap(([, names, path]) =>
    names.split(",").flatMap((item) => {
      const [, name, local = name] = /^\s*(?:type )?(\w+)(?: as (\w+))?\s*$/.exec(item) ?? [];
      return name === undefined ? [] : [{ name, local, path }];
    }),
  );
}

/** The names that a module exports. */
function exportsOf(module) {
  const text = read(module);
  const declared = [...text.matchAll(/^export (?:declare )?(?:interface|type|class|function|const) (\w+)/gm)];
  const passed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) => names.split(","));
  const names = [...declared.map(([, name]) => name), ...passed.map((item) => item.trim().replace(/^type /, ""))];
  return [...new Set(names.filter((name) => name !== ""))];
}

/** A declaration from its comment to its end. */
function cut(text, at) {
  const comment = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(text.slice(0, at));
  let depth = 0;
  for (const { 0: token, index } of text.slice(at).matchAll(/\/\*[\s\S]*?\*\/|"[^"]*"|[{([]|[})\]]|;/g)) {
    if ("{([".includes(token)) depth++;
    else if ("})]".includes(token)) depth--;
    if (depth > 0 || (token !== ";" && token !== "}")) continue;
    const end = at + index + 1;
    const isWhole = token === ";" || /^export (?:declare )?(?:interface|class) /.test(text.slice(at));
    if (isWhole) return { comment: comment?.[0] ?? "", code: text.slice(at, end) };
  }
  throw new Error(`no end of ${text.slice(at, at + 60)}`);
}

/** The text of a doc comment. */
function prose(comment) {
  const lines = comment.replace(/^\/\*\*|\*\/\s*$/g, "").split("\n");
  const text = lines
    .map((line) => line.replace(/^ *\* ?/, "").trim())
    .join("\n")
    .trim();
  return text.replace(/^@(\w+)/gm, "- **$1**");
}

/** The words that a list of them stands for: `(typeof deliveryModes)[number]`. */
function words(module, code) {
  return code.replace(/\(typeof (\w+)\)\[number\]/g, (whole, list) => {
    const values = new RegExp(`const ${list}: readonly \\[([^\\]]*)\\]`).exec(read(module))?.[1];
    return values === undefined ? whole : values.split(", ").join(" | ");
  });
}

function section({ module, name, text: { comment, code } }) {
  const bare = words(module, code)
    .replace(/^export (?:declare )?/, "")
    .replace(/^ {4}/gm, "  ")
    .replace(/^ {6}/gm, "    ");
  return [`### ${name}`, prose(comment), "```ts\n" + bare + "\n```"].filter((part) => part !== "").join("\n\n");
}

/** Names of our types that what is exported names, and that the package does not export. */
export function unexported() {
  const known = new Set(exportsOf(entries.h2push));
  return Object.values(entries).flatMap((entry) =>
    exportsOf(entry).flatMap((name) => {
      const { module, text } = declarationOf(entry, name);
      const code = text.code.replace(/\/\*[\s\S]*?\*\/|"[^"]*"/g, "");
      const named = new Set(code.match(/\b[A-Z]\w+\b/g));
      const ours = [...named].filter((other) => other !== name && isOurs(module, other));
      return ours
        .filter((other) => !known.has(other) && !exportsOf(entry).includes(other))
        .map((other) => `${name} names ${other}`);
    }),
  );
}

const isOurs = (module, name) =>
  declarationOf(module, name) !== undefined || new RegExp(`\\b(?:interface|type|class) ${name}\\b`).test(read(module));

/** The reference as examples/README.md has it: each name where it is declared, what the adapters pass on under h2push alone. */
export function apiReference() {
  const parts = Object.entries(entries).map(([entry, module]) => {
    const all = exportsOf(module).map((name) => declarationOf(module, name));
    const own = entry === "h2push" ? all : all.filter((one) => one.module.startsWith("adapters/"));
    const sorted = own.sort((a, b) => (a.name < b.name ? -1 : 1));
    return [`## ${entry}`, ...sorted.map(section)].join("\n\n");
  });
  return parts.join("\n\n") + "\n";
}

/** The file with the reference in it. */
export function withReference(text) {
  const at = text.indexOf(START);
  return text.slice(0, at === -1 ? undefined : at + START.length) + (at === -1 ? START : "") + "\n" + apiReference();
}

export const readme = () => readFileSync(file, "utf8");

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, withReference(readme()));
