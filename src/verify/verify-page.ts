import type { Announcement } from "../delivery/announcement.js";
import { readLinks } from "../delivery/link.js";
import { exportPage } from "../export/exported-page.js";
import { type Destination, destinationOf, isDestination } from "../manifest/destination.js";
import type { ManifestEntry } from "../manifest/types.js";
import { baseOf, documentBase, resolve } from "../manifest/resolve.js";
import { HtmlLexer } from "../scanner/html/lexer.js";
import type { LiveAnswer, LiveConnection, LiveHead } from "./live-connection.js";

/** How a live server carries one page. */
export interface VerifiedPage {
  readonly pathname: string;
  /** Status of the page, after redirects of the same origin. */
  readonly status: number;
  /** Where a redirect leads that was not followed: to another origin, or in a circle. */
  readonly location?: string;
  /** What the server speaks: nothing is pushed over HTTP/1.1. */
  readonly protocol?: "h2" | "http/1.1";
  /** Targets that it announces: by `Link`, by a 103, by elements of its HTML. */
  readonly linked: readonly string[];
  readonly hinted: readonly string[];
  readonly inHtml: readonly string[];
  /** What it promises to a client that takes pushes. */
  readonly pushed: readonly string[];
  /** In the list and neither announced nor pushed. */
  readonly missing: readonly string[];
  /** Announced or pushed, and not in the list for it. */
  readonly unlisted: readonly string[];
  /** Why there was no answer, instead of all that. */
  readonly failure?: string;
  /** Announced, and not there: the list is of another build. */
  readonly gone: readonly GoneTarget[];
}

export interface GoneTarget {
  readonly target: string;
  /** 0 where there was no answer. */
  readonly status: number;
  /** What says so where the status does not: that a page is there instead, or why there was no answer. */
  readonly reason?: string;
}

/** What a server has at a target. */
export type FoundTarget = LiveHead | { readonly failure: string };

const ABILITIES = { announces: "field", makesHints: false, pushesByName: true } as const;

const MAX_REDIRECTS = 3;

/**
 * Asks a live server for a page, as a browser and as a client that takes
 * pushes, and compares what it says with what the list has for the page.
 *
 * @param origin of the server: it may write its own URLs whole
 * @param find asks for a target that is announced
 */
export async function verifyPage(
  origin: string,
  pathname: string,
  entries: readonly ManifestEntry[],
  announce: Announcement,
  connect: (push: boolean) => Promise<LiveConnection>,
  find: (target: string, as: Destination) => Promise<FoundTarget>,
): Promise<VerifiedPage> {
  const { answer, at } = await askAs(false, origin, pathname, connect);
  const url = new URL(origin + at);
  const { connection } = await askAs(true, origin, at, connect);
  const byLink = announced([answer.fields["link"] ?? []].flat().join(", "), url);
  const byHint = announced(answer.hinted.join(", "), url);
  const byElement = announcedIn(answer.body, url);
  const linked = byLink.map(({ target }) => target);
  const hinted = byHint.map(({ target }) => target);
  const inHtml = byElement.map(({ target }) => target);
  const pushed = [...new Set(connection.pushed)];
  const { page } = exportPage(pathname, entries, ABILITIES, { announce, earlyHints: true });
  const wanted = page.links.map(({ target }) => target);
  const given = new Set([...linked, ...hinted, ...inHtml, ...pushed]);
  const early = new Set([...wanted, ...page.hints.map(({ target }) => target)]);
  // What blocks rendering is worth a 103, and not a `Link` that comes with the page.
  const late = hinted.length > 0 ? early : new Set(wanted);
  const listed = new Set(page.pushes.map(({ target }) => target));
  const said = new Map<string, Destination>();
  for (const { target, as } of [...entries, ...byElement, ...byHint, ...byLink])
    if (as !== undefined) said.set(target, as);
  const gone: GoneTarget[] = [];
  for (const target of given) {
    const as = said.get(target) ?? destinationOf(target.replace(/\?.*$/s, ""));
    const absence = absenceOf(await find(target, as), as);
    if (absence !== undefined) gone.push({ target, ...absence });
  }
  const lost = new Set(gone.map(({ target }) => target));
  return {
    pathname,
    status: answer.status,
    ...(isRedirect(answer) && answer.fields.location !== undefined ? { location: answer.fields.location } : {}),
    protocol: connection.protocol,
    linked,
    hinted,
    inHtml,
    pushed,
    missing: answer.status === 200 ? wanted.filter((target) => !given.has(target)) : [],
    unlisted: [
      ...linked.filter((target) => !late.has(target)),
      ...hinted.filter((target) => !early.has(target)),
      ...pushed.filter((target) => !early.has(target) && !listed.has(target)),
    ].filter((target, index, all) => all.indexOf(target) === index && !lost.has(target)),
    gone,
  };
}

