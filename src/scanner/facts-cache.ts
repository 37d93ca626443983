import { encodingIn } from "../io/encoding/charset.js";
import { readCss } from "./css/parser.js";
import { parseStyleAttribute } from "./css/declarations.js";
import type { CssFacts, ReadCss } from "./css/facts.js";
import { decodeCss, documentEncoding, htmlToUtf8, isXmlName } from "./html/document-encoding.js";
import type { Sheet } from "./style/cascade.js";
import { matchesIntegrity } from "./url/integrity.js";
import { readHtml } from "./html/page-reader.js";
import type { DocumentFacts, HtmlFacts } from "./html/facts.js";
import type { ManifestEntry } from "../manifest/types.js";
import type { Viewport } from "./css/media-queries.js";
import type { OutlineBuilder } from "./style/outline/builder.js";
import { within, Work } from "./work.js";
import { OutlineTree } from "./style/outline/outline.js";
import { isPagePath } from "../manifest/destination.js";
import type { Position } from "./types.js";
import { Lines } from "./site-files/lines.js";
import { type ReadFile, MAX_SCANNED_BYTES } from "./site-files/read-file.js";
import { References } from "./url/references.js";
import { LruMap } from "../io/lru-map.js";
import { isWithheld, readingOf } from "./scan-fault.js";
import type { SiteFile } from "./lookup.js";
import { versionOf } from "./site-files/file-version.js";
import { mayAddImportMap } from "./html/elements/script-element.js";
import { readLoads, type ScriptLoads } from "./modules/dynamic-imports.js";
import { hasRuntime, readWebpack, type WebpackScript } from "./webpack/webpack-script.js";
import { readScript, type ScriptFacts, scriptLexer } from "./modules/imports.js";
import { SharedStyles, type Styles } from "./style/engine-cache.js";
import { CachedPromise, type MaybePromise } from "../io/maybe-promise.js";
import { UNREAD_STYLE } from "./style/unread-stylesheet.js";
import { USER_AGENT_STYLE } from "./style/user-agent-stylesheet.js";
import { Vocabulary } from "./style/outline/vocabulary.js";

/** Pages whose facts are kept: some kilobytes each. */
const MAX_PAGES = 128;
/** Stylesheets whose facts are kept; those of large sites are few. */
const MAX_SHEETS = 256;
const MAX_SCRIPTS = 2048;
/** Entries that many pages have in common. */
const MAX_ENTRIES = 8192;
/** Steps of work that reading one page may take beside its bytes. */
const MAX_READING_STEPS = 2_000_000;

/**
 * Longer files take more than 20 ms to read (bytes): a stylesheet takes 0.1 ms a
 * kilobyte, a script 0.03, and 0.3 where its syntax tree is made.
 */
const LARGE_BYTES = 256 * 1024;
const LARGE_TREE_BYTES = 64 * 1024;

/** What a file that has gone meanwhile says: as much as an empty one. */
const EMPTY = Buffer.alloc(0);

interface ReadHtml {
  readonly facts: DocumentFacts;
  /** Of the vocabulary that its outline was made with. */
  readonly generation: number;
}

/** Told of a file which reading has a limit for: its bytes, the work on its styles, or the time and memory of a thread. */
export type OnLimit = (file: SiteFile, limit: "bytes" | "style" | "thread") => void;

/** A file would keep others waiting while it is read. */
export class LargeFile extends Error {}

export interface SiteFactsOptions {
  /** Makes what files are read with. Pages are read with one of their own. */
  readonly reader: () => ReadFile;
  /** Told of a file of which only the beginning is read, or of a page whose styles are more work than a page may cost. */
  readonly onLimit: OnLimit;
  readonly viewport: Viewport;
  /** Pages are sent compressed. */
  readonly compressed: boolean;
  /** No large file is read: there is a thread for those. */
  readonly isLimited?: boolean;
  /** Pages whose facts are kept; 128. */
  readonly keptPages?: number;
}

