import { systemCode } from "../errors.js";
import { encodingIn } from "../io/charset.js";
import { readCss } from "./css/parser.js";
import { parseStyleAttribute } from "./css/declarations.js";
import type { CssFacts } from "./css/facts.js";
import { decodeCss, documentEncoding, htmlToUtf8, isXmlName } from "./html/document-encoding.js";
import type { Sheet } from "./style/cascade.js";
import { matchesIntegrity } from "./url/integrity.js";
import { readHtml } from "./html/page-reader.js";
import type { DocumentFacts } from "./html/facts.js";
import type { ManifestEntry } from "../manifest/types.js";
import type { Viewport } from "./css/media-queries.js";
import { OutlineTree } from "./style/outline/outline.js";
import { baseOf, type Resolved, resolve } from "../manifest/resolve.js";
import { type ReadFile, SCAN_LIMIT } from "./read-file.js";
import { LruMap } from "../io/lru-map.js";
import { readingOf } from "./scan-fault.js";
import type { SiteFile } from "./scanner.js";
import { IMPORT_MAP } from "./html/elements/script-element.js";
import { readScript, type ScriptFacts, scriptLexer } from "./modules/imports.js";
import type { ReadCss } from "./style/stylesheets.js";
import { SharedStyles, type Styles } from "./style/engine-cache.js";
import { CachedPromise, type MaybePromise } from "../io/maybe-promise.js";
import { USER_AGENT_STYLE } from "./style/user-agent-stylesheet.js";
import { Vocabulary } from "./style/outline/vocabulary.js";

/** Pages whose facts are kept: some kilobytes each. */
const KEPT_PAGES = 128;
/** Stylesheets whose facts are kept; those of large sites are few. */
const KEPT_SHEETS = 256;
const KEPT_SCRIPTS = 2048;
/** Entries that many pages have in common. */
const KEPT_ENTRIES = 8192;
/** Directories, and references below each, that many pages have in common. */
const KEPT_DIRECTORIES = 32;
const KEPT_REFERENCES = 1024;

interface ReadHtml {
  readonly facts: DocumentFacts;
  /** Of the vocabulary that its outline was made with. */
  readonly generation: number;
}

const NO_HTML: ReadHtml = {
  facts: {
    base: undefined,
    references: [],
    left: [],
    styles: [],
    modules: [],
    importMaps: [],
    mentionsImportMap: false,
    mayHaveImportMap: false,
    firstFlight: 0,
    policies: [],
    outline: undefined,
    encoding: "utf-8",
  },
  generation: Number.POSITIVE_INFINITY,
};

export interface SiteFactsOptions {
  readonly readFile: ReadFile;
  /** Told of a file of which only the beginning is read. */
  readonly onTruncated: (file: SiteFile) => void;
  readonly viewport: Viewport;
  /** Pages are sent compressed. */
  readonly compressed: boolean;
  /** Pages whose facts are kept; 128. */
  readonly keptPages?: number;
}

/** Reads files and remembers what they say, for each version of a file once. */
export class SiteFacts {
  readonly #readFile: ReadFile;
  readonly #onTruncated: (file: SiteFile) => void;
  readonly #viewport: Viewport;
  readonly #compressed: boolean;
  /** Versions of which only the beginning was read. */
  readonly #truncated = new LruMap<true>(KEPT_SHEETS);
  readonly #vocabulary = new Vocabulary();
  readonly #outlines = new OutlineTree(this.#vocabulary, parseStyleAttribute);
  readonly #styles: SharedStyles;
  readonly #html: LruMap<Promise<ReadHtml>>;
  readonly #css = new LruMap<CachedPromise<ReadCss>>(KEPT_SHEETS);
  readonly #script = new LruMap<Promise<ScriptFacts>>(KEPT_SCRIPTS);
  /** Whether the encoding of stylesheets and scripts of pages that are not in UTF-8 is named. */
  readonly #named = new LruMap<Promise<boolean>>(KEPT_SCRIPTS);
  readonly #inlineCss = new LruMap<CssFacts>(KEPT_SHEETS);
  readonly #entries = new LruMap<ManifestEntry>(KEPT_ENTRIES);
  readonly #directories = new LruMap<LruMap<Resolved>>(KEPT_DIRECTORIES);
  /** The base that was asked for last, and what was resolved in its directory: a page has many references. */
  #base: URL | undefined;
  #resolved = new LruMap<Resolved>(KEPT_REFERENCES);
  /** Where the lines end of the file that was asked for last: a file may refer to much that is not there. */
  #lines: { readonly version: string; readonly ends: readonly number[] } | undefined;
  readonly #bases = new LruMap<URL>(KEPT_SHEETS);

