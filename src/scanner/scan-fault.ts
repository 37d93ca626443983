import { relative } from "node:path";
import { errorOf, systemCode } from "../errors.js";
import { LruMap } from "../io/lru-map.js";
import type { Scanner } from "./scanner.js";
import type { SiteFile } from "./lookup.js";
import type { PageNeeds } from "./types.js";

/** The needs of a page of which nothing is known. */
export const NO_NEEDS: PageNeeds = {
  entries: [],
  mayHaveImportMap: true,
  reasons: new Map(),
  missing: [],
  ignored: [],
};

/** What reading a file threw: a fault of ours, whatever the file contains. */
export class ScanFault extends Error {
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(errorOf(cause).message, { cause });
    this.file = file;
  }
}

/** Has what reading a file throws say which file that was. */
export function readingOf<A, T>({ file }: SiteFile, read: (content: A) => T): (content: A) => T {
  return (content) => {
    try {
      return read(content);
    } catch (error) {
      throw new ScanFault(file, error);
    }
  };
}

/** What a system says that can't give a file now, whatever the file is: it is asked again. */
const passing = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** What reading throws for a file that has gone, or may not be read. */
export function isWithheld(error: unknown): boolean {
  const code = systemCode(error);
  return code !== undefined && !passing.has(code);
}

/** A page whose file the system withholds needs nothing. */
export function withoutFile(error: unknown): PageNeeds {
  if (!isWithheld(error)) throw error;
  return NO_NEEDS;
}

export interface FaultOptions {
  /** Absolute path of the site's root. */
  readonly root: string;
  /** Told once of a page whose scan fails, in a sentence; once more when it fails after it has succeeded. */
  readonly notice: (text: string) => void;
}

/** Pages whose faults are remembered as told. */
const MAX_TOLD_PAGES = 1000;
const MAX_MESSAGE_LENGTH = 200;

/**
 * A scanner's `page` that never rejects: a page whose scan fails needs
 * nothing, as a page is never worse off than without its links.
 */
export function withoutFaults(scanner: Pick<Scanner, "page">, { root, notice }: FaultOptions): Scanner["page"] {
  const told = new LruMap<string>(MAX_TOLD_PAGES);
  return async (pathname, file, context) => {
    try {
      const needs = await scanner.page(pathname, file, context);
      told.delete(pathname);
      return needs;
    } catch (error) {
      const text = faultText(pathname, relative(root, error instanceof ScanFault ? error.file : file.file), error);
      if (told.get(pathname) !== text) {
        told.set(pathname, text);
        notice(text);
      }
      return NO_NEEDS;
    }
  };
}

function faultText(pathname: string, file: string, error: unknown): string {
  const line = errorOf(error).message.replaceAll(/\s+/g, " ").slice(0, MAX_MESSAGE_LENGTH);
  const ours = systemCode(error) === undefined ? ", please report it" : "";
  return `${pathname} goes without links: reading ${file} failed (${line})${ours}`;
}
