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
}

/** Cloudflare takes lines of 1,000 and 2,000 characters, Netlify any; no client takes a field of more than this. */
const LONGEST_LINE = 8192;

/** The lines of a rule file but for empty ones and comments. */
export function linesOf(content: string, errors: LineError[]): readonly Line[] {
  return content
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap((line, index): Line[] => {
      const text = line.trim();
      if (text === "" || text.startsWith("#")) return [];
      if (text.length <= LONGEST_LINE) return [{ number: index + 1, text }];
      errors.push({ line: index + 1, message: `the line is longer than ${LONGEST_LINE} characters` });
      return [];
    });
}
