import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { H2PushError } from "../errors.js";
import { writeInPlace } from "../io/disk/atomic-write.js";
import { isObject } from "../io/json-object.js";
import type { LookedUp, SiteFile } from "../scanner/lookup.js";
import type { SitePage } from "../scanner/list-pages.js";
import { PROTECTED } from "../server/files/site-lookup.js";
import type { OpenedScan } from "../server/scan/scan-setting.js";
import type { CheckedPage } from "./check-page.js";

/** What was found for pages, `restsOn` as numbers of targets. */
type KeptResult = Omit<CheckedPage, "restsOn"> & { readonly restsOn: readonly number[] };

/**
 * What is in the file. A version of a file is what the file system says of it
 * and, after the last space, its digest. Files are relative to the root.
 */
interface Kept {
  readonly key: string;
  /** Targets that pages rest on, with the file that answers, or why none does. */
  readonly targets: readonly (readonly [target: string, answer: string])[];
  /** Versions of the files that answer. */
  readonly files: Readonly<Record<string, string>>;
  /** Most pages of a site have theirs in common. */
  readonly results: readonly KeptResult[];
  /** One short row each: a site may have 30,000. */
  readonly pages: readonly KeptPage[];
}

type KeptPage = readonly [pathname: string, file: string, version: string, result: number];

/** Another one when the form changes. */
const FORM = 2;

/** Timestamps of some file systems are whole seconds (ext4 with small inodes), or two (FAT). */
const YOUNG_MS = 2500;

/**
 * What was found for the pages of a site, in a file. A page is found anew when
 * it, or a file that it rests on, has changed: by its times and size, and
 * where these are others, by its content.
 */
export class CheckCache {
  readonly #path: string;
  /** What the findings depend on beside the files. */
  readonly #setting: string;
  readonly #began = Date.now();
  /** Versions by file, as they are now. */
  readonly #versions = new Map<string, string>();
  readonly #answers = new Map<string, Promise<LookedUp>>();

  constructor(path: string, setting: string) {
    this.#path = path;
    this.#setting = setting;
  }

  /**
   * What still holds, by URL path.
   *
   * @throws {H2PushError} "output" for a file that is none of ours
   */
  async read(pages: readonly SitePage[], opened: OpenedScan): Promise<Map<string, CheckedPage>> {
    const known = new Map<string, CheckedPage>();
    const kept = await this.#load(opened);
    if (kept === undefined) return known;
    const results = await this.#stillHolding(kept, opened);
    const rows = new Map(kept.pages.map((row) => [row[0], row]));
    const { root } = opened.lookup.tree;
    for (const { pathname, file } of pages) {
      const [, name, version, number] = rows.get(pathname) ?? [];
      const result = number === undefined ? undefined : results[number];
      if (result === undefined || name !== nameIn(root, file)) continue;
      if (this.#isSame(file, version)) known.set(pathname, result);
    }
    return known;
  }

  /** @throws {H2PushError} "output" for a file that is something else: it would be written over */
  async #load(opened: OpenedScan): Promise<Kept | undefined> {
    // What can't be read is told of when it is to be written.
    const text = await readFile(this.#path, "utf8").catch(() => "");
    if (text === "") return undefined;
    const kept = parsed(text);
    if (!isObject(kept) || !("key" in kept && "pages" in kept)) {
      const hint = "pass a file that it has written, or one that is not there yet: --cache FILE";
      throw new H2PushError("output", `not what h2push check keeps: ${this.#path}`, hint);
    }
    // It is ours, and written whole: what has our key has our form.
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    return kept["key"] === this.#key(opened) ? (kept as unknown as Kept) : undefined;
  }

  /** Names the program, the options and the rules of the site. */
  #key({ rules }: OpenedScan): string {
    return digestOf(JSON.stringify([FORM, this.#setting, rules.textOf("_headers"), rules.textOf("_redirects")]));
  }

  /** The results whose targets are answered as they were; undefined in the place of each other one. */
  async #stillHolding({ targets, files, results }: Kept, opened: OpenedScan): Promise<(CheckedPage | undefined)[]> {
    const { root } = opened.lookup.tree;
    const holds = await Promise.all(
      targets.map(async ([target, answer]) => {
        const found = await this.#look(target, opened.lookup);
        // Behind a password, nobody sees whether it is there.
        if (answer !== answerOf(found, root) || answer === `other ${PROTECTED}`) return false;
        return found.kind !== "file" || this.#isSame(found, files[nameIn(root, found)]);
      }),
    );
    return results.map((result) =>
      result.restsOn.every((number) => holds[number])
        ? { ...result, restsOn: result.restsOn.map((number) => targets[number]?.[0] ?? "") }
        : undefined,
    );
  }

  #look(target: string, lookup: OpenedScan["lookup"]): Promise<LookedUp> {
    const navigates = target.startsWith("document ");
    const known =
      this.#answers.get(target) ?? lookup.look({ target: target.replace("document ", ""), navigates }, undefined);
    this.#answers.set(target, known);
    return known;
  }

  /** Whether a file is as it was; what it is now is noted. */
  #isSame(file: SiteFile, before: string | undefined): boolean {
    if (before === undefined) return false;
    if (before.startsWith(`${stampOf(file)} `)) {
      this.#versions.set(file.file, before);
      return true;
    }
    return digestIn(before) === digestIn(this.#version(file));
  }

  /** What a file is now. */
  #version(file: SiteFile): string {
    const known = this.#versions.get(file.file);
    if (known !== undefined) return known;
    const isYoung = Math.max(file.ctimeMs, file.mtimeMs) > this.#began - YOUNG_MS;
    const version = `${isYoung ? "" : stampOf(file)} ${fileDigest(file.file)}`;
    this.#versions.set(file.file, version);
    return version;
  }

