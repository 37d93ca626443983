import type { HtmlLexer } from "../lexer.js";
import { matchesMedia } from "../../css/media-queries.js";
import { NEED } from "../../url/reference.js";
import type { TagReferences } from "./tag-references.js";

/** A media element that is open. */
interface OpenMedia {
  readonly as: "audio" | "video";
  /** Why nothing of it is loaded; undefined where it is. */
  readonly unloaded: "lazy" | "not loaded" | undefined;
  /** Its source is known. */
  done: boolean;
}

/** Reads the `video` and `audio` elements of a page (HTML §4.8.8 on). */
export class MediaElements {
  readonly #lexer: HtmlLexer;
  readonly #references: TagReferences;
  #open: OpenMedia | undefined;

  constructor(references: TagReferences) {
    this.#references = references;
    this.#lexer = references.lexer;
  }

  /** Whether one is open. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /**
   * At the start tag of one. Without `preload=none` a browser asks for the
   * first bytes at once; where it plays muted by itself in any case. A lazy one
   * waits until it is near the window (Chrome 148).
   */
  open(as: "audio" | "video"): void {
    const lexer = this.#lexer;
    const { isLazy } = this.#references;
    if (isLazy) this.#references.ignore(lexer.attribute("poster"), "image", "lazy");
    else if (as === "video") this.#references.addImage("poster", "video poster");
    const preload = lexer.attribute("preload")?.trim().toLowerCase();
    // What would be heard does not play by itself.
    const plays = lexer.attribute("autoplay") !== undefined && lexer.attribute("muted") !== undefined;
    const unloaded = isLazy ? "lazy" : preload === "none" && !plays ? "not loaded" : undefined;
    const src = lexer.attribute("src");
    this.#open = { as, unloaded, done: src !== undefined };
    if (src === undefined) return;
    if (unloaded === undefined) this.#references.add(src, as, NEED.other, `${as} src`, {});
    else this.#references.ignore(src, as, unloaded);
  }

  /** At the end tag of one. */
  close(): void {
    this.#open = undefined;
  }

  /** At a `source` within one. The first of a type that is played is the one that is loaded (HTML §4.8.11.5). */
  source(): void {
    const media = this.#open;
    const lexer = this.#lexer;
    const references = this.#references;
    const src = lexer.attribute("src");
    if (media === undefined || media.done || src === undefined) return;
    if (!isPlayable(lexer.attribute("type"))) return references.ignore(src, media.as, "type");
    if (!matchesMedia(lexer.attribute("media") ?? "", this.#references.viewport))
      return references.ignore(src, media.as, "media");
    media.done = true;
    if (media.unloaded === undefined) references.add(src, media.as, NEED.other, `${media.as} source`, {});
    else references.ignore(src, media.as, media.unloaded);
  }

  /** At a `track`: only one that shows from the beginning is loaded. */
  track(): void {
    const isLoaded = this.#open !== undefined && this.#open.unloaded !== "lazy";
    if (isLoaded && this.#lexer.attribute("default") !== undefined) this.#references.addPlain("src", "track");
  }
}

const PLAYABLE =
  /^(?:audio\/(?:mp4|mpeg|x-m4a|mp3|x-mp3|wav|x-wav|aac|flac|ogg|webm)|video\/(?:mp4|x-m4v|webm|ogg|x-matroska|3gpp)|application\/(?:ogg|x-mpegurl|vnd\.apple\.mpegurl))$/;

/** Whether Chromium may play media of that type (what its `canPlayType` says); without one it tries. */
function isPlayable(type: string | undefined): boolean {
  const [essence = "", parameters = ""] = (type ?? "").toLowerCase().split(";", 2);
  return essence.trim() === "" || (PLAYABLE.test(essence.trim()) && !/\btheora\b/.test(parameters));
}
