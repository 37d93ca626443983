import { destinationOf, isDestination } from "../manifest/destination.js";
import type { Destination } from "../manifest/destination.js";
import type { ManifestEntry } from "../manifest/manifest.js";
import { baseOf, resolve } from "../manifest/reference.js";
import { readLinks, type LinkValue } from "../delivery/link.js";
import type { PreloadLink } from "../delivery/plan.js";
import type { FileTree } from "../static/file.js";
import { validatorsOf } from "../static/representation.js";

/**
 * The links of one response: first those that its own `Link` field names
 * (the author knows best), then those of the manifest; no target twice. Each
 * with the entity tag of the file that it leads to, if it leads to one.
 *
 * @param page request target of the page, which references resolve against
 */
export async function pageLinks(
  tree: FileTree | undefined,
  page: string,
  field: string | undefined,
  entries: readonly ManifestEntry[],
): Promise<PreloadLink[]> {
  const links = new Map<string, PreloadLink>();
  for (const link of field === undefined ? [] : fieldLinks(field, page)) {
    if (!links.has(link.target)) links.set(link.target, link);
  }
  for (const entry of entries) if (!links.has(entry.target)) links.set(entry.target, entry);
  return Promise.all([...links.values()].map((link) => withVersion(tree, link)));
}

async function withVersion(tree: FileTree | undefined, link: PreloadLink): Promise<PreloadLink> {
  const found = await tree?.find(link.target.replace(/\?.*$/s, ""));
  if (found?.kind !== "file") return link;
  return { ...link, bytes: found.size, etag: validatorsOf(found).etag };
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