/** What may be HTML itself. */
const MAY_BE_HTML: ReadonlySet<Destination> = new Set(["document", "embed", "fetch", "object"]);

/**
 * Why a target is not there; undefined for one that is. Hosts of single-page
 * applications answer with their page for whatever they lack, with status 200.
 */
function absenceOf(found: FoundTarget, as: Destination): Omit<GoneTarget, "target"> | undefined {
  if ("failure" in found) return { status: 0, reason: found.failure };
  const { status, fields } = found;
  if (status >= 400) return { status };
  const isPage = status < 300 && /^text\/html\b/i.test(fields["content-type"] ?? "") && !MAY_BE_HTML.has(as);
  return isPage ? { status, reason: `text/html for ${as}` } : undefined;
}

/** A page that nothing is known of but why there was no answer. */
export const unanswered = (pathname: string, failure: string): VerifiedPage => ({
  pathname,
  status: 0,
  linked: [],
  hinted: [],
  inHtml: [],
  pushed: [],
  missing: [],
  unlisted: [],
  gone: [],
  failure,
});

/** Follows redirects on the same origin: hosts have a page at its path without the suffix. */
async function askAs(
  push: boolean,
  origin: string,
  pathname: string,
  connect: (push: boolean) => Promise<LiveConnection>,
): Promise<{ readonly answer: LiveAnswer; readonly at: string; readonly connection: LiveConnection }> {
  let at = pathname;
  for (let left = MAX_REDIRECTS; ; left -= 1) {
    // A connection of its own: what one has carried is not pushed again.
    const connection = await connect(push);
    try {
      const answer = await connection.get(at);
      const next = left === 0 ? undefined : redirected(answer, new URL(origin + at));
      if (next === undefined) return { answer, at, connection };
      at = next;
    } finally {
      connection.close();
    }
  }
}

const isRedirect = ({ status }: LiveAnswer) => [301, 302, 303, 307, 308].includes(status);

function redirected(answer: LiveAnswer, url: URL): string | undefined {
  const { fields } = answer;
  if (!isRedirect(answer) || fields.location === undefined) return undefined;
  return targetOf(fields.location, url, url.origin);
}

/** Something that is announced, and what as, where that is said. */
interface Announced {
  readonly target: string;
  readonly as: Destination | undefined;
}

/** Targets of this origin that a field has preloaded. */
function announced(field: string, url: URL): Announced[] {
  return readLinks(field).flatMap(({ target: reference, rel, attributes }) => {
    const target = isPreload(rel) ? targetOf(reference, url, url.origin) : undefined;
    return target === undefined ? [] : [{ target, as: destination(rel, attributes.get("as")) }];
  });
}

const isPreload = (rel: readonly string[]) => rel.includes("preload") || rel.includes("modulepreload");

function destination(rel: readonly string[], as = ""): Destination | undefined {
  const name = as.toLowerCase();
  if (isDestination(name)) return name;
  return rel.includes("modulepreload") ? "script" : undefined;
}

/** The target that a reference is on this origin; it may name the origin, and a `base` another one. */
function targetOf(reference: string, base: URL, origin: string): string | undefined {
  if (!URL.canParse(reference, base.href)) return undefined;
  const url = new URL(reference, base);
  if (url.origin !== origin) return undefined;
  const resolved = resolve(url.href.replace(/^[^/]*\/\/[^/]*/, ""), baseOf("/"));
  return "target" in resolved ? resolved.target : undefined;
}

/** Targets of this origin that elements of a page have preloaded. */
function announcedIn(html: Buffer, url: URL): Announced[] {
  const lexer = new HtmlLexer(html);
  const links: { readonly href: string; readonly as: Destination | undefined }[] = [];
  let baseHref: string | undefined;
  for (let token = lexer.next(); token !== "eof"; token = lexer.next()) {
    if (token !== "start") continue;
    const { name } = lexer.tag;
    if (name === "script" || name === "style" || name === "title") lexer.rawText();
    if (name === "base") baseHref ??= lexer.attribute("href");
    if (name !== "link") continue;
    const rel = (lexer.attribute("rel") ?? "").toLowerCase().split(/\s+/);
    const href = lexer.attribute("href");
    if (href !== undefined && isPreload(rel)) links.push({ href, as: destination(rel, lexer.attribute("as")) });
  }
  const base = documentBase(baseHref, url);
  return links.flatMap(({ href, as }) => {
    const target = targetOf(href, base, url.origin);
    return target === undefined ? [] : [{ target, as }];
  });
}
