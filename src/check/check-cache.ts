import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../io/disk/atomic-write.js";
import { isObject } from "../io/json-object.js";
import type { LookedUp, SiteFile } from "../scanner/lookup.js";
import type { SitePage } from "../scanner/list-pages.js";
import type { OpenedScan } from "../server/scan/scan-setting.js";
import type { CheckedPage } from "./check-page.js";

/** What a file was: by what the file system says, and by its content. */
interface KeptFile {
  /** "" where the file was so young that the file system might not tell a later version from it. */
  readonly stamp: string;
  readonly digest: string;
}

interface Kept {
  readonly key: string;
  readonly files: Readonly<Record<string, KeptFile>>;
  /** By target: the file that answers, or why none does. */
  readonly answers: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
  /** Numbers of the targets that pages rest on: most pages of a site have theirs in common. */
  readonly sets: readonly (readonly number[])[];
  readonly pages: Readonly<
    Record<string, Omit<CheckedPage, "restsOn"> & { readonly file: string; readonly set: number }>
  >;
}

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
  readonly #files = new Map<string, KeptFile>();
  readonly #answers = new Map<string, Promise<LookedUp>>();
  #kept: Kept | undefined;

  constructor(path: string, setting: string) {
    this.#path = path;
    this.#setting = setting;
  }

  /** What still holds. */
  async read(pages: readonly SitePage[], opened: OpenedScan): Promise<Map<string, CheckedPage>> {
    const known = new Map<string, CheckedPage>();
    const kept = await this.#load(opened);
    if (kept === undefined) return known;
    const holds = await Promise.all(kept.targets.map((target) => this.#stillHolds(target, kept, opened)));
    const sets = kept.sets.map((set) => ({
      holds: set.every((number) => holds[number]),
      restsOn: set.map((number) => kept.targets[number] ?? ""),
    }));
    for (const { pathname, file } of pages) {
      const page = kept.pages[pathname];
      const set = page && sets[page.set];
      if (page?.file !== file.file || set?.holds !== true || !this.#isSame(file, kept)) continue;
      known.set(pathname, {
        findings: page.findings,
        suspicions: page.suspicions,
        cost: page.cost,
        restsOn: set.restsOn,
      });
    }
    return known;
  }

  async #load({ lookup }: OpenedScan): Promise<Kept | undefined> {
    try {
      const kept: unknown = JSON.parse(await readFile(this.#path, "utf8"));
      const key = await this.#key(lookup.tree.root);
      // It is ours, and written whole: what has our key has our form.
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- see above
      if (isObject(kept) && kept["key"] === key) this.#kept = kept as unknown as Kept;
    } catch {
      // There is none yet, or one that is none: it is written anew.
    }
    return this.#kept;
  }

  /** Names the program, the options and the rules of the site. */
  async #key(root: string): Promise<string> {
    const rules = ["_headers", "_redirects"].map((name) => readFile(join(root, name), "latin1").catch(() => ""));
    return digestOf(JSON.stringify([this.#setting, ...(await Promise.all(rules))]));
  }

  async #stillHolds(target: string, kept: Kept, { lookup }: OpenedScan): Promise<boolean> {
    const found = await this.#look(target, lookup);
    if (kept.answers[target] !== answerOf(found)) return false;
    return found.kind !== "file" || this.#isSame(found, kept);
  }

  #look(target: string, lookup: OpenedScan["lookup"]): Promise<LookedUp> {
    const navigates = target.startsWith("document ");
    const known =
      this.#answers.get(target) ?? lookup.look({ target: target.replace("document ", ""), navigates }, undefined);
    this.#answers.set(target, known);
    return known;
  }

  /** Whether a file is as it was; what it is now is noted. */
  #isSame(file: SiteFile, kept: Kept): boolean {
    const before = kept.files[file.file];
    const stamp = stampOf(file);
    if (before !== undefined && before.stamp === stamp) {
      this.#files.set(file.file, before);
      return true;
    }
    return before !== undefined && this.#note(file).digest === before.digest;
  }

  #note(file: SiteFile): KeptFile {
    const known = this.#files.get(file.file);
    if (known !== undefined) return known;
    const isYoung = Math.max(file.ctimeMs, file.mtimeMs) > this.#began - YOUNG_MS;
    const noted = { stamp: isYoung ? "" : stampOf(file), digest: fileDigest(file.file) };
    this.#files.set(file.file, noted);
    return noted;
  }

  /**
   * Keeps what was found.
   *
   * @throws what the system says
   */
  async write(
    pages: readonly SitePage[],
    results: ReadonlyMap<string, CheckedPage>,
    opened: OpenedScan,
  ): Promise<void> {
    const targets = new Numbers();
    const sets = new Numbers();
    const answers: Record<string, string> = {};
    const kept: Record<string, Kept["pages"][string]> = {};
    for (const { pathname, file } of pages) {
      const result = results.get(pathname);
      if (result === undefined) continue;
      this.#note(file);
      const { restsOn, ...found } = result;
      const set = sets.of(JSON.stringify(restsOn.map((target) => targets.of(target))));
      kept[pathname] = { ...found, file: file.file, set };
    }
    for (const target of targets.all) {
      const found = await this.#look(target, opened.lookup);
      answers[target] = answerOf(found);
      if (found.kind === "file") this.#note(found);
    }
    const key = await this.#key(opened.lookup.tree.root);
    const whole: Kept = {
      key,
      files: Object.fromEntries(this.#files),
      answers,
      targets: targets.all,
      sets: sets.all.map((set) => JSON.parse(set)),
      pages: kept,
    };
    await writeWhole(this.#path, JSON.stringify(whole));
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

function answerOf(found: LookedUp): string {
  if (found.kind === "file") return `file ${found.type ?? ""} ${found.file}`;
  return found.kind === "other" ? `other ${found.reason}` : `missing ${found.unreadable ?? ""}`;
}

const stampOf = ({ dev, ino, size, mtimeMs, ctimeMs }: SiteFile) => [dev, ino, size, mtimeMs, ctimeMs].join(" ");

const digestOf = (content: string | Buffer) => createHash("sha1").update(content).digest("base64");

/** Of a file that has gone, one that no file has. */
function fileDigest(path: string): string {
  try {
    return digestOf(readFileSync(path));
  } catch {
    return "";
  }
}
