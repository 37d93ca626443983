import type { CssFacts } from "./css.js";
import type { Destination } from "./destination.js";
import { ForeignContent } from "./foreign.js";
import { HtmlLexer, type HtmlToken } from "./html-lexer.js";
import { chooseImage, isImageType, type ImageSource } from "./image.js";
import type { LinkAttributes } from "./manifest.js";
import { DEFAULT_VIEWPORT, isTrivialMedia, matchesMedia, type Viewport } from "./media.js";
import type { Outline } from "./outline.js";
import type { OutlineBuilder } from "./outline-builder.js";
import { NEED, type Need, type Reference } from "./reference.js";
import { type TagName, tagNamed } from "./tag-name.js";

/** A reference that is left out although it looks like one, and why. */
export interface LeftReference {
  readonly url: string;
  readonly offset: number;
  readonly why: "lazy" | "nomodule" | "disabled" | "media" | "type" | "not loaded";
}

/** What an HTML document refers to. */
export interface HtmlFacts {
  /** The first `<base href>`, and from where on it counts. */
  readonly base: { readonly href: string; readonly offset: number } | undefined;
  /** In document order. */
  readonly references: readonly Reference[];
  readonly left: readonly LeftReference[];
  /** Content of the `style` elements. */
  readonly styles: readonly InlineStylesheet[];
  /** Module scripts in the page. */
  readonly modules: readonly InlineModule[];
  /** Texts of the import maps. */
  readonly importMaps: readonly string[];
  /** Policies of `meta` elements, and from where on they count. */
  readonly policies: readonly { readonly content: string; readonly offset: number }[];
  /** What the page consists of; undefined when none was asked for. */
  readonly outline: Outline | undefined;
}

/** A `style` element that applies. */
export interface InlineStylesheet {
  readonly facts: CssFacts;
  readonly offset: number;
}

/** A module script in the page. */
export interface InlineModule {
  readonly text: string;
  readonly offset: number;
  readonly need: Need;
}

/** What reading a page calls upon beside its references. */
export interface HtmlReaders {
  readonly viewport?: Viewport;
  readonly outline?: OutlineBuilder;
  /** Reads the text of a `style` element. */
  readonly css?: (text: string) => CssFacts;
}

/** Elements whose content is text up to their end tag, with scripting on (HTML §13.2.6.4.7 on). */
for (const name of ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"]) {
  tagNamed(name).raw = true;
}
const SVG = tagNamed("svg");
const MATH = tagNamed("math");
const TEMPLATE = tagNamed("template");
const PLAINTEXT = tagNamed("plaintext");
const SELECT = tagNamed("select");
const INPUT = tagNamed("input");

/** Elements that refer to something, or bear on what others do. */
for (const name of "audio base body embed feimage frame html iframe image img input link math meta object picture plaintext script select source svg template track use video".split(
  " ",
)) {
  tagNamed(name).refers = true;
}

