import type { Announcement } from "../delivery/announcement.js";
import { readLinks } from "../delivery/link.js";
import { exportPage } from "../export/exported-page.js";
import type { ManifestEntry } from "../manifest/types.js";
import { baseOf, documentBase, resolve } from "../manifest/resolve.js";
import { HtmlLexer } from "../scanner/html/lexer.js";
import type { LiveAnswer, LiveConnection } from "./live-connection.js";

/** How a live server carries one page. */
export interface VerifiedPage {
  readonly pathname: string;
  /** Status of the page, after redirects of the same origin. */
  readonly status: number;
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
  readonly gone: readonly { readonly target: string; readonly status: number }[];
}

const ABILITIES = { announces: "field", makesHints: false, pushesByName: true } as const;

const MAX_REDIRECTS = 3;

/**
 * Asks a live server for a page, as a browser and as a client that takes
 * pushes, and compares what it says with what the list has for the page.
 *
 * @param origin of the server: it may write its own URLs whole
 * @param statusOf answers with the status of a target that is announced
 */
export async function verifyPage(
  origin: string,
  pathname: string,
  entries: readonly ManifestEntry[],
  announce: Announcement,
  connect: (push: boolean) => Promise<LiveConnection>,
  statusOf: (target: string) => Promise<number>,
): Promise<VerifiedPage> {
  const { answer, at } = await askAs(false, origin, pathname, connect);
  const url = new URL(origin + at);
  const { connection } = await askAs(true, origin, at, connect);
  const linked = announced([answer.fields["link"] ?? []].flat().join(", "), url);
  const hinted = announced(answer.hinted.join(", "), url);
  const inHtml = announcedIn(answer.body, url);
  const pushed = [...new Set(connection.pushed)];
  const { page } = exportPage(pathname, entries, ABILITIES, { announce, earlyHints: true });
  const wanted = page.links.map(({ target }) => target);
  const given = new Set([...linked, ...hinted, ...inHtml, ...pushed]);
  const early = new Set([...wanted, ...page.hints.map(({ target }) => target)]);
  // What blocks rendering is worth a 103, and not a `Link` that comes with the page.
  const late = hinted.length > 0 ? early : new Set(wanted);
  const listed = new Set(page.pushes.map(({ target }) => target));
  const gone: { target: string; status: number }[] = [];
  for (const target of given) {
    const status = await statusOf(target);
    if (status >= 400) gone.push({ target, status });
  }
  const lost = new Set(gone.map(({ target }) => target));
  return {
    pathname,
    status: answer.status,
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

function redirected({ status, fields }: LiveAnswer, url: URL): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || fields.location === undefined) return undefined;
  return targetOf(fields.location, url, url.origin)[0];
}

/** Targets of this origin that a field has preloaded. */
function announced(field: string, url: URL): string[] {
  return readLinks(field).flatMap(({ target, rel }) =>
    rel.includes("preload") || rel.includes("modulepreload") ? targetOf(target, url, url.origin) : [],
  );
}

/** The target that a reference is on this origin; it may name the origin, and a `base` another one. */
function targetOf(reference: string, base: URL, origin: string): string[] {
  if (!URL.canParse(reference, base.href)) return [];
  const url = new URL(reference, base);
  if (url.origin !== origin) return [];
  const resolved = resolve(url.href.replace(/^[^/]*\/\/[^/]*/, ""), baseOf("/"));
  return "target" in resolved ? [resolved.target] : [];
}

/** Targets of this origin that elements of a page have preloaded. */
function announcedIn(html: Buffer, url: URL): string[] {
  const lexer = new HtmlLexer(html);
  const references: string[] = [];
  let baseHref: string | undefined;
  for (let token = lexer.next(); token !== "eof"; token = lexer.next()) {
    if (token !== "start") continue;
    const { name } = lexer.tag;
    if (name === "script" || name === "style" || name === "title") lexer.rawText();
    if (name === "base") baseHref ??= lexer.attribute("href");
    if (name !== "link") continue;
    const rel = (lexer.attribute("rel") ?? "").toLowerCase().split(/\s+/);
    const href = lexer.attribute("href");
    if (href !== undefined && (rel.includes("preload") || rel.includes("modulepreload"))) references.push(href);
  }
  const base = documentBase(baseHref, url);
  return references.flatMap((reference) => targetOf(reference, base, url.origin));
}
