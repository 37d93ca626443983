import type { Context } from "../needs-list.js";

/** A script of a page. */
export interface ScriptText {
  readonly text: string;
  readonly context: Pick<Context, "pathname" | "base">;
}

/** What asks for something by script, with what it asks for where that is a text that stands there. */
const ASKING = [
  ["import()", /\bimport\s*\(\s*(?:(["'`])([^"'`$\\]*)\1)?/g],
  ["a worker", /\bnew\s+(?:Shared)?Worker\s*\(\s*(?:new\s+URL\s*\(\s*)?(?:(["'`])([^"'`$\\]*)\1)?/g],
  ["fetch()", /(?<![\w$.])fetch\s*\(\s*(?:(["'`])([^"'`$\\]*)\1)?/g],
] as const;

/**
 * Tells what the scripts of a page ask for when, and if, they come to it. What
 * is listed all the same is told too.
 */
export function explainScripts(
  scripts: readonly ScriptText[],
  ignore: (url: string, reason: string, base?: URL) => void,
): void {
  for (const { text, context } of scripts) {
    for (const [what, pattern] of ASKING) {
      for (const [, , url = ""] of text.matchAll(pattern)) {
        const by = `${what} in ${context.pathname}`;
        if (url === "") ignore(by, "only running shows what, and when");
        else ignore(url, `${by}: only running shows when`, context.base);
      }
    }
  }
}
