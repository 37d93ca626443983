import { destinationOf, isDestination } from "../manifest/destination.js";
import type { Destination } from "../manifest/destination.js";
import type { ManifestEntry } from "../manifest/manifest.js";
import { baseOf, resolve } from "../manifest/reference.js";
import { readLinks, type LinkValue } from "../delivery/link.js";
import type { PreloadLink } from "../delivery/plan.js";

/**
 * The links of one response: first those that its own `Link` field names
 * (the author knows best), then those of the manifest; no target twice.
 *
 * @param page request target of the page, which references resolve against
 */
export function pageLinks(page: string, field: string | undefined, entries: readonly ManifestEntry[]): PreloadLink[] {
  const links = new Map<string, PreloadLink>();
  const named = field === undefined ? [] : fieldLinks(field, page);
  for (const link of [...named, ...entries]) if (!links.has(link.target)) links.set(link.target, link);
  return [...links.values()];
}

/** The preload links of a response's own `Link` field whose targets are ours. */
function fieldLinks(field: string, page: string): PreloadLink[] {
  const base = baseOf(page);
  return readLinks(field).flatMap((value) => fieldLink(value, base) ?? []);
}

function fieldLink({ target, rel, attributes }: LinkValue, base: URL): PreloadLink | undefined {
  const relation = rel.find((type) => type === "preload" || type === "modulepreload");
  // A link with an anchor speaks of another document than this one (RFC 8288 §3.2).
  if (relation === undefined || attributes.has("anchor")) return undefined;
  const resolved = resolve(target, base);
  if ("left" in resolved) return undefined;
  const as = destination(attributes.get("as"), relation, resolved.pathname);
  const link: PreloadLink = { target: resolved.target, rel: relation, as, bytes: 0, named: true };
  if (attributes.has("imagesrcset")) Object.assign(link, { imagesrcset: attributes.get("imagesrcset") });
  return attributes.has("nopush") ? { ...link, nopush: true } : link;
}

/** The destination that the author wrote, or what it is by its relation and its name. */
function destination(as: string | undefined, relation: string, pathname: string): Destination {
  const written = as?.toLowerCase();
  if (written !== undefined && isDestination(written)) return written;
  return relation === "modulepreload" ? "script" : destinationOf(pathname);
}
