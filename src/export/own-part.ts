/** What our part of a file stands between: comments in each of the formats. */
const BEGIN = "# h2push begin";
const END = "# h2push end";

/** A file as it is without our part, and where that stood. */
interface Others {
  readonly before: string;
  readonly after: string;
}

/** What others have written into a file, around our part. */
export function othersIn(text: string): Others {
  const begin = lineAt(text, BEGIN);
  const end = begin === undefined ? undefined : lineAt(text, END, begin);
  if (begin === undefined || end === undefined) return { before: text, after: "" };
  const next = text.indexOf("\n", end);
  return { before: text.slice(0, begin), after: next < 0 ? "" : text.slice(next + 1) };
}

/** Where a line begins that says this and nothing else. */
function lineAt(text: string, line: string, from = 0): number | undefined {
  const found = new RegExp(`^${line}[ \\t]*\\r?$`, "m").exec(text.slice(from));
  return found === null ? undefined : from + found.index;
}

/**
 * A file with our part as it is now, in its old place, or at the end. Nothing
 * else in it changes; a file that has had no part of ours gets a line break
 * before it where it needs one.
 */
export function withOwnPart(text: string, part: string): string {
  const { before, after } = othersIn(text);
  const lineBreak = before === "" || before.endsWith("\n") ? "" : "\n";
  return `${before}${lineBreak}${BEGIN}\n${part}\n${END}\n${after}`;
}