/** Reads files and remembers what they say, for each version of a file once. */
export class SiteFacts {
  readonly #options: SiteFactsOptions;
  readonly #readPage: ReadFile;
  readonly #readOther: ReadFile;
  /** Versions that a limit was reached for. */
  readonly #limited = new LruMap<true>(MAX_SHEETS);
  readonly #vocabulary = new Vocabulary();
  readonly #outlines = new OutlineTree(this.#vocabulary, parseStyleAttribute);
  readonly #styles: SharedStyles;
  readonly #html: LruMap<Promise<ReadHtml>>;
  readonly #css = new LruMap<CachedPromise<ReadCss>>(MAX_SHEETS);
  readonly #scripts = new LruMap<CachedPromise<ScriptFacts>>(MAX_SCRIPTS);
  readonly #loads = new LruMap<CachedPromise<ScriptLoads>>(MAX_SCRIPTS);
  readonly #webpack = new LruMap<CachedPromise<WebpackScript | undefined>>(MAX_SHEETS);
  /** Answers to what is asked of stylesheets and scripts by yes or no. */
  readonly #answers = new LruMap<CachedPromise<boolean>>(MAX_SCRIPTS);
  readonly #inlineCss = new LruMap<CssFacts>(MAX_SHEETS);
  /** Entries that pages have in common. */
  readonly entries = new LruMap<ManifestEntry>(MAX_ENTRIES);
  /** What references come to. */
  readonly references = new References();
  /** The page that was read last, in UTF-8. */
  #page: { readonly version: string; readonly text: Buffer } = { version: "", text: EMPTY };
  /** What stylesheets that can't be read may say. */
  #unreadStyle: Pick<ReadCss, "facts" | "generation"> | undefined;
  /** Of the file that was asked for last: a file may refer to much that is not there. */
  #lines: Lines | undefined;

  constructor(options: SiteFactsOptions) {
    this.#options = options;
    this.#readPage = options.reader();
    this.#readOther = options.reader();
    this.#styles = new SharedStyles(this.#readCss(USER_AGENT_STYLE), options.viewport.density);
    this.#html = new LruMap(options.keptPages ?? MAX_PAGES);
  }