  /**
   * Keeps what was found.
   *
   * @throws what the system says
   */
  async write(pages: readonly SitePage[], found: ReadonlyMap<string, CheckedPage>, opened: OpenedScan): Promise<void> {
    const { root } = opened.lookup.tree;
    const targets = new Numbers();
    const results = new Numbers();
    const numberOf = memoized(({ restsOn, ...result }: CheckedPage) =>
      results.of(JSON.stringify({ ...result, restsOn: restsOn.map((target) => targets.of(target)) })),
    );
    const rows = pages.flatMap(({ pathname, file }): KeptPage[] => {
      const result = found.get(pathname);
      return result === undefined ? [] : [[pathname, nameIn(root, file), this.#version(file), numberOf(result)]];
    });
    const kept: Kept = {
      key: this.#key(opened),
      ...(await this.#answered(targets.all, opened)),
      results: results.all.map((result) => JSON.parse(result)),
      pages: rows,
    };
    await writeInPlace(this.#path, JSON.stringify(kept));
  }

  /** How targets are answered now. */
  async #answered(asked: readonly string[], { lookup }: OpenedScan): Promise<Pick<Kept, "targets" | "files">> {
    const { root } = lookup.tree;
    const targets: [string, string][] = [];
    const files: Record<string, string> = {};
    for (const target of asked) {
      const found = await this.#look(target, lookup);
      targets.push([target, answerOf(found, root)]);
      if (found.kind === "file") files[nameIn(root, found)] = this.#version(found);
    }
    return { targets, files };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Numbers for values, from 0, in the order in which they come. */
class Numbers {
  readonly #numbers = new Map<string, number>();

  of(value: string): number {
    const number = this.#numbers.get(value) ?? this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }

  get all(): string[] {
    return [...this.#numbers.keys()];
  }
}

/** Calls a function once for each value. */
function memoized<T, Result>(call: (value: T) => Result): (value: T) => Result {
  const known = new Map<T, Result>();
  return (value) => {
    const result = known.get(value) ?? call(value);
    known.set(value, result);
    return result;
  };
}

/** A file of the site, relative to the root: pages are many, and `relative` takes longer. */
const nameIn = (root: string, { file }: SiteFile) => file.slice(root.length);

function answerOf(found: LookedUp, root: string): string {
  if (found.kind === "file") return `file ${found.type ?? ""} ${nameIn(root, found)}`;
  return found.kind === "other" ? `other ${found.reason}` : `missing ${found.unreadable ?? ""}`;
}

const stampOf = ({ dev, ino, size, mtimeMs, ctimeMs }: SiteFile) => [dev, ino, size, mtimeMs, ctimeMs].join(" ");

/** Of a version. */
const digestIn = (version: string) => version.slice(version.lastIndexOf(" ") + 1);

const digestOf = (content: string | Buffer) => createHash("sha1").update(content).digest("base64");

/** Of a file that has gone, one that no file has. */
function fileDigest(path: string): string {
  try {
    return digestOf(readFileSync(path));
  } catch {
    return "";
  }
}
