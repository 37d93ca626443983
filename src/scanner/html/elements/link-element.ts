import type { LinkPreload } from "../facts.js";
import type { Windows } from "../../css/facts.js";
import type { Destination } from "../../../manifest/destination.js";
import type { HtmlLexer } from "../lexer.js";
import { chooseImage, isImageType, NO_MEDIA } from "./image-candidates.js";
import type { LinkAttributes } from "../../../manifest/types.js";
import { isTrivialMedia, matchesMedia, mayMatchMedia } from "../../css/media-queries.js";
import { candidatesOf } from "./img-element.js";
import { type Applies, NEED, type Need } from "../../url/reference.js";
import type { TagReferences } from "./tag-references.js";
import { essenceOf } from "../../../io/text/media-type-essence.js";

/** Chromium passes over a font of an older name, such as `application/font-woff2`. */
export const FONT_TYPE = /^font\/(?:woff2?|ttf|otf|sfnt|collection)$/;

/** What `link rel=preload` may name in a browser (FACTS: other kinds are not taken), and when it is needed. */
const PRELOADABLE: ReadonlyMap<string, Need> = new Map(
  Object.entries({
    fetch: NEED.other,
    font: NEED.font,
    image: NEED.image,
    script: NEED.deferredScript,
    style: NEED.style,
    track: NEED.other,
  }),
);

/** What a `link` is told by that `h2push export --inject` has put into a page. */
export const OWN_ATTRIBUTE = "data-h2push";

