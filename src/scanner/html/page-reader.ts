import type { CssFacts, Windows } from "../css/facts.js";
import { ElementReader } from "./elements/element-reader.js";
import { ASTRO_ISLAND } from "./elements/island-element.js";
import { canWait, firstFlight, isNamed } from "./first-flight.js";
import { ForeignContent } from "./foreign-content.js";
import type { HtmlFacts, InlineModule, InlineScript, InlineStylesheet } from "./facts.js";
import { hasAscii } from "./characters.js";
import { HtmlLexer } from "./lexer.js";
import { OpenTemplates } from "./open-templates.js";
import { DEFAULT_VIEWPORT, type Viewport } from "../css/media-queries.js";
import type { OutlineBuilder } from "../style/outline/builder.js";
import { NEED } from "../url/reference.js";
import { CLASSIC_SCRIPT, isClassicInline, mayAddImportMap } from "./elements/script-element.js";
import { mayLoad } from "../modules/dynamic-imports.js";
import { type TagName, tagNamed } from "./tag-name.js";

/** What reading a page calls upon beside its references. */
export interface HtmlReaders {
  readonly viewport?: Viewport;
  readonly outline?: OutlineBuilder;
  /** Reads the text of a `style` element. */
  readonly css?: (text: string) => CssFacts;
  /** Pages are sent compressed, as they are by default: more of them comes in the first round trip. */
  readonly compressed?: boolean;
  /** The page is XML. */
  readonly isXml?: boolean;
}

/** Elements whose content is text up to their end tag, with scripting on (HTML §13.2.6.4.7 on). */
for (const name of ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"]) {
  tagNamed(name).raw = true;
}
const SVG = tagNamed("svg");
const MATH = tagNamed("math");
const TEMPLATE = tagNamed("template");
const SLOT = tagNamed("slot");
const PLAINTEXT = tagNamed("plaintext");
const SELECT = tagNamed("select");
const INPUT = tagNamed("input");

/** Elements of SVG that refer to something, and those whose content is a text of its own there, too. */
const FOREIGN: ReadonlySet<string> = new Set(["feimage", "image", "script", "style", "use"]);

/** Elements that bear on how what follows is read. */
for (const name of ["html", "math", "plaintext", "select", "svg", "template"]) tagNamed(name).refers = true;

/** Its end bears on what follows. */
TEMPLATE.endCounts = true;

/** Reads what a page, in UTF-8, refers to, in one pass over its bytes. */
export function readHtml(bytes: Buffer, readers: HtmlReaders = {}): HtmlFacts {
  return new HtmlReader(bytes, readers).read();
}

