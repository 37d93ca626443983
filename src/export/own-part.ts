import { H2PushError } from "../errors.js";

/** What our part of a file stands between: comments in each of the formats. */
const BEGIN = "# h2push begin";
const END = "# h2push end";

/** A file as it is without our part, and where that stood. */
interface Others {
  readonly before: string;
  readonly after: string;
}

/**
 * What others have written into a file, around our part.
 *
 * @param name of the file, for an error
 * @throws {H2PushError} "output" when our part has lost one of its marks: what is ours can't be told then
 */
export function othersIn(text: string, name: string): Others {
  const begins = linesThatSay(text, BEGIN);
  const ends = linesThatSay(text, END);
  const [begin, end] = [begins[0], ends[0]];
  if (begin === undefined && end === undefined) return { before: text, after: "" };
  if (begin === undefined || end === undefined || begins.length + ends.length > 2 || end < begin) {
    const line = text.slice(0, begin ?? end).split("\n").length;
    const hint = `mend or remove what stands between ${BEGIN} and ${END}: each has to be there once`;
    throw new H2PushError("output", `our part of ${name} has lost its beginning or its end (line ${line})`, hint);
  }
  const next = text.indexOf("\n", end);
  return { before: text.slice(0, begin), after: next < 0 ? "" : text.slice(next + 1) };
}

/** Where lines begin that say this and nothing else. */
const linesThatSay = (text: string, line: string) =>
  [...text.matchAll(new RegExp(`^${line}[ \\t]*\\r?$`, "gm"))].map(({ index }) => index);

/**
 * A file with our part as it is now, in its old place, or at the end. Nothing
 * else in it changes; a file that has had no part of ours gets a line break
 * before it where it needs one.
 */
export function withOwnPart(text: string, part: string, name: string): string {
  const { before, after } = othersIn(text, name);
  const lineBreak = before === "" || before.endsWith("\n") ? "" : "\n";
  return `${before}${lineBreak}${BEGIN}\n${part}\n${END}\n${after}`;
}