  constructor({ readFile, onTruncated, viewport, compressed, keptPages = KEPT_PAGES }: SiteFactsOptions) {
    this.#readFile = readFile;
    this.#compressed = compressed;
    this.#onTruncated = onTruncated;
    this.#viewport = viewport;
    this.#styles = new SharedStyles(this.#readCss(USER_AGENT_STYLE), viewport.density);
    this.#html = new LruMap(keptPages);
  }

  async html(file: SiteFile, generation: number): Promise<DocumentFacts> {
    const key = versionOf(file);
    const known = await this.#html.get(key);
    if (known !== undefined && known.generation >= generation) return known.facts;
    const read = this.#withBytes(file, (bytes) => this.#readHtml(bytes, file)).catch(gone(NO_HTML));
    this.#html.set(key, read);
    read.catch(() => {
      this.#html.delete(key);
      // It may have stopped anywhere.
      this.#outlines.restart();
    });
    return (await read).facts;
  }

  /** @param environment encoding of what loads it: it counts where the stylesheet says none */
  css(file: SiteFile, environment: string): MaybePromise<ReadCss> {
    const key = `${versionOf(file)} ${environment}`;
    const known = this.#css.get(key);
    if (known !== undefined) return known.value;
    const parse = (bytes: Buffer): ReadCss => {
      const { text, encoding } = decodeCss(bytes, environment);
      return { facts: this.#readCss(text), encoding, generation: this.#vocabulary.generation };
    };
    const none = (): ReadCss => ({ facts: this.#readCss(""), encoding: environment, generation: 0 });
    const found = this.#withBytes(file, parse).catch((error: unknown) => gone(none())(error));
    const read = new CachedPromise(found, () => this.#css.delete(key));
    this.#css.set(key, read);
    return read.value;
  }

  script(file: SiteFile): Promise<ScriptFacts> {
    const key = versionOf(file);
    const known = this.#script.get(key);
    if (known !== undefined) return known;
    const parse = (bytes: Buffer): ScriptFacts => readScript(bytes.toString("utf8"));
    const read = scriptLexer()
      .then(() => this.#withBytes(file, parse))
      .catch(gone({ imports: [] }));
    this.#script.set(key, read);
    read.catch(() => this.#script.delete(key));
    return read;
  }

  isIntact(file: SiteFile, integrity: string): Promise<boolean> {
    if (file.size > SCAN_LIMIT) return Promise.resolve(true);
    const read = (): Promise<boolean> =>
      this.#withBytes(file, (bytes) => matchesIntegrity(bytes, integrity)).catch(gone(false));
    return remembered(this.#named, `${versionOf(file)} ${integrity}`, read);
  }

  mentionsImportMap(file: SiteFile): Promise<boolean> {
    const parse = (bytes: Buffer): boolean => bytes.includes(IMPORT_MAP);
    const read = (): Promise<boolean> => this.#withBytes(file, parse).catch(gone(false));
    return remembered(this.#named, `${versionOf(file)} ${IMPORT_MAP}`, read);
  }

  namesEncoding(file: SiteFile, as: "style" | "script"): Promise<boolean> {
    const parse = (bytes: Buffer): boolean => encodingIn(bytes, as === "style" ? "css" : "plain") !== undefined;
    const read = (): Promise<boolean> => this.#withBytes(file, parse).catch(gone(false));
    return remembered(this.#named, `${versionOf(file)} ${as}`, read);
  }

  /** A module script in a page. */
  async inlineScript(text: string): Promise<ScriptFacts> {
    // Few pages have one: the others need not wait for the lexer.
    await scriptLexer();
    return readScript(text);
  }

  styles(sheets: readonly Sheet[]): Styles {
    return this.#styles.of(sheets);
  }

  async lineOf(file: SiteFile, offset: number): Promise<number> {
    const version = versionOf(file);
    if (this.#lines?.version !== version) {
      const parse = (bytes: Buffer): readonly number[] =>
        lineEnds(htmlToUtf8(bytes, documentEncoding(bytes, isXmlName(file.file))));
      const ends = await this.#withBytes(file, parse).catch(gone([]));
      this.#lines = { version, ends };
    }
    return lineAt(this.#lines.ends, offset);
  }

  share(key: string, make: () => ManifestEntry): ManifestEntry {
    return remembered(this.#entries, key, make);
  }

  resolve(reference: string, base: URL): Resolved {
    if (reference === "" || reference.startsWith("?") || reference.startsWith("#")) return resolve(reference, base);
    if (base !== this.#base) {
      // Below one directory a relative reference means the same for every page.
      const directory = base.href.slice(0, base.href.lastIndexOf("/") + 1);
      this.#resolved = remembered(this.#directories, directory, () => new LruMap(KEPT_REFERENCES));
      this.#base = base;
    }
    return remembered(this.#resolved, reference, () => resolve(reference, base));
  }

  baseOf(target: string): URL {
    return remembered(this.#bases, target, () => baseOf(target));
  }

  /** A page whose own `style` elements ask for names that were not known yet is read once more. */
  #readHtml(bytes: Buffer, { file }: SiteFile): ReadHtml {
    const encoding = documentEncoding(bytes, isXmlName(file));
    const text = htmlToUtf8(bytes, encoding);
    for (;;) {
      const { generation } = this.#vocabulary;
      const facts = readHtml(text, {
        viewport: this.#viewport,
        outline: this.#outlines.page(),
        css: (text) => this.#inline(text),
        compressed: this.#compressed,
      });
      if (this.#vocabulary.generation === generation) return { facts: { ...facts, encoding }, generation };
    }
  }

  #inline(text: string): CssFacts {
    const known = this.#inlineCss.get(text);
    if (known !== undefined) return known;
    const facts = this.#readCss(text);
    this.#inlineCss.set(text, facts);
    return facts;
  }

  #readCss(text: string): CssFacts {
    const facts = readCss(text, (selector) => this.#vocabulary.addSelector(selector), this.#viewport);
    if (facts.fonts.length > 0) this.#vocabulary.addFonts();
    return facts;
  }

  #withBytes<T>(file: SiteFile, parse: (bytes: Buffer) => T): Promise<T> {
    if (file.size > SCAN_LIMIT) this.#tellTruncated(file);
    return this.#readFile(file, readingOf(file, parse));
  }

  #tellTruncated(file: SiteFile): void {
    const version = versionOf(file);
    if (this.#truncated.get(version) === true) return;
    this.#truncated.set(version, true);
    this.#onTruncated(file);
  }
}

function remembered<T>(kept: LruMap<T>, key: string, make: () => T): T {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  return made;
}

function lineEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) ends.push(at);
  return ends;
}

/** The line, from 1, of an offset: one more than there are ends of lines before it. */
function lineAt(ends: readonly number[], offset: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** A file that has gone meanwhile says nothing. When the process has no descriptor left, it is asked again; any other error is ours. */
function gone<T>(none: T): (error: unknown) => T {
  return (error) => {
    const code = systemCode(error);
    if (code === undefined || code === "EMFILE" || code === "ENFILE") throw error;
    return none;
  };
}

const versions = new WeakMap<SiteFile, string>();

/** Names the version of a file. */
export function versionOf(file: SiteFile): string {
  let version = versions.get(file);
  if (version === undefined) {
    const { dev, ino, size, mtimeMs, ctimeMs, digest = "" } = file;
    version = `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}:${digest}:${file.file}`;
    versions.set(file, version);
  }
  return version;
}
