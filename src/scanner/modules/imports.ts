import { Script } from "node:vm";

import type { Export, Import, parse as Parse } from "es-module-lexer";

/** One static import or re-export of a module script. */
export interface ModuleRequest {
  readonly specifier: string;
  /** What the `type` attribute asks for; "script" without one. */
  readonly type: "script" | "json" | "style";
  readonly offset: number;
}

/** What a module script imports; nothing when it does not parse, as a browser then loads nothing for it. */
export interface ScriptFacts {
  readonly imports: readonly ModuleRequest[];
  /** It was found not to parse: neither it nor what imports it runs. */
  readonly isBroken: boolean;
}

const NONE: ScriptFacts = { imports: [], isBroken: false };
const BROKEN: ScriptFacts = { imports: [], isBroken: true };
const TYPES = { css: "style", json: "json" } as const;

let parse: typeof Parse | undefined;

/** Loads and compiles the lexer, which `readScript` needs: most pages have no module scripts. */
export async function scriptLexer(): Promise<void> {
  if (parse !== undefined) return;
  const lexer = await import("es-module-lexer");
  await lexer.init();
  parse = lexer.parse;
}

/** Reads the static imports of a module script, in order, each once. */
export function readScript(text: string): ScriptFacts {
  if (parse === undefined) throw new Error("the lexer is not loaded");
  if (!/\b(?:import|export)\b/.test(text)) return NONE;
  // A line for the shell is a comment (ECMAScript §12.5), which the lexer and a function's text do not know.
  const source = text.replace(/^\uFEFF?#!/, "//");
  try {
    const [imports, exports] = parse(source);
    const requests = requestsOf(imports);
    if (requests === undefined) return BROKEN;
    if (requests.length > 0) checkSyntax(source, imports, exports);
    return { imports: requests, isBroken: false };
  } catch (error) {
    if (error instanceof Error) return BROKEN;
    throw error;
  }
}

/** Undefined when one of them can't be met, and with it none is loaded. */
function requestsOf(imports: readonly Import[]): ModuleRequest[] | undefined {
  const requests = new Map<string, ModuleRequest>();
  for (const entry of imports) {
    if (entry.type === "dynamic" || entry.type === "import-meta" || entry.phase === "source") continue;
    let type: ModuleRequest["type"] = "script";
    for (const [key, value] of entry.attributes ?? []) {
      if (key !== "type" || (value !== "css" && value !== "json")) return undefined;
      type = TYPES[value];
    }
    const { specifier, start } = entry;
    if (!requests.has(specifier)) requests.set(specifier, { specifier, type, offset: start });
  }
  return [...requests.values()];
}

/**
 * Has V8, which is Chromium's judge too, look at the syntax: the lexer takes
 * much that is none. What only a module may have is taken out first, as
 * Node compiles a module from text behind a flag alone.
 *
 * @throws SyntaxError when the script is no module script.
 */
function checkSyntax(source: string, imports: readonly Import[], exports: readonly Export[]): void {
  const edits: Edit[] = [];
  for (const { type, importStart, importEnd } of imports) {
    if (type === "static" || type === "reexport-star") edits.push({ from: importStart, to: importEnd, text: ";" });
    else if (type === "import-meta") edits.push({ from: importStart, to: importEnd, text: "({})" });
  }
  const seen = new Set<number>();
  // One with `from` is gone with the import that it is, too.
  for (const { exportStart } of exports) {
    if (seen.has(exportStart)) continue;
    seen.add(exportStart);
    edits.push(withoutExport(source, exportStart));
  }
  // eslint-disable-next-line no-new -- compiled to be judged, and never run
  void new Script(`(async()=>{"use strict";${apply(source, edits)}\n})`);
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const EXPORT_DEFAULT = /export\s+default\b\s*(async\s+function\b\s*\*?|function\b\s*\*?|class\b)?/y;
/** What follows the keyword of a declaration without a name. */
const ANONYMOUS = /\s*(?:[({]|extends\b)/y;

/** Makes an export declaration a plain one. */
function withoutExport(source: string, from: number): Edit {
  EXPORT_DEFAULT.lastIndex = from;
  const match = EXPORT_DEFAULT.exec(source);
  if (match !== null) {
    const [text, declaration] = match;
    ANONYMOUS.lastIndex = from + text.length;
    const plain = declaration === undefined ? "_=" : declaration + (ANONYMOUS.test(source) ? " _$ " : "");
    return { from, to: from + text.length, text: plain };
  }
  const start = from + "export".length;
  if (!/^\s*\{/.test(source.slice(start, start + 100))) return { from, to: start, text: "" };
  const end = source.indexOf("}", start);
  return { from, to: end < 0 ? source.length : end + 1, text: ";" };
}

function apply(source: string, edits: Edit[]): string {
  let result = "";
  let at = 0;
  for (const { from, to, text } of edits.sort((a, b) => a.from - b.from)) {
    if (from < at) continue;
    result += source.slice(at, from) + text;
    at = to;
  }
  return result + source.slice(at);
}
