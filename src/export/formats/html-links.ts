import type { ManifestEntry } from "../../manifest/types.js";
import { OWN_ATTRIBUTE } from "../../scanner/html/elements/link-element.js";
import { ownLinks, placesInHead } from "../head-place.js";

/**
 * A page with the announcements in its head, and else byte for byte as it
 * was. Those of an earlier time are replaced.
 *
 * @param bytes in an encoding whose first 128 characters are ASCII
 */
export function withLinks(bytes: Buffer, links: readonly ManifestEntry[]): Buffer {
  const page = withoutOwnLinks(bytes);
  if (links.length === 0) return page;
  const { first, behindStyles } = placesInHead(page);
  const text = (isImage: boolean) =>
    Buffer.from(links.map((entry) => ((entry.as === "image") === isImage ? `${linkElement(entry)}\n` : "")).join(""));
  return Buffer.concat([
    page.subarray(0, first),
    text(false),
    page.subarray(first, behindStyles),
    text(true),
    page.subarray(behindStyles),
  ]);
}

function withoutOwnLinks(bytes: Buffer): Buffer {
  const own = ownLinks(bytes);
  if (own.length === 0) return bytes;
  const starts = [0, ...own.map(([, end]) => end)];
  return Buffer.concat(starts.map((start, index) => bytes.subarray(start, own[index]?.[0] ?? bytes.length)));
}

/** What an element says beside its relation, as a field would. */
const ATTRIBUTES = ["type", "crossorigin", "integrity", "media", "fetchpriority", "imagesrcset", "imagesizes"] as const;

/** One announcement as an element (HTML §4.2.4). */
function linkElement(entry: ManifestEntry): string {
  const { rel = "preload", as, target } = entry;
  const others = ATTRIBUTES.map((name) => [name, entry[name]] as const);
  const attributes = [
    ["rel", rel],
    ["as", rel === "modulepreload" && as === "script" ? undefined : as],
    ["href", target],
    ...others,
  ] as const;
  const written = attributes.flatMap(([name, value]) => (value === undefined ? [] : `${name}="${escaped(value)}"`));
  // As XHTML has it: HTML passes over the slash.
  return `<link ${written.join(" ")} ${OWN_ATTRIBUTE}=""/>`;
}

/** In ASCII, so that it means the same in every encoding. */
const escaped = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll(/[^\t\x20-\x7E]/gu, (char) => `&#${char.codePointAt(0)};`);
