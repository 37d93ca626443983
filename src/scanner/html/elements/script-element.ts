import type { HtmlLexer } from "../lexer.js";
import { isScriptType } from "../../lookup.js";
import { NEED } from "../../url/reference.js";
import type { TagReferences } from "./tag-references.js";

/** What refers to the file of a classic script. */
export const CLASSIC_SCRIPT = "script";
export const MODULE_SCRIPT = "module script";

/** A question to the browser, and the word alone: not in the name of a file. */
const ASKS_FOR_MAPS = /\bsupports(?:\?\.)?\(\s*(["'`])importmap\1\s*\)/g;
const MAP_WORD = /(?<![-\w./])importmap(?![-\w.])/;

/** Whether a classic script may add an import map. */
export const mayAddImportMap = (script: string) =>
  script.includes("importmap") && MAP_WORD.test(script.replaceAll(ASKS_FOR_MAPS, ""));

/** Reads the `script` element that the lexer stands at: where its file is, and when it runs (HTML §4.12.1). */
export function readScriptElement(lexer: HtmlLexer, references: TagReferences, inSvg: boolean): void {
  const src = inSvg ? (lexer.attribute("href") ?? lexer.attribute("xlink:href")) : lexer.attribute("src");
  const kind = kindOf(lexer);
  if (kind === "data" || src === undefined) return;
  const isAsync = lexer.attribute("async") !== undefined;
  if (kind === "module") {
    const need = isAsync ? NEED.asyncScript : NEED.module;
    return references.add(src, "script", need, MODULE_SCRIPT, {
      rel: "modulepreload",
      ...references.fetchAttributes(),
    });
  }
  if (lexer.attribute("nomodule") !== undefined) return references.ignore(src, "script", "nomodule");
  const isDeferred = lexer.attribute("defer") !== undefined;
  const need = isAsync ? NEED.asyncScript : isDeferred ? NEED.deferredScript : NEED.blockingScript;
  const charset = lexer.attribute("charset");
  const link = { rel: "preload" as const, ...references.fetchAttributes() };
  references.add(src, "script", need, CLASSIC_SCRIPT, charset === undefined ? link : { ...link, charset });
}

/** Whether the inline script that the lexer stands at runs as a classic one. */
export function isClassicInline(lexer: HtmlLexer): boolean {
  return kindOf(lexer) === "classic" && lexer.attribute("nomodule") === undefined;
}

function kindOf(lexer: HtmlLexer): "classic" | "module" | "data" {
  const type = lexer.attribute("type");
  const language = lexer.attribute("language") ?? "";
  if (type === undefined) return language === "" || isScriptType(`text/${language}`) ? "classic" : "data";
  const trimmed = type.trim().toLowerCase();
  if (type.toLowerCase() === "module") return "module";
  return type === "" || isScriptType(trimmed) ? "classic" : "data";
}
