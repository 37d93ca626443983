import { isTrivialMedia, matchesMedia, type Viewport } from "../../css/media-queries.js";
import { wordSet } from "../../../io/text/word-set.js";
import { type Candidate, parseSrcset, selectCandidate } from "./srcset.js";
import { essenceOf } from "../../../io/text/media-type-essence.js";

/** What an `img`, or a `source` in a `picture`, says about its candidates. */
export interface ImageSource {
  readonly src?: string | undefined;
  readonly srcset?: string | undefined;
  readonly sizes?: string | undefined;
  readonly media?: string | undefined;
  readonly type?: string | undefined;
  /** Whether its type and its media query suit, where that is known already. */
  readonly suits?: boolean;
}

/** The image that the default viewport takes, and what a `Link` says so that every client makes its own choice. */
export interface ChosenImage {
  readonly url: string;
  readonly srcset?: string;
  readonly sizes?: string;
  readonly media?: string;
  readonly type?: string;
}

const TYPES = wordSet(`
  image/apng image/avif image/bmp image/gif image/jpeg image/jpg image/jxl image/pjpeg image/png image/svg+xml
  image/vnd.microsoft.icon image/webp image/x-icon image/x-png
`);

/** Whether a current browser shows images of that media type; one that is not named counts as shown. */
export function isImageType(type: string | undefined): boolean {
  const essence = essenceOf(type ?? "");
  return essence === "" || TYPES.has(essence);
}

/**
 * Chooses among the sources of a `picture` and its `img`, the last of them
 * (HTML §4.8.4.3.6). Undefined when there is nothing to load.
 */
export function chooseImage(sources: readonly ImageSource[], viewport: Viewport): ChosenImage | undefined {
  for (const [index, source] of sources.entries()) {
    const isImg = index === sources.length - 1;
    if (!isImg && !(source.suits ?? suits(source, viewport))) continue;
    const chosen = fromSource(source, viewport, isImg);
    if (chosen === undefined) continue;
    return { ...chosen, ...conditionOf(sources, index) };
  }
  return undefined;
}

/** Whether a `source` in a `picture` has images of a known type for the viewport. */
export function suits({ srcset, type, media }: ImageSource, viewport: Viewport): boolean {
  if (srcset === undefined || !isImageType(type)) return false;
  return media === undefined || matchesMedia(media, viewport);
}

/** All that may be taken: `src` counts where none is for `1x`, and none has a width (HTML §4.8.4.3.7). */
export function candidatesIn({ src = "", srcset }: Pick<ImageSource, "src" | "srcset">): Candidate[] {
  const candidates = srcset === undefined ? [] : parseSrcset(srcset);
  const isEnough = ({ descriptor }: Candidate) => descriptor === "" || descriptor === "1x" || descriptor.includes("w");
  if (src.trim() !== "" && !candidates.some(isEnough)) candidates.push({ url: src.trim(), descriptor: "" });
  return candidates;
}

/** A single URL needs no choice; anything else is left to the client. */
function fromSource(source: ImageSource, viewport: Viewport, isImg: boolean): ChosenImage | undefined {
  const candidates = candidatesIn(source);
  const chosen = selectCandidate(candidates, source.sizes, viewport);
  if (chosen === undefined) return undefined;
  if (isImg && candidates.length === 1 && source.srcset === undefined) return { url: chosen.url };
  const srcset = candidates.map(({ url, descriptor }) => `${url} ${descriptor}`.trim()).join(", ");
  return source.sizes === undefined ? { url: chosen.url, srcset } : { url: chosen.url, srcset, sizes: source.sizes };
}

/** What a link has whose condition none can say: it is taken by no client. */
export const NO_MEDIA = "not all";

/** Under which condition a client takes this source and no other; `NO_MEDIA` where no link can say it. */
function conditionOf(sources: readonly ImageSource[], index: number): { media?: string; type?: string } {
  const source = sources[index];
  const earlier = sources.slice(0, index);
  const condition: { media?: string; type?: string } = {};
  if (index < sources.length - 1) {
    if (source?.type !== undefined) condition.type = source.type;
    if (source?.media !== undefined && !isTrivialMedia(source.media)) condition.media = source.media;
  }
  // Another viewport would take an earlier source: a link has no "else".
  if (earlier.some(({ media, type }) => media !== undefined && isImageType(type))) condition.media = NO_MEDIA;
  return condition;
}
