import type { Destination } from "../../../manifest/destination.js";
import type { ForeignContent } from "../foreign-content.js";
import type { HtmlLexer } from "../lexer.js";
import { readIsland } from "./island-element.js";
import { LinkElements } from "./link-element.js";
import { MediaElements } from "./media-element.js";
import type { Viewport } from "../../css/media-queries.js";
import { Pictures } from "./img-element.js";
import { NEED, type Need } from "../../url/reference.js";
import { readScriptElement } from "./script-element.js";
import { type TagName, tagNamed } from "../tag-name.js";
import { TagReferences } from "./tag-references.js";

/** Elements that refer to something, or bear on what others do. */
for (const name of "astro-island audio base body embed feimage frame iframe image img input link meta object picture script source track use video".split(
  " ",
)) {
  tagNamed(name).refers = true;
}

/** Elements whose end bears on what others refer to. */
for (const name of ["audio", "picture", "video"]) tagNamed(name).endCounts = true;

/** Elements that refer to something by one attribute alone, `background`. */
for (const name of ["table", "tbody", "td", "tfoot", "th", "thead", "tr"]) tagNamed(name).hasBackground = true;

/** Reads what the elements of a page refer to, each as the lexer stands at its tag. */
export class ElementReader {
  readonly references: TagReferences;
  readonly links: LinkElements;
  /** The first `<base href>`, and from where on it counts. */
  base: { readonly href: string; readonly offset: number } | undefined;
  readonly policies: { readonly content: string; readonly offset: number }[] = [];
  readonly #lexer: HtmlLexer;
  readonly #foreign: ForeignContent;
  readonly #pictures: Pictures;
  readonly #media: MediaElements;
  #inHead = true;

  constructor(lexer: HtmlLexer, foreign: ForeignContent, viewport: Viewport) {
    this.#lexer = lexer;
    this.#foreign = foreign;
    this.references = new TagReferences(lexer, viewport);
    this.links = new LinkElements(this.references);
    this.#pictures = new Pictures(this.references);
    this.#media = new MediaElements(this.references);
  }

  /** Reads a start tag. */
  start({ name, hasBackground }: TagName): void {
    switch (name) {
      case "base":
        return this.#base();
      case "link":
        return this.links.read();
      case "script":
        return readScriptElement(this.#lexer, this.references, this.#foreign.inSvg);
      case "img":
        return this.#pictures.image();
      case "image":
        return this.#foreign.inside ? this.#inSvg("image", NEED.image, true) : this.#pictures.image();
      case "feimage":
        return this.#inSvg("image", NEED.image, false);
      case "use":
        return this.#foreign.inside ? this.#inSvg("image", NEED.other, false) : undefined;
      case "meta":
        return this.#meta();
      case "astro-island":
        return readIsland(this.references);
      case "picture":
        return this.#pictures.open();
      case "source":
        return this.#media.isOpen ? this.#media.source() : this.#pictures.source();
      case "video":
      case "audio":
        return this.#media.open(name);
      case "track":
        return this.#media.track();
      case "input":
        if (this.#lexer.attribute("type")?.toLowerCase() === "image") this.references.addImage("src", "input src");
        return;
      case "iframe":
      case "frame":
        if (this.#lexer.attribute("srcdoc") === undefined) this.references.addPlain("src", "document");
        return;
      case "embed":
        return this.#plugin("src", "embed");
      case "object":
        return this.#plugin("data", "object");
      case "body":
        this.#inHead = false;
        return this.references.addImage("background", "body background");
      default:
        if (hasBackground) this.references.addImage("background", `${name} background`);
    }
  }

  /** Takes note of an end tag. */
  end({ name }: TagName): void {
    if (name === "picture") this.#pictures.close();
    else if (name === "video" || name === "audio") this.#media.close();
  }

  /** No browser has plugins any more: what is for one is not loaded. */
  #plugin(attribute: string, as: Destination): void {
    const url = this.#lexer.attribute(attribute);
    const isForPlugin =
      /flash|silverlight|java|director/i.test(this.#lexer.attribute("type") ?? "") ||
      /\.(?:swf|xap|dcr)$/i.test(url ?? "");
    if (isForPlugin) this.references.ignore(url, as, "type");
    else this.references.addPlain(attribute, as);
  }

  #inSvg(as: Destination, need: Need, linked: boolean): void {
    const url = this.#lexer.attribute("href") ?? this.#lexer.attribute("xlink:href");
    // A fragment alone is an element of this document.
    if (url?.trim().startsWith("#") === true) return;
    this.references.add(url, as, need, `${this.#lexer.tag.name} href`, linked ? { rel: "preload" } : {});
  }

  #meta(): void {
    if (this.#lexer.attribute("http-equiv")?.trim().toLowerCase() !== "content-security-policy") return;
    const content = this.#lexer.attribute("content");
    // In the body a policy counts for nothing (HTML §4.2.5.3).
    if (this.#inHead && content !== undefined) this.policies.push({ content, offset: this.#lexer.start });
  }

  #base(): void {
    const href = this.#lexer.attribute("href");
    if (href !== undefined && this.base === undefined) this.base = { href: href.trim(), offset: this.#lexer.start };
  }
}
