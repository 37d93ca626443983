import type { ManifestEntry } from "../manifest/types.js";
import { writeLink } from "../delivery/link.js";
import type { ExportedPage } from "./exported-page.js";

/** A site as a format is given it. */
export interface ExportedSite {
  /** Those with nothing to say too: a rule for a directory must not speak for them. */
  readonly pages: readonly ExportedPage[];
  /** A 103 is wanted where the target sends one. */
  readonly earlyHints: boolean;
  /** Directories with other files than pages, at any depth: a rule for all that is in one would speak of these. */
  readonly mixed: ReadonlySet<string>;
  /** Version of the target's program: [1, 22, 1]; undefined for a current one. */
  readonly version: readonly number[] | undefined;
}

/** Our part of a file. */
export interface ExportedFile {
  readonly name: string;
  /** What the user is to do with the file, a sentence a line. */
  readonly usage: readonly string[];
  readonly text: string;
}

/** The link-values of these entries. */
export const linksOf = (entries: readonly ManifestEntry[]): string[] =>
  entries.flatMap((entry) => writeLink(entry) ?? []);

/** Link-values put together into fields of at most so many characters, in order. */
export function fieldsOf(entries: readonly ManifestEntry[], most: number): string[] {
  const fields: string[] = [];
  for (const link of linksOf(entries)) {
    const last = fields.at(-1);
    if (last !== undefined && last.length + ", ".length + link.length <= most)
      fields[fields.length - 1] = `${last}, ${link}`;
    else fields.push(link);
  }
  return fields;
}

/** Whether a version is at least another one; a current one is. */
export function isAtLeast(version: readonly number[] | undefined, least: readonly number[]): boolean {
  if (version === undefined) return true;
  for (const [index, number] of least.entries()) {
    const own = version[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** What ends or breaks a line of a configuration, as a line break in a file's name. */
const CONTROLS = /(?![\x80-\x9F])\p{Cc}/gu;

export const hasControls = (text: string): boolean => text.search(CONTROLS) >= 0;

/** Text with control characters as regular expressions (PCRE, RE2) and strings of Ruby write them. */
export const withoutControls = (text: string): string =>
  text.replaceAll(CONTROLS, (char) => String.raw`\x` + char.charCodeAt(0).toString(16).padStart(2, "0"));

/** Text as a part of a regular expression (PCRE, RE2). */
export const escaped = (text: string): string =>
  withoutControls(text.replaceAll(/[\\^$.*+?()[\]{}|#]/g, String.raw`\$&`));

/** A page's path and, for the index of a directory, that of its file, as a regular expression without its ends. */
export const pagePattern = (pathname: string): string =>
  pathname.endsWith("/") ? `${escaped(pathname)}(?:index\\.html)?` : escaped(pathname);

/** All pages below a directory: what ends in a slash, or as HTML does. */
export const treePattern = (directory: string): string => `${escaped(directory)}(?:.*/)?(?:[^/]*\\.(?i:html?|xhtml))?`;

/** Whether the path of a directory without its slash stands for the page of the directory, and for no other. */
export const isServedBare = (pathname: string, names: ReadonlySet<string>): boolean =>
  pathname !== "/" && pathname.endsWith("/") && !names.has(`${pathname.slice(0, -1)}.html`);

/** A path as servers have it that decode it first; as it is where it is no UTF-8. */
export function decodedPath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
