import type { ParseError } from "jsonc-parser";

/**
 * Where a text ceases to be JSON: the offset of what can't be there, or the
 * end of the text. Node's own error says it on some of its lines, and for some
 * mistakes. The parser is loaded for a file that has one.
 */
export async function syntaxErrorAt(text: string): Promise<number> {
  const { parse } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  return errors[0]?.offset ?? text.length;
}

/** Line and column of an offset, from 1. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|[\n\r]/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