/** In the text of a script that writes or makes a `base` element. */
const MAKES_BASE = /<base\b|createElement\(\s*["'`]base["'`]/i;

/** Input types that show no text. */
const TEXTLESS = /^(?:hidden|checkbox|radio|image|range|color|file)$/i;

class HtmlReader {
  readonly #lexer: HtmlLexer;
  readonly #elements: ElementReader;
  readonly #templates = new OpenTemplates();
  readonly #foreign = new ForeignContent();
  readonly #outline: OutlineBuilder | undefined;
  readonly #css: HtmlReaders["css"];
  readonly #compressed: boolean;
  readonly #isXml: boolean;
  readonly #styles: InlineStylesheet[] = [];
  readonly #modules: InlineModule[] = [];
  readonly #scripts: InlineScript[] = [];
  readonly #importMaps: string[] = [];
  #importMapOffset: number | undefined;
  #hasInlineScript = false;
  #mentionsImportMap = false;
  #definesIslands = false;
  #mayMoveBase = false;

  constructor(bytes: Buffer, readers: HtmlReaders) {
    this.#lexer = new HtmlLexer(bytes, readers.isXml);
    this.#elements = new ElementReader(this.#lexer, this.#foreign, readers.viewport ?? DEFAULT_VIEWPORT);
    this.#outline = readers.outline;
    this.#css = readers.css;
    this.#isXml = readers.isXml === true;
    this.#compressed = readers.compressed ?? true;
  }

  read(): HtmlFacts {
    const lexer = this.#lexer;
    for (;;) {
      const token = lexer.next();
      if (lexer.hasText && !this.#templates.isInert && this.#outline !== undefined) this.#text(this.#outline);
      if (token === "eof") break;
      if (token === "end") this.#endTag(lexer.tag);
      else this.#startTag(lexer.tag);
    }
    const { base, policies, references } = this.#elements;
    const flight = firstFlight(lexer.bytes, references.list, this.#compressed);
    const image = references.list.find(({ as, by }) => as === "image" && by !== "preload");
    for (const reference of references.list) {
      if (isNamed(reference, flight)) reference.named = true;
      else if (canWait(reference, image?.offset)) reference.canWait = true;
    }
    return {
      base,
      references: references.list,
      ignored: references.ignored,
      preloads: this.#elements.links.preloads,
      styles: this.#styles,
      modules: this.#modules,
      scripts: this.#scripts,
      definesIslands: this.#definesIslands,
      importMaps: this.#importMaps,
      importMapOffset: this.#importMapOffset,
      mentionsImportMap: this.#mentionsImportMap,
      mayHaveImportMap:
        this.#importMaps.length > 0 || this.#hasInlineScript || references.list.some(({ by }) => by === CLASSIC_SCRIPT),
      mayMoveBase: this.#mayMoveBase,
      firstFlight: flight,
      policies,
      outline: this.#outline?.finish(),
    };
  }

  #text(outline: OutlineBuilder): void {
    const { bytes, hasBeyond, textStart, start } = this.#lexer;
    outline.text(undefined, !hasBeyond || hasAscii(bytes, textStart, start));
    if (hasBeyond) outline.addCharacters(bytes, textStart, start);
  }

  #endTag(tag: TagName): void {
    if (!this.#templates.isInert) this.#outline?.close(tag);
    if (this.#foreign.depth > 0) {
      this.#foreign.end(tag);
      this.#lexer.foreign = this.#foreign.inside;
    }
    this.#end(tag);
  }

  #end(tag: TagName): void {
    if (!tag.endCounts) return;
    this.#elements.end(tag);
    if (tag === TEMPLATE) this.#closeTemplate();
  }

  #startTag(tag: TagName): void {
    const lexer = this.#lexer;
    if (this.#foreign.inside || tag === SVG || tag === MATH) {
      this.#foreign.start(tag, lexer.selfClosing);
      lexer.foreign = this.#foreign.inside;
    }
    if (tag.refers || tag.hasBackground) this.#referring(tag);
    if (!this.#templates.isInert && this.#outline !== undefined && tag !== TEMPLATE) this.#enter(this.#outline);
    if (lexer.isEmpty) {
      if (!this.#foreign.inside) this.#end(tag);
    } else if (tag === PLAINTEXT) lexer.position = lexer.bytes.length;
    else if (tag.raw && !(this.#foreign.inside && (!FOREIGN.has(tag.name) || !this.#foreign.inSvg))) {
      this.#rawText(tag.name);
    }
  }

  #referring(tag: TagName): void {
    if (this.#foreign.inside) {
      if (!this.#templates.isInert && this.#foreign.inSvg && FOREIGN.has(tag.name)) this.#elements.start(tag);
    } else if (tag === TEMPLATE) this.#openTemplate();
    else if (!this.#templates.isInert) this.#elements.start(tag);
  }

  #enter(outline: OutlineBuilder): void {
    const lexer = this.#lexer;
    const node = outline.open(lexer, this.#templates.isInShadow);
    if (lexer.tag === SLOT) this.#templates.addSlot(lexer.attribute("name") ?? "");
    lexer.ignoresText = outline.ignoresText;
    if (lexer.tag === SELECT) outline.text(node);
    else if (lexer.tag === INPUT && !TEXTLESS.test(lexer.attribute("type") ?? "")) outline.text(node);
  }

  #rawText(name: string): void {
    const lexer = this.#lexer;
    const start = lexer.position;
    // Attributes are those of the start tag until the next one is read.
    const take = this.#templates.isInert ? undefined : this.#takerOf(name);
    const end = lexer.rawText();
    // An empty text area has its font loaded, too.
    if (end > start || name === "textarea") take?.(() => lexer.slice(start, end), start);
  }

  /** What is done with an element's text. */
  #takerOf(name: string): ((text: () => string, offset: number) => void) | undefined {
    if (name === "textarea") return () => this.#outline?.text();
    if (name === "style") {
      const windows = this.#elements.links.windowsOfStyle;
      const isMarkup = this.#isXml || this.#foreign.inside;
      return (
        windows && ((text, offset) => this.#takeStyle(isMarkup ? withoutSections(text()) : text(), offset, windows))
      );
    }
    if (name !== "script" || this.#lexer.attribute("src") !== undefined) return undefined;
    if (isClassicInline(this.#lexer)) return (text, offset) => this.#takeClassicScript(text(), offset);
    const type = this.#lexer.attribute("type")?.trim().toLowerCase();
    if (type === "importmap") {
      return (text, offset) => {
        this.#importMapOffset ??= offset;
        this.#importMaps.push(text());
      };
    }
    if (type !== "module") return undefined;
    const need = this.#lexer.attribute("async") === undefined ? NEED.module : NEED.asyncScript;
    return (text, offset) => this.#modules.push({ text: text(), offset, need });
  }

  #takeClassicScript(text: string, offset: number): void {
    this.#hasInlineScript = true;
    if (mayLoad(text)) this.#scripts.push({ text, offset });
    this.#definesIslands ||= text.includes(ASTRO_ISLAND);
    this.#mentionsImportMap ||= mayAddImportMap(text);
    this.#mayMoveBase ||= MAKES_BASE.test(text);
  }

  #takeStyle(text: string, offset: number, windows: Windows): void {
    if (this.#css === undefined) return;
    this.#styles.push({ facts: this.#css(text), offset, windows, applies: !this.#templates.isInShadow });
  }

  #openTemplate(): void {
    this.#templates.start(this.#lexer.attribute("shadowrootmode"), this.#outline);
    this.#elements.links.inShadow = this.#templates.isInShadow;
  }

  #closeTemplate(): void {
    this.#templates.end(this.#outline);
    this.#elements.links.inShadow = this.#templates.isInShadow;
  }
}

/** The text of CDATA sections (XML 1.0 §2.7; HTML §13.2.5.69), with spaces for what marks them. */
const withoutSections = (text: string) => text.replaceAll(/<!\[CDATA\[|\]\]>/g, (mark) => " ".repeat(mark.length));