/** How a handler on the element sets an attribute of it; `this` may be left out (HTML §8.1.8.1). */
const SWAP = {
  media: /(?<![\w$.])(?:this\s*\.\s*)?(?:media\s*=(?!=)|(?:set|remove)Attribute\(\s*["']media["'])/,
  rel: /(?<![\w$.])(?:this\s*\.\s*)?(?:rel\s*=(?!=)|setAttribute\(\s*["']rel["'])/,
} as const;

const ICONS: ReadonlySet<string> = new Set(["icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"]);

/** What an announcement says of how its target is fetched. */
const NOTED = ["as", "type", "crossorigin", "integrity", "media", "imagesrcset", "imagesizes", "onload"];

/** Reads the `link` elements of a page (HTML §4.2.4), and which of its titled stylesheets apply. */
export class LinkElements {
  /** What stands in a shadow tree does not apply to the page. */
  inShadow = false;
  readonly #lexer: HtmlLexer;
  readonly #references: TagReferences;
  readonly preloads: LinkPreload[] = [];
  #title: string | undefined;

  constructor(references: TagReferences) {
    this.#references = references;
    this.#lexer = references.lexer;
  }

  /** Reads the `link` that the lexer stands at. */
  read(): void {
    // Ours, in a copy that was exported: what the page needs is told without it.
    if (this.#lexer.attribute(OWN_ATTRIBUTE) !== undefined) return;
    const rel = (this.#lexer.attribute("rel") ?? "").toLowerCase().split(/[\t\n\f\r ]+/);
    const href = this.#lexer.attribute("href");
    if (rel.includes("stylesheet")) this.#stylesheet(href, rel.includes("alternate"));
    else if (rel.includes("preload")) this.#preload(href);
    else if (rel.includes("modulepreload")) this.#modulePreload(href);
    // A browser fetches one when it has nothing else to do, and takes no preload for it.
    else if (rel.some((type) => ICONS.has(type))) this.#references.ignore(href, "image", "icon");
  }

  /** Where the `style` element that the lexer stands at applies; undefined where it does not at all. */
  get windowsOfStyle(): Windows | undefined {
    const type = this.#lexer.attribute("type")?.trim().toLowerCase() ?? "";
    if ((type !== "" && type !== "text/css") || !this.#isPreferred(false)) return undefined;
    const media = this.#lexer.attribute("media") ?? "";
    if (matchesMedia(media, this.#references.viewport)) return isTrivialMedia(media) ? "all" : "some";
    return mayMatchMedia(media) ? "others" : undefined;
  }

  #stylesheet(href: string | undefined, alternate: boolean): void {
    const references = this.#references;
    const type = essenceOf(this.#lexer.attribute("type") ?? "");
    if (type !== "" && type !== "text/css") return references.ignore(href, "style", "type");
    if (this.#lexer.attribute("disabled") !== undefined) return references.ignore(href, "style", "disabled");
    const media = this.#lexer.attribute("media") ?? "";
    const attributes: LinkAttributes = { rel: "preload", ...references.fetchAttributes() };
    if (!this.#isPreferred(alternate)) {
      // An alternate is fetched last, which no link says.
      const applies: Applies = !this.inShadow && this.#swaps("rel") && "deferred";
      const link = { ...attributes, media: NO_MEDIA, applies };
      return references.add(href, "style", NEED.idle, "alternate stylesheet", link);
    }
    const matching = matchesMedia(media, this.#references.viewport);
    const applies: Applies =
      !this.inShadow && (matching || (this.#swaps("media") && "deferred") || (mayMatchMedia(media) && "elsewhere"));
    const link = { ...attributes, applies, ...(isTrivialMedia(media) ? {} : { media }) };
    references.add(href, "style", matching ? NEED.style : NEED.idle, "stylesheet", link);
  }

  /**
   * `onload="this.media='all'"`: the usual way to load a stylesheet without waiting for it; it applies in the end.
   * Under a policy Angular says the same in an attribute of its own.
   */
  #swaps(attribute: keyof typeof SWAP): boolean {
    if (attribute === "media" && this.#lexer.attribute("ngcspmedia") !== undefined) return true;
    return SWAP[attribute].test(this.#lexer.attribute("onload") ?? "");
  }

  /** Of titled stylesheets, only the set named first applies (CSSOM §6.2, "preferred"). */
  #isPreferred(alternate: boolean): boolean {
    const title = this.#lexer.attribute("title") ?? "";
    if (alternate) return false;
    if (title === "") return true;
    this.#title ??= title;
    return title === this.#title;
  }

  /** Notes an announcement as it is written. */
  #note(rel: LinkPreload["rel"], href = ""): void {
    const attributes = new Map<string, string>();
    for (const name of NOTED) {
      const value = this.#lexer.attribute(name);
      if (value !== undefined) attributes.set(name, value.trim());
    }
    this.preloads.push({ rel, href: href.trim(), offset: this.#lexer.start, attributes });
  }

  #preload(href: string | undefined): void {
    this.#note("preload", href);
    const references = this.#references;
    const as = this.#lexer.attribute("as")?.trim().toLowerCase() ?? "";
    const need = PRELOADABLE.get(as);
    if (need === undefined) return references.ignore(href, undefined, "not loaded");
    const media = this.#lexer.attribute("media") ?? "";
    if (!matchesMedia(media, this.#references.viewport)) return references.ignore(href, undefined, "media");
    const type = this.#lexer.attribute("type")?.trim() ?? "";
    if (!isPreloadType(as, type)) return references.ignore(href, undefined, "type");
    const link: LinkAttributes = {
      rel: "preload",
      ...references.fetchAttributes(),
      ...(type === "" ? {} : { type }),
      ...(isTrivialMedia(media) ? {} : { media }),
    };
    if (as === "image") this.#imagePreload(href, link);
    else if (as === "style" && this.#swaps("rel"))
      references.add(href, as, need, "preload", { ...link, applies: "deferred" });
    else references.add(href, toDestination(as), need, "preload", link);
  }

  #imagePreload(href: string | undefined, link: LinkAttributes): void {
    const srcset = this.#lexer.attribute("imagesrcset");
    const sizes = this.#lexer.attribute("imagesizes");
    const chosen = chooseImage([{ src: href, srcset, sizes }], this.#references.viewport);
    this.#references.add(chosen?.url, "image", NEED.image, "preload", { ...link, ...candidatesOf(chosen) });
  }

  #modulePreload(href: string | undefined): void {
    this.#note("modulepreload", href);
    const references = this.#references;
    const media = this.#lexer.attribute("media") ?? "";
    if (!matchesMedia(media, this.#references.viewport)) return references.ignore(href, undefined, "media");
    const as = this.#lexer.attribute("as")?.trim().toLowerCase() ?? "";
    const destination: Destination = as === "json" || as === "style" ? as : "script";
    const link: LinkAttributes = {
      rel: "modulepreload",
      ...references.fetchAttributes(),
      ...(isTrivialMedia(media) ? {} : { media }),
    };
    references.add(href, destination, NEED.module, "modulepreload", link);
  }
}

/** Whether a browser that has the `as` of a preload takes its `type`, too. */
function isPreloadType(as: string, type: string): boolean {
  if (as === "image") return isImageType(type);
  const essence = essenceOf(type);
  if (as === "font") return essence === "" || FONT_TYPE.test(essence);
  return as !== "style" || essence === "" || essence === "text/css";
}

function toDestination(as: string): Destination {
  return as === "font" || as === "script" || as === "style" || as === "track" ? as : "fetch";
}
