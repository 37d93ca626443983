import { destinationOf, isDestination, type Destination } from "../../manifest/destination.js";
import type { LinkAttributes, ManifestEntry } from "../../manifest/types.js";
import { baseOf, resolve } from "../../manifest/resolve.js";
import { readLinks, type LinkValue } from "../../delivery/link.js";
import type { PreloadLink } from "../../delivery/announcement.js";

/**
 * The links of one response: first those that its own `Link` field names
 * (the author knows best), then those of the manifest; no target twice.
 *
 * @param page request target and authority of the page, which references resolve against
 * @param field the field as it will be sent
 */
export function pageLinks(
  page: PageAddress,
  field: string | undefined,
  entries: readonly ManifestEntry[],
): PreloadLink[] {
  const known = new Map(entries.map((entry) => [entry.target, entry]));
  const links = new Map<string, PreloadLink>();
  for (const link of field === undefined ? [] : fieldLinks(field, page)) {
    if (!links.has(link.target)) links.set(link.target, withMarks(link, known.get(link.target)));
  }
  for (const link of entries) if (!links.has(link.target)) links.set(link.target, link);
  // A page that names itself is on its way already.
  links.delete(page.target);
  return [...links.values()];
}

/** A link that the author announces, with what reading the page says of it: what becomes of others depends on that. */
function withMarks(link: PreloadLink, entry: ManifestEntry | undefined): PreloadLink {
  if (entry === undefined) return link;
  const { blocking: _guess, ...others } = link;
  const { named, blocking, when } = entry;
  return { ...others, ...(named && { named }), ...(blocking && { blocking }), ...(when && { when }) };
}

/** Where a page is: request target, and `:authority` or `host`. */
export interface PageAddress {
  readonly target: string;
  readonly authority: string;
}

/** The preload links of a response's own `Link` field whose targets are ours. */
function fieldLinks(field: string, { target, authority }: PageAddress): PreloadLink[] {
  const base = baseOf(target);
  const own = [`https://${authority}/`, `//${authority}/`];
  const local = (reference: string) => {
    const origin = own.find((start) => reference.toLowerCase().startsWith(start.toLowerCase()));
    return origin === undefined ? reference : reference.slice(origin.length - 1);
  };
  return readLinks(field).flatMap((value) => fieldLink({ ...value, target: local(value.target) }, base) ?? []);
}

function fieldLink({ target, rel, attributes }: LinkValue, base: URL): PreloadLink | undefined {
  const relation = rel.find((type) => type === "preload" || type === "modulepreload");
  if (relation === undefined || isElsewhere(attributes.get("anchor"), base)) return undefined;
  const resolved = resolve(target, base);
  if ("left" in resolved) return undefined;
  const as = destination(attributes.get("as"), relation, resolved.pathname);
  return {
    target: resolved.target,
    rel: relation,
    as,
    bytes: 0,
    inField: true,
    ...(as === "style" ? { blocking: true } : {}),
    ...(attributes.has("nopush") ? { nopush: true } : {}),
    ...linkAttributes(attributes),
  };
}

/** A link whose context is another document, or a part of this one, says nothing of how this one is loaded (RFC 8288 §3.2). */
function isElsewhere(anchor: string | undefined, base: URL): boolean {
  return anchor !== undefined && !(URL.canParse(anchor, base.href) && new URL(anchor, base).href === base.href);
}

/** The target attributes that a browser needs, to write the link once more: in a 103. */
function linkAttributes(attributes: ReadonlyMap<string, string>): LinkAttributes {
  const text = (name: keyof LinkAttributes) => {
    const value = attributes.get(name);
    return value === undefined || value === "" ? {} : { [name]: value };
  };
  const crossorigin = attributes.get("crossorigin")?.toLowerCase();
  const priority = attributes.get("fetchpriority")?.toLowerCase();
  return {
    ...text("type"),
    ...(crossorigin === undefined ? {} : { crossorigin: credentialsOf(crossorigin) }),
    ...text("integrity"),
    ...text("media"),
    ...(priority === "high" || priority === "low" ? { fetchpriority: priority } : {}),
    ...text("imagesrcset"),
    ...text("imagesizes"),
  };
}

/** HTML §2.5.4: every other value means `anonymous`. */
const credentialsOf = (crossorigin: string) => (crossorigin === "use-credentials" ? crossorigin : "anonymous");

/** The destination that the author wrote, or what it is by its relation and its name. */
function destination(as: string | undefined, relation: string, pathname: string): Destination {
  const written = as?.toLowerCase();
  if (written !== undefined && isDestination(written)) return written;
  return relation === "modulepreload" ? "script" : destinationOf(pathname);
}