/** JavaScript media types (MIME Sniffing §4.6); a script of another type is data. */
const SCRIPT_TYPE =
  /^(?:(?:application|text)\/(?:x-)?(?:ecma|java)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/;

/** Elements of SVG that refer to something, and those whose content is a text of its own there, too. */
const FOREIGN: ReadonlySet<string> = new Set(["feimage", "image", "script", "style", "use"]);

/** Elements whose end bears on what follows, and those that go on to the end of the page. */
for (const name of ["audio", "body", "html", "picture", "template", "video"]) tagNamed(name).endCounts = true;

/** Elements that refer to something by one attribute alone, `background`. */
for (const name of ["table", "tbody", "td", "tfoot", "th", "thead", "tr"]) tagNamed(name).hasBackground = true;

/** Chromium passes over a font of an older name, such as `application/font-woff2`. */
const FONT_TYPE = /^font\/(?:woff2?|ttf|otf|sfnt|collection)$/;

/** What `link rel=preload` may name in a browser (FACTS: other kinds are not taken), and when it is needed. */
const PRELOADABLE: Readonly<Record<string, Need>> = {
  fetch: NEED.other,
  font: NEED.font,
  image: NEED.image,
  script: NEED.deferredScript,
  style: NEED.style,
  track: NEED.other,
};

/** Reads what a page, in UTF-8, refers to, in one pass over its bytes. */
export function readHtml(bytes: Buffer, readers: HtmlReaders = {}): HtmlFacts {
  return new HtmlReader(bytes, readers).read();
}

/** Input types that show no text. */
const TEXTLESS = /^(?:hidden|checkbox|radio|image|range|color|file)$/i;

type ReferenceLink = LinkAttributes & Pick<Reference, "applies">;

class HtmlReader {
  readonly #lexer: HtmlLexer;
  readonly #viewport: Viewport;
  readonly #references: Reference[] = [];
  readonly #left: LeftReference[] = [];
  #base: { readonly href: string; readonly offset: number } | undefined;
  /** The open templates; those with a shadow root are part of the page. */
  readonly #templates: boolean[] = [];
  #inert = 0;
  readonly #foreign = new ForeignContent();
  #picture: ImageSource[] | undefined;
  #media: { readonly as: "audio" | "video"; done: boolean; readonly loads: boolean } | undefined;
  #title: string | undefined;
  #inHead = true;
  readonly #outline: OutlineBuilder | undefined;
  readonly #css: HtmlReaders["css"];
  readonly #styles: InlineStylesheet[] = [];
  readonly #modules: InlineModule[] = [];
  readonly #importMaps: string[] = [];
  readonly #policies: { content: string; offset: number }[] = [];

  constructor(bytes: Buffer, readers: HtmlReaders) {
    this.#lexer = new HtmlLexer(bytes);
    this.#viewport = readers.viewport ?? DEFAULT_VIEWPORT;
    this.#outline = readers.outline;
    this.#css = readers.css;
  }

  read(): HtmlFacts {
    const lexer = this.#lexer;
    for (let token = this.#next(); token !== "eof"; token = this.#next()) {
      if (lexer.hasText && this.#inert === 0 && this.#outline !== undefined) this.#text(this.#outline);
      if (token === "end") this.#endTag(lexer.tag);
      else this.#startTag(lexer.tag);
    }
    return {
      base: this.#base,
      references: this.#references,
      left: this.#left,
      styles: this.#styles,
      modules: this.#modules,
      importMaps: this.#importMaps,
      policies: this.#policies,
      outline: this.#outline?.finish(),
    };
  }

  /** Moves to the next tag, past those that bear on the outline alone and were met before. */
  #next(): HtmlToken {
    const lexer = this.#lexer;
    if (this.#inert === 0 && this.#foreign.depth === 0 && this.#outline !== undefined) {
      lexer.position = this.#outline.skim(lexer.cursor, lexer.position);
    }
    return lexer.next();
  }

  #text(outline: OutlineBuilder): void {
    const { bytes, hasBeyond, textStart, start } = this.#lexer;
    outline.text();
    if (hasBeyond) outline.addCharacters(bytes, textStart, start);
  }

  #endTag(tag: TagName): void {
    if (this.#inert === 0) this.#outline?.close(tag);
    if (this.#foreign.depth > 0) {
      this.#foreign.end(tag);
      this.#lexer.foreign = this.#foreign.inside;
    }
    if (!tag.endCounts) return;
    const { name } = tag;
    if (name === "picture") this.#picture = undefined;
    else if (name === "video" || name === "audio") this.#media = undefined;
    else if (tag === TEMPLATE && this.#templates.pop() === false) this.#inert -= 1;
  }

  #startTag(tag: TagName): void {
    const lexer = this.#lexer;
    if (this.#foreign.inside || tag === SVG || tag === MATH) {
      this.#foreign.start(tag, lexer.selfClosing);
      lexer.foreign = this.#foreign.inside;
    }
    if (tag.refers || tag.hasBackground) this.#referring(tag);
    if (this.#inert === 0 && this.#outline !== undefined && tag !== TEMPLATE) this.#enter(this.#outline);
    if (tag === PLAINTEXT) lexer.position = lexer.bytes.length;
    else if (
      tag.raw &&
      !(this.#foreign.inside && (lexer.selfClosing || !FOREIGN.has(tag.name) || !this.#foreign.inSvg))
    ) {
      this.#rawText(tag.name);
    }
  }

  #referring(tag: TagName): void {
    if (this.#foreign.inside) {
      if (this.#inert === 0 && this.#foreign.inSvg && FOREIGN.has(tag.name)) this.#element(tag);
    } else if (tag === TEMPLATE) this.#openTemplate();
    else if (this.#inert === 0) this.#element(tag);
  }

  #enter(outline: OutlineBuilder): void {
    const lexer = this.#lexer;
    const node = outline.open(lexer);
    lexer.ignoresText = outline.ignoresText;
    if (lexer.tag === SELECT) outline.text(node);
    else if (lexer.tag === INPUT && !TEXTLESS.test(lexer.attribute("type") ?? "")) outline.text(node);
  }

  #rawText(name: string): void {
    const lexer = this.#lexer;
    const start = lexer.position;
    // Attributes are those of the start tag until the next one is read.
    const take = this.#inert > 0 ? undefined : this.#takerOf(name);
    const end = lexer.rawText();
    // An empty text area has its font loaded, too.
    if (end > start || name === "textarea") take?.(() => lexer.slice(start, end), start);
  }

  /** What is done with an element's text. */
  #takerOf(name: string): ((text: () => string, offset: number) => void) | undefined {
    if (name === "textarea") return () => this.#outline?.text();
    if (name === "style") return this.#isAppliedStyle() ? (text, offset) => this.#takeStyle(text(), offset) : undefined;
    if (name !== "script" || this.#lexer.attribute("src") !== undefined) return undefined;
    const type = this.#lexer.attribute("type")?.trim().toLowerCase();
    if (type === "importmap") return (text) => this.#importMaps.push(text());
    if (type !== "module") return undefined;
    const need = this.#lexer.attribute("async") === undefined ? NEED.module : NEED.asyncScript;
    return (text, offset) => this.#modules.push({ text: text(), offset, need });
  }

  #takeStyle(text: string, offset: number): void {
    if (this.#css !== undefined) this.#styles.push({ facts: this.#css(text), offset });
  }

  #isAppliedStyle(): boolean {
    const type = this.#lexer.attribute("type")?.trim().toLowerCase() ?? "";
    if ((type !== "" && type !== "text/css") || !this.#isPreferred(false)) return false;
    return matchesMedia(this.#lexer.attribute("media") ?? "", this.#viewport);
  }

  /** A template's content is no part of the page, unless it becomes a shadow tree at once. */
  #openTemplate(): void {
    const shadow = /^(?:open|closed)$/i.test(this.#lexer.attribute("shadowrootmode") ?? "");
    this.#templates.push(shadow);
    if (!shadow) this.#inert += 1;
  }

  #element({ name, hasBackground }: TagName): void {
    switch (name) {
      case "base":
        return this.#baseElement();
      case "link":
        return this.#link();
      case "script":
        return this.#script();
      case "img":
        return this.#img();
      case "image":
        return this.#foreign.inside ? this.#svgReference("image", NEED.image, true) : this.#img();
      case "feimage":
        return this.#svgReference("image", NEED.image, false);
      case "use":
        return this.#foreign.inside ? this.#svgReference("image", NEED.other, false) : undefined;
      case "meta":
        return this.#meta();
      case "picture":
        this.#picture = [];
        return;
      case "source":
        return this.#sourceElement();
      case "video":
      case "audio":
        return this.#mediaElement(name);
      case "track":
        if (this.#media !== undefined && this.#lexer.attribute("default") !== undefined) this.#plain("src", "track");
        return;
      case "input":
        if (this.#lexer.attribute("type")?.toLowerCase() === "image") this.#image("src", "input src");
        return;
      case "iframe":
      case "frame":
        if (this.#lexer.attribute("srcdoc") === undefined) this.#plain("src", "document");
        return;
      case "embed":
        return this.#plugin("src", "embed");
      case "object":
        return this.#plugin("data", "object");
      case "body":
        this.#inHead = false;
        return this.#image("background", "body background");
      default:
        if (hasBackground) this.#image("background", `${name} background`);
    }
  }

  #add(url: string | undefined, as: Destination, need: Need, by: string, link: ReferenceLink): void {
    const text = url?.trim() ?? "";
    if (text !== "") this.#references.push({ url: text, as, need, by, offset: this.#lexer.start, ...link });
  }

  #leave(url: string | undefined, why: LeftReference["why"]): void {
    if (url !== undefined && url.trim() !== "") {
      this.#left.push({ url: url.trim(), why, offset: this.#lexer.start });
    }
  }

  /** A load that no browser takes a preload for. */
  #plain(attribute: string, as: Destination): void {
    const url = this.#lexer.attribute(attribute);
    if (url === undefined) return;
    if (this.#isLazy()) return this.#leave(url, "lazy");
    this.#add(url, as, NEED.other, `${this.#lexer.tag.name} ${attribute}`, {});
  }

  /** No browser has plugins any more: what is for one is not loaded. */
  #plugin(attribute: string, as: Destination): void {
    const url = this.#lexer.attribute(attribute);
    const isForPlugin =
      /flash|silverlight|java|director/i.test(this.#lexer.attribute("type") ?? "") ||
      /\.(?:swf|xap|dcr)$/i.test(url ?? "");
    if (isForPlugin) this.#leave(url, "type");
    else this.#plain(attribute, as);
  }

  #isLazy(): boolean {
    return this.#lexer.attribute("loading")?.trim().toLowerCase() === "lazy";
  }

  #image(attribute: string, by: string): void {
    this.#add(this.#lexer.attribute(attribute), "image", NEED.image, by, { rel: "preload", ...this.#cors() });
  }

  #svgReference(as: Destination, need: Need, linked: boolean): void {
    const url = this.#lexer.attribute("href") ?? this.#lexer.attribute("xlink:href");
    // A fragment alone is an element of this document.
    if (url?.trim().startsWith("#") === true) return;
    this.#add(url, as, need, `${this.#lexer.tag.name} href`, linked ? { rel: "preload" } : {});
  }

  #meta(): void {
    if (this.#lexer.attribute("http-equiv")?.trim().toLowerCase() !== "content-security-policy") return;
    const content = this.#lexer.attribute("content");
    // In the body a policy counts for nothing (HTML §4.2.5.3).
    if (this.#inHead && content !== undefined) this.#policies.push({ content, offset: this.#lexer.start });
  }

  #baseElement(): void {
    const href = this.#lexer.attribute("href");
    if (href !== undefined && this.#base === undefined) this.#base = { href: href.trim(), offset: this.#lexer.start };
  }

  #cors(): LinkAttributes {
    const value = this.#lexer.attribute("crossorigin");
    if (value === undefined) return {};
    return { crossorigin: value.trim().toLowerCase() === "use-credentials" ? "use-credentials" : "anonymous" };
  }

  /** `crossorigin`, `integrity` and `fetchpriority`, which a link must repeat (FACTS: else it is fetched twice). */
  #fetchAttributes(): LinkAttributes {
    const integrity = this.#lexer.attribute("integrity")?.trim() ?? "";
    const priority = this.#lexer.attribute("fetchpriority")?.trim().toLowerCase();
    return {
      ...this.#cors(),
      ...(integrity === "" ? {} : { integrity }),
      ...(priority === "high" || priority === "low" ? { fetchpriority: priority } : {}),
    };
  }

  #link(): void {
    const rel = (this.#lexer.attribute("rel") ?? "").toLowerCase().split(/[\t\n\f\r ]+/);
    const href = this.#lexer.attribute("href");
    if (rel.includes("stylesheet")) this.#stylesheet(href, rel.includes("alternate"));
    else if (rel.includes("preload")) this.#preload(href);
    else if (rel.includes("modulepreload")) this.#modulePreload(href);
  }

  #stylesheet(href: string | undefined, alternate: boolean): void {
    const type = (this.#lexer.attribute("type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (type !== "" && type !== "text/css") return this.#leave(href, "type");
    if (this.#lexer.attribute("disabled") !== undefined) return this.#leave(href, "disabled");
    const media = this.#lexer.attribute("media") ?? "";
    const attributes: LinkAttributes = { rel: "preload", ...this.#fetchAttributes() };
    if (!this.#isPreferred(alternate)) {
      // An alternate is fetched last; no link says so, and "not all" is taken by no client.
      const link = { ...attributes, media: "not all", applies: false };
      return this.#add(href, "style", NEED.idle, "alternate stylesheet", link);
    }
    const matching = matchesMedia(media, this.#viewport);
    const applies = matching || this.#swapped();
    const link = { ...attributes, applies, ...(isTrivialMedia(media) ? {} : { media }) };
    this.#add(href, "style", matching ? NEED.style : NEED.idle, "stylesheet", link);
  }

  /** `onload="this.media='all'"`: the usual way to load a stylesheet without waiting for it; it applies in the end. */
  #swapped(): "later" | false {
    return /\bthis\s*\.\s*(?:media|rel)\s*=/.test(this.#lexer.attribute("onload") ?? "") && "later";
  }

  /** Of titled stylesheets, only the set named first applies (CSSOM §6.2, "preferred"). */
  #isPreferred(alternate: boolean): boolean {
    const title = this.#lexer.attribute("title") ?? "";
    if (alternate) return false;
    if (title === "") return true;
    this.#title ??= title;
    return title === this.#title;
  }

  #preload(href: string | undefined): void {
    const as = this.#lexer.attribute("as")?.trim().toLowerCase() ?? "";
    const need = Object.hasOwn(PRELOADABLE, as) ? PRELOADABLE[as] : undefined;
    if (need === undefined) return this.#leave(href, "not loaded");
    const media = this.#lexer.attribute("media") ?? "";
    if (!matchesMedia(media, this.#viewport)) return this.#leave(href, "media");
    const type = this.#lexer.attribute("type")?.trim() ?? "";
    if (!isPreloadType(as, type)) return this.#leave(href, "type");
    const link: LinkAttributes = {
      rel: "preload",
      ...this.#fetchAttributes(),
      ...(type === "" ? {} : { type }),
      ...(isTrivialMedia(media) ? {} : { media }),
    };
    if (as === "image") this.#imagePreload(href, link);
    else if (as === "style") this.#add(href, as, need, "preload", { ...link, applies: this.#swapped() });
    else this.#add(href, toDestination(as), need, "preload", link);
  }

  #imagePreload(href: string | undefined, link: LinkAttributes): void {
    const srcset = this.#lexer.attribute("imagesrcset");
    const sizes = this.#lexer.attribute("imagesizes");
    const chosen = chooseImage([{ src: href, srcset, sizes }], this.#viewport);
    this.#add(chosen?.url, "image", NEED.image, "preload", { ...link, ...candidates(chosen) });
  }

  #modulePreload(href: string | undefined): void {
    if (!matchesMedia(this.#lexer.attribute("media") ?? "", this.#viewport)) return this.#leave(href, "media");
    const as = this.#lexer.attribute("as")?.trim().toLowerCase() ?? "";
    const destination: Destination = as === "json" || as === "style" ? as : "script";
    this.#add(href, destination, NEED.module, "modulepreload", { rel: "modulepreload", ...this.#fetchAttributes() });
  }

  #script(): void {
    const lexer = this.#lexer;
    const inSvg = this.#foreign.inSvg;
    const src = inSvg ? (lexer.attribute("href") ?? lexer.attribute("xlink:href")) : lexer.attribute("src");
    const kind = this.#scriptKind();
    if (kind === "data" || src === undefined) return;
    const isAsync = this.#lexer.attribute("async") !== undefined;
    if (kind === "module") {
      const need = isAsync ? NEED.asyncScript : NEED.module;
      this.#add(src, "script", need, "module script", { rel: "modulepreload", ...this.#fetchAttributes() });
      return;
    }
    if (this.#lexer.attribute("nomodule") !== undefined) return this.#leave(src, "nomodule");
    const isDeferred = this.#lexer.attribute("defer") !== undefined;
    const need = isAsync ? NEED.asyncScript : isDeferred ? NEED.deferredScript : NEED.blockingScript;
    this.#add(src, "script", need, "script", { rel: "preload", ...this.#fetchAttributes() });
  }

  #scriptKind(): "classic" | "module" | "data" {
    const type = this.#lexer.attribute("type");
    const language = this.#lexer.attribute("language") ?? "";
    if (type === undefined) return language === "" || isScriptType(`text/${language}`) ? "classic" : "data";
    const trimmed = type.trim().toLowerCase();
    if (type.toLowerCase() === "module") return "module";
    return type === "" || isScriptType(trimmed) ? "classic" : "data";
  }

  #img(): void {
    const lexer = this.#lexer;
    const own: ImageSource = {
      src: lexer.attribute("src"),
      srcset: lexer.attribute("srcset"),
      sizes: lexer.attribute("sizes"),
    };
    const chosen = chooseImage([...(this.#picture ?? []), own], this.#viewport);
    if (chosen === undefined) return;
    if (this.#isLazy()) return this.#leave(chosen.url, "lazy");
    const link = { rel: "preload" as const, ...this.#fetchAttributes(), ...candidates(chosen) };
    this.#add(chosen.url, "image", NEED.image, "img", link);
  }

  #sourceElement(): void {
    const lexer = this.#lexer;
    if (this.#media !== undefined) return this.#mediaSource();
    this.#picture?.push({
      srcset: lexer.attribute("srcset"),
      sizes: lexer.attribute("sizes"),
      media: lexer.attribute("media"),
      type: lexer.attribute("type"),
    });
  }

  /** Without `preload=none` a browser asks for the first bytes at once; where it plays muted by itself in any case. */
  #mediaElement(as: "audio" | "video"): void {
    const lexer = this.#lexer;
    if (as === "video") this.#image("poster", "video poster");
    const preload = lexer.attribute("preload")?.trim().toLowerCase();
    // What would be heard does not play by itself.
    const plays = lexer.attribute("autoplay") !== undefined && lexer.attribute("muted") !== undefined;
    const loads = preload !== "none" || plays;
    const src = lexer.attribute("src");
    this.#media = { as, loads, done: src !== undefined };
    if (src === undefined) return;
    if (loads) this.#add(src, as, NEED.other, `${as} src`, {});
    else this.#leave(src, "not loaded");
  }

  /** The first source of a type that is played is the one that is loaded (HTML §4.8.11.5). */
  #mediaSource(): void {
    const media = this.#media;
    const lexer = this.#lexer;
    const src = lexer.attribute("src");
    if (media === undefined || media.done || src === undefined) return;
    if (!isPlayable(lexer.attribute("type"))) return this.#leave(src, "type");
    if (!matchesMedia(lexer.attribute("media") ?? "", this.#viewport)) return this.#leave(src, "media");
    media.done = true;
    if (media.loads) this.#add(src, media.as, NEED.other, `${media.as} source`, {});
    else this.#leave(src, "not loaded");
  }
}

/** Whether a browser that has the `as` of a preload takes its `type`, too. */
function isPreloadType(as: string, type: string): boolean {
  if (as === "image") return isImageType(type);
  const essence = type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (as === "font") return essence === "" || FONT_TYPE.test(essence);
  return as !== "style" || essence === "" || essence === "text/css";
}

function toDestination(as: string): Destination {
  return as === "font" || as === "script" || as === "style" || as === "track" ? as : "fetch";
}

function isScriptType(type: string): boolean {
  return SCRIPT_TYPE.test(type.toLowerCase());
}

const PLAYABLE =
  /^(?:audio\/(?:mp4|mpeg|x-m4a|mp3|x-mp3|wav|x-wav|aac|flac|ogg|webm)|video\/(?:mp4|x-m4v|webm|ogg|x-matroska|3gpp)|application\/(?:ogg|x-mpegurl|vnd\.apple\.mpegurl))$/;

/** Whether Chromium may play media of that type (what its `canPlayType` says); without one it tries. */
function isPlayable(type: string | undefined): boolean {
  const [essence = "", parameters = ""] = (type ?? "").toLowerCase().split(";", 2);
  return essence.trim() === "" || (PLAYABLE.test(essence.trim()) && !/\btheora\b/.test(parameters));
}

function candidates(chosen: ReturnType<typeof chooseImage>): LinkAttributes {
  if (chosen === undefined) return {};
  const { srcset, sizes, media, type } = chosen;
  return {
    ...(srcset === undefined ? {} : { imagesrcset: srcset }),
    ...(sizes === undefined ? {} : { imagesizes: sizes }),
    ...(media === undefined ? {} : { media }),
    ...(type === undefined ? {} : { type }),
  };
}
