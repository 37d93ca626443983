import { UrlPattern } from "../pattern.js";

/** @throws for what is no pattern: a bug */
function pattern(source: string): UrlPattern {
  const parsed = UrlPattern.parse(source);
  if (typeof parsed === "string") throw new Error(`${parsed}: ${source}`);
  return parsed;
}

const EVERYTHING = pattern("/*");

/** Longer than any path that a client asks for and a system has a file for. */
const MAX_PATH_LENGTH = 1000;

/**
 * Patterns for all that a text may mean which is no pattern itself: all that
 * begins as far as it is plain, on every host.
 */
export function closedFor(text: string): readonly UrlPattern[] {
  const paths = text.split(/[\s,]+/).filter((word) => /^\/|:\/\//.test(word));
  return paths.map((word) => {
    const path = word.replace(/^[^/]*:\/\/[^/]*/, "");
    const [plain = ""] = path.split(/[*:?#()[\]{}|^$\\;]/, 1);
    // Two slashes in front begin no path: it may be anything.
    if (plain.startsWith("//") || plain.length > MAX_PATH_LENGTH) return EVERYTHING;
    // The dot of a regular expression's `.*` or `.+` stands for anything, too.
    return pattern(`/${plain.slice(1).replace(/(^|\/)\.\+?$/, "$1")}*`);
  });
}
