import { sayTheSame } from "./entry-marks.js";
import type { SiteFacts } from "./facts-cache.js";
import { NO_MEDIA } from "./html/elements/image-candidates.js";
import { parseSrcset } from "./html/elements/srcset.js";
import type { SiteFile } from "./lookup.js";
import { resolve, type Target } from "../manifest/resolve.js";
import type { EntryMarks, LinkAttributes, ManifestEntry } from "../manifest/types.js";
import type { Reference } from "./url/reference.js";

/**
 * The entry of a target: the same object in the lists of all pages that refer to it in the same way.
 *
 * @param base what the reference resolves against
 */
export function entryFor(
  resolved: Target,
  reference: Reference,
  marks: EntryMarks,
  base: URL,
  file: SiteFile,
  facts: Pick<SiteFacts, "entries">,
): ManifestEntry {
  const { last, target } = resolved;
  if (last !== undefined && last.bytes === file.size && saysTheSame(last, reference, marks)) return last;
  const make = (): ManifestEntry => entryOf(target, reference, marks, base, file);
  resolved.last = facts.entries.remember(keyOf(target, reference, marks, base, file), make);
  return resolved.last;
}

/** Whether an entry is the one for a reference to its target; "no" where that takes more than comparing. */
function saysTheSame(entry: ManifestEntry, reference: Reference, marks: EntryMarks): boolean {
  return (
    entry.as === reference.as &&
    sayTheSame(entry, marks) &&
    entry.rel === reference.rel &&
    entry.type === reference.type &&
    entry.crossorigin === reference.crossorigin &&
    entry.integrity === reference.integrity &&
    entry.media === reference.media &&
    entry.fetchpriority === reference.fetchpriority &&
    entry.imagesrcset === undefined &&
    reference.imagesrcset === undefined
  );
}

/** What tells one entry from another. */
function keyOf(target: string, reference: Reference, marks: EntryMarks, base: URL, file: SiteFile): string {
  const { as, rel, type, crossorigin, integrity, media, fetchpriority, imagesrcset, imagesizes } = reference;
  const candidates = imagesrcset === undefined ? "" : `${base.href}\n${imagesrcset}\n${imagesizes}`;
  return `${target}\n${as} ${marks.named} ${marks.blocking} ${marks.when} ${rel} ${file.size} ${type} ${crossorigin} ${integrity} ${fetchpriority} ${media}\n${candidates}`;
}

function entryOf(target: string, reference: Reference, marks: EntryMarks, base: URL, file: SiteFile): ManifestEntry {
  const { as, rel, type, crossorigin, integrity, media, fetchpriority, imagesrcset, imagesizes } = reference;
  const link: LinkAttributes = {
    // No link can say when a client takes it, so there is none; with `media` it is not pushed either.
    ...(rel === undefined || media === NO_MEDIA ? {} : { rel }),
    ...(type === undefined ? {} : { type }),
    ...(crossorigin === undefined ? {} : { crossorigin }),
    ...(integrity === undefined ? {} : { integrity }),
    ...(media === undefined ? {} : { media }),
    ...(fetchpriority === undefined ? {} : { fetchpriority }),
    ...(imagesrcset === undefined ? {} : { imagesrcset: resolveSrcset(imagesrcset, base) }),
    ...(imagesizes === undefined ? {} : { imagesizes }),
  };
  return { target, as, ...link, ...marks, bytes: file.size };
}

/** A `Link` field resolves against the URL of the response, a page's attributes against its base: path-absolute suits both. */
function resolveSrcset(srcset: string, base: URL): string {
  return parseSrcset(srcset)
    .map(({ url, descriptor }) => {
      const resolved = resolve(url, base);
      return `${"target" in resolved ? resolved.target : url} ${descriptor}`.trim();
    })
    .join(", ");
}
