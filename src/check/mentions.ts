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
 * asked first.
 */
export class Mentions {
  readonly #root: string;
  readonly #known = new Map<string, boolean>();
  #texts: Promise<readonly string[]> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * @param pathname URL path of a file
   * @param page text of the page that announces it, the announcement aside
   */
  async has(pathname: string, page: string): Promise<boolean> {
    const names = namesOf(pathname);
    if (names.some((name) => page.includes(name))) return true;
    const key = names.join("\n");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const texts = await (this.#texts ??= this.#read());
    const isMentioned = texts.some((text) => names.some((name) => text.includes(name)));
    this.#known.set(key, isMentioned);
    return isMentioned;
  }

  async #read(): Promise<string[]> {
    const entries = await readdir(this.#root, { recursive: true, withFileTypes: true });
    const texts: string[] = [];
    for (const entry of entries) {
      if (!entry.isFile() || !TEXTS.has(extensionOf(entry.name))) continue;
      const text = await readFile(join(entry.parentPath, entry.name), "latin1").catch(() => "");
      if (text.length <= MAX_BYTES) texts.push(text);
    }
    return texts;
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
