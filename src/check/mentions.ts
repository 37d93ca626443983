import { statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { extensionOf } from "../manifest/destination.js";

/** Files in which a script may say what it loads. */
const TEXTS: ReadonlySet<string> = new Set(["js", "mjs", "cjs", "css", "json", "webmanifest"]);

/** Larger ones are data. */
const MAX_BYTES = 16_000_000;

/**
 * Says which files the scripts, stylesheets and data of a site mention, and
 * so may load in a way that only running shows. They are read when that is
 * asked, the smallest first, as far as it takes.
 */
export class Mentions {
  readonly #root: string;
  readonly #known = new Map<string, boolean>();
  readonly #texts: string[] = [];
  #unread: string[] | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param pathname URL path of a file */
  async has(pathname: string): Promise<boolean> {
    const known = this.#known.get(pathname) ?? (await this.#find(namesOf(pathname)));
    this.#known.set(pathname, known);
    return known;
  }

  async #find(names: readonly string[]): Promise<boolean> {
    if (this.#texts.some((text) => mentions(text, names))) return true;
    const unread = (this.#unread ??= await textFiles(this.#root));
    for (let path = unread.pop(); path !== undefined; path = unread.pop()) {
      const text = await readFile(path, "latin1").catch(() => "");
      this.#texts.push(text);
      if (mentions(text, names)) return true;
    }
    return false;
  }
}

const mentions = (text: string, names: readonly string[]) => names.some((name) => text.includes(name));

/** Whether a text mentions a file. */
export const isMentionedIn = (text: string, pathname: string) => mentions(text, namesOf(pathname));

/** The files in which a script may say what it loads, the largest first. */
async function textFiles(root: string): Promise<string[]> {
  const files: { readonly path: string; readonly size: number }[] = [];
  for await (const path of filesIn(root)) {
    if (!TEXTS.has(extensionOf(path))) continue;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= MAX_BYTES) files.push({ path, size });
  }
  return files.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

/** Node's own way through all directories ends at one that can't be read. */
async function* filesIn(directory: string): AsyncGenerator<string> {
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
  }
}

/** A bundler's table of chunks has the parts of a name. Those that may be a hash tell enough: eight characters, or some with a digit. */
const HASH = /^(?:[\w-]{8}|(?=.*\d)[\w-]{6,})$/;

/** What a text may call a file: its name, a hash in it, or in quotes what stands before its extension. */
function namesOf(pathname: string): string[] {
  const written = pathname.slice(pathname.lastIndexOf("/") + 1);
  const name = decoded(written);
  const stem = name.replace(/\.[^.]*$/, "");
  const quoted = ['"', "'", "`"].map((quote) => `${quote}${stem}${quote}`);
  return [...new Set([name, written, ...partsOf(stem).filter((part) => HASH.test(part)), ...quoted])];
}

/** A hash may have a dash in it. */
const partsOf = (stem: string) => [...stem.split(/[.~]/), ...stem.split(/[.~-]/), ...(/[-._](.{8})$/.exec(stem) ?? [])];

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
