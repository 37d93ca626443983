import { isTrivialMedia } from "../../scanner/css/media-queries.js";
import { candidatesIn, isImageType, NO_MEDIA } from "../../scanner/html/elements/image-candidates.js";
import { parseSrcset } from "../../scanner/html/elements/srcset.js";
import { FONT_TYPE } from "../../scanner/html/elements/link-element.js";
import { UNLINKED_PROPERTIES } from "../../scanner/style/stylesheets.js";
import type { RecordedPreload, RecordedReference } from "../../scanner/types.js";
import type { RuleName } from "./table.js";
import { essenceOf } from "../../io/text/media-type-essence.js";

/** An announcement: an element of the page, or a value of a `Link` field. */
export type CheckedPreload = Pick<RecordedPreload, "rel" | "attributes" | "target">;

/** What is wrong with an announcement. */
export interface Fault {
  readonly rule: RuleName;
  readonly message: string;
}

/** What browsers preload (Chromium 156, measured: `audio`, `video`, `document` and the like are passed over). */
const PRELOADABLE: ReadonlySet<string> = new Set(["fetch", "font", "image", "script", "style", "track"]);

const isAnnouncement = ({ by }: RecordedReference) => by === "preload" || by === "modulepreload";

/** Elements of SVG that Chromium takes no preload for (measured), as is so for some properties. */
const UNLINKED_ELEMENTS: ReadonlySet<string> = new Set(["feimage href", "use href"]);

const takesNone = ({ by }: RecordedReference) => UNLINKED_PROPERTIES.has(by) || UNLINKED_ELEMENTS.has(by);

/**
 * What is wrong with an announcement of a page.
 *
 * @param references those of the page to what is announced, and to images with candidates
 */
export function faultOf(
  preload: CheckedPreload,
  references: readonly RecordedReference[],
  hasImportMap: boolean,
): Fault | undefined {
  const { target } = preload;
  const others = references.filter((reference) => !isAnnouncement(reference));
  const uses = others.filter((reference) => reference.target === target);
  return (
    valuesFault(preload) ??
    candidatesFault(preload, others) ??
    (uses.length > 0 ? useFault(preload, uses, hasImportMap) : unseenUseFault(preload))
  );
}

/** Whether something of the page uses what is announced, or announcing it is how it is loaded. */
export function isUsed({ target, attributes }: CheckedPreload, references: readonly RecordedReference[]): boolean {
  if (attributes.has("onload") || attributes.has("imagesrcset")) return true;
  return references.some((reference) => reference.target === target && !isAnnouncement(reference));
}

const asOf = ({ rel, attributes }: CheckedPreload) =>
  attributes.get("as")?.toLowerCase() ?? (rel === "modulepreload" ? "script" : "");

/** What is wrong with it whatever it is used for. */
function valuesFault(preload: CheckedPreload): Fault | undefined {
  if (preload.rel === "modulepreload") return undefined;
  const as = asOf(preload);
  const { target = "this" } = preload;
  if (as === "") return { rule: "preload-as", message: `the preload of ${target} has no as: browsers pass over it` };
  if (!PRELOADABLE.has(as)) {
    return { rule: "preload-as", message: `browsers preload nothing as ${as}: the preload of ${target} does nothing` };
  }
  const type = preload.attributes.get("type") ?? "";
  const essence = essenceOf(type);
  if (essence === "" || isTypeFor(as, essence)) return undefined;
  return {
    rule: "preload-type",
    message: `browsers preload no ${as} of type ${type}: the preload of ${target} does nothing`,
  };
}

/** Scripts are preloaded with any type (Chromium 156, measured). */
function isTypeFor(as: string, type: string): boolean {
  if (as === "font") return FONT_TYPE.test(type);
  return as !== "image" || isImageType(type);
}

/** A browser chooses another file than the one that is announced. */
function candidatesFault(preload: CheckedPreload, references: readonly RecordedReference[]): Fault | undefined {
  const { target, attributes } = preload;
  if (asOf(preload) !== "image" || target === undefined) return undefined;
  for (const image of references.filter(({ as }) => as === "image")) {
    const isIt = image.target === target;
    const candidates = candidatesOf(image.imagesrcset);
    const isOneOfSeveral = (isIt || candidates.has(nameOf(target))) && candidates.add(nameOf(target)).size > 1;
    if (isOneOfSeveral && !hasCandidatesOf(image, preload)) {
      const message = `${target} is one of several candidates of an image, and preloaded alone`;
      return { rule: "preload-srcset", message };
    }
    if (isIt && image.media !== undefined && !isSameMedia(image.media, attributes.get("media"))) {
      const windows = image.media === NO_MEDIA ? "windows that no source before it takes" : image.media;
      return { rule: "preload-media", message: `${target} is for ${windows} only, and preloaded always` };
    }
  }
  return undefined;
}