  /** A page, its outline made with a vocabulary of at least that generation. */
  async html(file: SiteFile, generation: number): Promise<DocumentFacts> {
    const key = versionOf(file);
    const known = await this.#html.get(key);
    if (known !== undefined && known.generation >= generation) return known.facts;
    const read = this.#read(file, (bytes) => this.#readHtml(bytes, file), this.#readPage);
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
    return this.#once(this.#css, file, environment, (bytes) => {
      const { text, encoding } = decodeCss(bytes, environment);
      return { facts: this.#readCss(text), encoding, generation: this.#vocabulary.generation };
    });
  }

  /** What is taken for a stylesheet that can't be read. */
  unreadStyle(): Pick<ReadCss, "facts" | "generation"> {
    const facts = this.#unreadStyle?.facts ?? this.#readCss(UNREAD_STYLE);
    return (this.#unreadStyle ??= { facts, generation: this.#vocabulary.generation });
  }

  async script(file: SiteFile): Promise<ScriptFacts> {
    await scriptLexer();
    return this.#once(this.#scripts, file, "", (bytes) => readScript(bytes.toString("utf8")));
  }

  /** Whether webpack's runtime stands in a classic script. */
  hasWebpackRuntime(file: SiteFile): MaybePromise<boolean> {
    return this.#once(this.#answers, file, "webpack", hasRuntime);
  }

  /** A classic script that webpack made. */
  webpack(file: SiteFile): MaybePromise<WebpackScript | undefined> {
    this.#checkSize(file, LARGE_TREE_BYTES);
    return this.#once(this.#webpack, file, "", (bytes) => readWebpack(bytes.toString("utf8")));
  }

  /** A script as it stands in its file. */
  text(file: SiteFile): Promise<string> {
    return this.#read(file, (bytes) => bytes.toString("utf8"));
  }

  /** What a script imports as it runs. */
  loads(file: SiteFile, kind: "module" | "script"): MaybePromise<ScriptLoads> {
    this.#checkSize(file, LARGE_TREE_BYTES);
    return this.#once(this.#loads, file, kind, (bytes) => readLoads(bytes.toString("utf8"), kind));
  }

  /** Whether a file is the one that integrity metadata names: a browser does not run or apply another. */
  isIntact(file: SiteFile, integrity: string): MaybePromise<boolean> {
    if (file.size > MAX_SCANNED_BYTES) return true;
    return this.#once(this.#answers, file, integrity, (bytes) => matchesIntegrity(bytes, integrity));
  }

  /** Whether a classic script may add an import map. */
  mentionsImportMap(file: SiteFile): MaybePromise<boolean> {
    return this.#once(this.#answers, file, "import map", (bytes) => mayAddImportMap(bytes.toString("latin1")));
  }

  /** Whether the server names the encoding of a stylesheet or a script. */
  namesEncoding(file: SiteFile, as: "style" | "script"): MaybePromise<boolean> {
    const kind = as === "style" ? "css" : "plain";
    return this.#once(this.#answers, file, as, (bytes) => encodingIn(bytes, kind) !== undefined);
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

  /**
   * Where an offset is in the file's text.
   *
   * @param first a text: where it stands first, as nobody knows where its offset counts from
   */
  async positionOf(file: SiteFile, offset: number, first?: string): Promise<Position> {
    const version = versionOf(file);
    if (this.#lines?.version !== version) {
      this.#lines = new Lines(version, await this.#textOf(file, version));
    }
    return this.#lines.positionOf(offset, first);
  }

  /** Offsets in a page are in bytes, those in other files in characters. */
  #textOf(file: SiteFile, version: string): Promise<Buffer | string> {
    if (!isPagePath(file.file)) return this.#read(file, (bytes) => bytes.toString("utf8"));
    const { version: last, text } = this.#page;
    if (last === version) return Promise.resolve(text);
    return this.#read(file, (bytes) => Buffer.from(htmlToUtf8(bytes, documentEncoding(bytes, isXmlName(file.file)))));
  }

  /** Says, once for a version, that a limit was reached. */
  reachLimit(file: SiteFile, limit: Parameters<OnLimit>[1]): void {
    // The digest of a young file comes and goes.
    const key = `${versionOf({ ...file, digest: "" })} ${limit}`;
    this.#limited.remember(key, () => (this.#options.onLimit(file, limit), true));
  }

  /** A page whose own `style` elements ask for names that were not known yet is read once more. */
  #readHtml(bytes: Buffer, file: SiteFile): ReadHtml {
    const isXml = isXmlName(file.file);
    const encoding = documentEncoding(bytes, isXml);
    const text = htmlToUtf8(bytes, encoding);
    this.#page = { version: versionOf(file), text };
    const { viewport, compressed } = this.#options;
    for (;;) {
      const { generation } = this.#vocabulary;
      const css = (text: string) => this.#inlineCss.remember(text, () => this.#readCss(text));
      const read = (outline?: OutlineBuilder) =>
        readHtml(text, { viewport, compressed, isXml, css, ...(outline && { outline }) });
      const facts =
        within(new Work(MAX_READING_STEPS), () => read(this.#outlines.page())) ?? this.#readUnstyled(file, read);
      if (this.#vocabulary.generation === generation) return { facts: { ...facts, encoding }, generation };
    }
  }

  /** A page whose elements are held against too many selectors. */
  #readUnstyled(file: SiteFile, read: () => HtmlFacts): HtmlFacts {
    this.#outlines.restart();
    this.reachLimit(file, "style");
    return read();
  }

  #readCss(text: string): CssFacts {
    const facts = readCss(text, (selector) => this.#vocabulary.addSelector(selector), this.#options.viewport);
    if (facts.fonts.length > 0) this.#vocabulary.addFonts();
    return facts;
  }

  /** What a file says in answer to a question, found out once. */
  #once<T>(
    kept: LruMap<CachedPromise<T>>,
    file: SiteFile,
    question: string,
    parse: (bytes: Buffer) => T | Promise<T>,
  ): MaybePromise<T> {
    const key = `${versionOf(file)} ${question}`;
    return kept.remember(key, () => new CachedPromise(this.#read(file, parse), () => kept.delete(key))).value;
  }

  #checkSize({ file, size }: SiteFile, limit: number): void {
    if (this.#options.isLimited === true && size > limit) throw new LargeFile(file);
  }

  async #read<T>(file: SiteFile, parse: (bytes: Buffer) => T | Promise<T>, readFile = this.#readOther): Promise<T> {
    this.#checkSize(file, LARGE_BYTES);
    if (file.size > MAX_SCANNED_BYTES) this.reachLimit(file, "bytes");
    const read = readingOf(file, parse);
    try {
      return await readFile(file, read);
    } catch (error) {
      if (!isWithheld(error)) throw error;
      return read(EMPTY);
    }
  }
}
