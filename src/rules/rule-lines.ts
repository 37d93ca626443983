/** What is wrong with one line of a rule file. The other lines stand. */
export interface LineError {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  /** In lower case, the value named. */
  readonly message: string;
  readonly hint?: string;
}

/** A line that says something. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without space around it. */
  readonly text: string;
  /** Too long to be read: what it says is not known, and `text` is its beginning. */
  readonly cut: boolean;
}

/** Cloudflare takes lines of 1,000 and 2,000 characters, Netlify any; no client takes a field of more than this. */
const MAX_LINE_LENGTH = 8192;

/** What is wrong with a line that is cut. */
export const TOO_LONG = `the line is longer than ${MAX_LINE_LENGTH} characters`;

/** The lines of a rule file but for empty ones and comments. */
export function linesOf(content: string): readonly Line[] {
  return content
    .replace(/^\uFEFF/, "")
    .split(/\r\n?|\n/)
    .flatMap((line, index): Line[] => {
      const text = line.trim();
      if (text === "" || text.startsWith("#")) return [];
      return [{ number: index + 1, text: text.slice(0, MAX_LINE_LENGTH), cut: text.length > MAX_LINE_LENGTH }];
    });
}
