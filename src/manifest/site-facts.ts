import { open, type FileHandle } from "node:fs/promises";

import { systemCode } from "../errors.js";
import { type CssFacts, parseStyleAttribute, readCss } from "./css.js";
import { decodeCss, decodeHtml } from "./encoding.js";
import { type HtmlFacts, readHtml } from "./html.js";
import { DEFAULT_VIEWPORT } from "./media.js";
import { OutlineTree } from "./outline.js";
import { FontSet } from "./page-style.js";
import { baseOf } from "./reference.js";
import { Remembered } from "./remembered.js";
import type { SiteFile } from "./scanner.js";
import { readScript, type ScriptFacts, scriptLexer } from "./script.js";
import type { ReadCss } from "./sheet-list.js";
import { type Sheet, StyleEngine } from "./style.js";
import { USER_AGENT_STYLE } from "./user-agent.js";
import { Vocabulary } from "./vocabulary.js";

/** Of a file, only so many bytes are scanned. */
export const SCAN_LIMIT = 16 * 1024 * 1024;

/** Pages whose facts are kept: some kilobytes each. */
const KEPT_PAGES = 2048;
/** Stylesheets whose facts are kept; those of large sites are few. */
const KEPT_SHEETS = 256;
const KEPT_SCRIPTS = 2048;
/** Sets of stylesheets whose work on shared parts of pages is kept. */
const KEPT_ENGINES = 16;

interface ReadHtml {
  readonly facts: HtmlFacts;
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
    policies: [],
    outline: undefined,
  },
  generation: Number.POSITIVE_INFINITY,
};

/** Reads files and remembers what they say, for each version of a file once. */
export class SiteFacts {
  readonly #onTruncated: (file: SiteFile) => void;
  readonly #vocabulary = new Vocabulary();
  readonly #outlines = new OutlineTree(this.#vocabulary, parseStyleAttribute);
  readonly #userAgent = this.#readCss(USER_AGENT_STYLE);
  readonly #html = new Remembered<Promise<ReadHtml>>(KEPT_PAGES);
  readonly #css = new Remembered<Promise<ReadCss>>(KEPT_SHEETS);
  readonly #script = new Remembered<Promise<ScriptFacts>>(KEPT_SCRIPTS);
  readonly #inlineCss = new Remembered<CssFacts>(KEPT_SHEETS);
  readonly #engines = new Remembered<{ readonly engine: StyleEngine; readonly fonts: FontSet }>(KEPT_ENGINES);
  readonly #numbers = new WeakMap<CssFacts, number>();
  #sheetCount = 0;

  constructor(onTruncated: (file: SiteFile) => void) {
    this.#onTruncated = onTruncated;
  }

  async html(file: SiteFile, generation: number): Promise<HtmlFacts> {
    const key = versionOf(file);
    const known = await this.#html.get(key);
    if (known !== undefined && known.generation >= generation) return known.facts;
    const read = scriptLexer()
      .then(() => this.#read(file))
      .then((bytes) => this.#readHtml(bytes), gone(NO_HTML));
    this.#html.set(key, read);
    return (await read).facts;
  }

  css(file: SiteFile): Promise<ReadCss> {
    const key = versionOf(file);
    const known = this.#css.get(key);
    if (known !== undefined) return known;
    const read = this.#read(file).then(
      (bytes) => {
        const { text, decode } = decodeCss(bytes);
        const facts = this.#readCss(decode(text));
        return { facts, generation: this.#vocabulary.generation };
      },
      gone({ facts: this.#readCss(""), generation: 0 }),
    );
    this.#css.set(key, read);
    return read;
  }

  script(file: SiteFile): Promise<ScriptFacts> {
    const key = versionOf(file);
    const known = this.#script.get(key);
    if (known !== undefined) return known;
    const read = this.#read(file).then((bytes) => readScript(bytes.toString("utf8")), gone({ imports: [] }));
    this.#script.set(key, read);
    return read;
  }

  /** The style of pages with those stylesheets. */
  styles(sheets: readonly Sheet[]): { readonly engine: StyleEngine; readonly fonts: FontSet } {
    const key = sheets
      .map(({ facts, base, layer, later }) => `${this.#numberOf(facts)} ${base.href} ${layer} ${later}`)
      .join("\n");
    const known = this.#engines.get(key);
    if (known !== undefined) return known;
    const userAgent: Sheet = { facts: this.#userAgent, base: baseOf("/"), layer: "", from: "", origin: "user-agent" };
    const styles = {
      engine: new StyleEngine([userAgent, ...sheets], DEFAULT_VIEWPORT.density),
      fonts: new FontSet(sheets),
    };
    this.#engines.set(key, styles);
    return styles;
  }

  async lineOf(file: SiteFile, offset: number): Promise<number> {
    const { text } = decodeHtml(await this.#read(file));
    let line = 1;
    for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
    return line;
  }

  #numberOf(facts: CssFacts): number {
    const known = this.#numbers.get(facts);
    if (known !== undefined) return known;
    this.#sheetCount += 1;
    this.#numbers.set(facts, this.#sheetCount);
    return this.#sheetCount;
  }

  /** A page whose own `style` elements ask for names that were not known yet is read once more. */
  #readHtml(bytes: Buffer): ReadHtml {
    const source = decodeHtml(bytes);
    for (;;) {
      const { generation } = this.#vocabulary;
      const facts = readHtml(source, {
        outline: this.#outlines.page(),
        css: (text) => this.#inline(text),
        script: readScript,
      });
      if (this.#vocabulary.generation === generation) return { facts, generation };
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
    return readCss(text, (selector) => this.#vocabulary.addSelector(selector));
  }

  async #read(file: SiteFile): Promise<Buffer> {
    if (file.size > SCAN_LIMIT) this.#onTruncated(file);
    const handle = await open(file.file);
    try {
      return await readUpTo(handle, Math.min(file.size, SCAN_LIMIT));
    } finally {
      await handle.close();
    }
  }
}

async function readUpTo(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** A file that has gone meanwhile says nothing; any other error is ours. */
function gone<T>(none: T): (error: unknown) => T {
  return (error) => {
    if (systemCode(error) === undefined) throw error;
    return none;
  };
}

/** The version of a file, or that it is not there. */
export function versionOf(file: SiteFile | undefined): string {
  if (file === undefined) return "";
  return `${file.dev}:${file.ino}:${file.size}:${file.mtimeMs}:${file.file}`;
}