/** How a text may write a target that stands beside others: the end of its path, and its query. */
const nameOf = (url: string) => /[^/]*(?:\?.*)?$/s.exec(url.replace(/#.*$/s, ""))?.[0] ?? "";

const candidatesOf = (srcset = "") => new Set(parseSrcset(srcset).map(({ url }) => nameOf(url)));

const isSameText = (a = "", b = "") => a.replaceAll(/\s+/g, " ").trim() === b.replaceAll(/\s+/g, " ").trim();

/** What an `img` behind a source with a medium is for: no query that a page writes is known to say the same, and any may. */
function isSameMedia(media: string, given: string | undefined): boolean {
  return media === NO_MEDIA ? given !== undefined && !isTrivialMedia(given) : isSameText(media, given);
}

function hasCandidatesOf(
  { imagesrcset, imagesizes }: RecordedReference,
  { attributes, target }: Pick<CheckedPreload, "attributes" | "target">,
): boolean {
  const written = candidatesIn({ src: target, srcset: attributes.get("imagesrcset") });
  const isSame = isEqualSet(namesOf(candidatesIn({ srcset: imagesrcset })), namesOf(written));
  return isSame && isSameText(imagesizes, attributes.get("imagesizes"));
}

/** Candidates by the names of their files, in any order; without a descriptor one is for `1x` (HTML §4.8.4.3.11). */
const namesOf = (candidates: ReturnType<typeof candidatesIn>) =>
  new Set(candidates.map(({ url, descriptor }) => `${nameOf(url)} ${descriptor === "1x" ? "" : descriptor}`));

const isEqualSet = (a: ReadonlySet<string>, b: ReadonlySet<string>) =>
  a.size === b.size && [...a].every((one) => b.has(one));

/** What is wrong with how it is used: where one use takes it, it is fetched once. */
function useFault(
  preload: CheckedPreload,
  uses: readonly RecordedReference[],
  hasImportMap: boolean,
): Fault | undefined {
  let first: Fault | undefined;
  for (const use of uses) {
    const fault = mismatch(preload, use, hasImportMap);
    if (fault === undefined) return undefined;
    first ??= fault;
  }
  return first;
}

/** Where a script alone knows the use: fonts, `fetch()` and XMLHttpRequest ask with CORS (Fetch §5.3). */
function unseenUseFault(preload: CheckedPreload): Fault | undefined {
  const { attributes, target = "this" } = preload;
  const as = asOf(preload);
  if (!["fetch", "font"].includes(as) || attributes.has("crossorigin")) return undefined;
  return {
    rule: "preload-crossorigin",
    message: `${target} is preloaded as ${as} without crossorigin, and asked for with it`,
  };
}

function mismatch(preload: CheckedPreload, use: RecordedReference, hasImportMap: boolean): Fault | undefined {
  const { rel, attributes, target = "" } = preload;
  const as = asOf(preload);
  if (takesNone(use)) {
    return { rule: "preload-as", message: `${target} is preloaded, which browsers do not take for ${use.by}` };
  }
  const isModule = use.rel === "modulepreload";
  // A module of JSON or CSS is none of that kind to a plain preload.
  if (as !== use.as || (isModule && as !== "script" && rel === "preload")) {
    const used = isModule && as === use.as ? `a module of ${use.as}` : use.as;
    return { rule: "preload-as", message: `${target} is preloaded as ${as} and used as ${used}` };
  }
  const announced = credentials(attributes.get("crossorigin"), rel === "modulepreload");
  const used = credentials(use.crossorigin, isModule);
  if (announced !== used) {
    return { rule: "preload-crossorigin", message: `${target} is preloaded ${announced} and used ${used}` };
  }
  return hasImportMap && isModule ? undefined : integrityFault(preload, use);
}

/** What has integrity is fetched anew where its preload has none, or another; the other way round it is not (Chromium 156, measured). */
function integrityFault(
  { attributes, target = "" }: CheckedPreload,
  { integrity }: RecordedReference,
): Fault | undefined {
  const announced = attributes.get("integrity");
  if (integrity === undefined || integrity === announced) return undefined;
  const preloaded = announced === undefined ? "preloaded without integrity" : "preloaded with another integrity";
  return { rule: "preload-integrity", message: `${target} is used with integrity and ${preloaded}` };
}

/** How a request is made (HTML §2.5.4), in words. */
function credentials(crossorigin: string | undefined, isModule: boolean): string {
  if (crossorigin === undefined) return isModule ? "with crossorigin" : "without crossorigin";
  return crossorigin.toLowerCase() === "use-credentials" ? "with crossorigin=use-credentials" : "with crossorigin";
}
