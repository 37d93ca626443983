import { availableParallelism } from "node:os";
import { tellOnce } from "../../io/tell-once.js";
import { H2PushError } from "../../errors.js";
import type { FileAnswer, LookedUp } from "../../scanner/lookup.js";
import type { Scanner } from "../../scanner/scanner.js";
import type { SitePage } from "../../scanner/list-pages.js";
import { gather, listed, scanPages, type SiteScan } from "../../scanner/scan-site.js";
import { isHtml, mediaType } from "../../files/media-type.js";
import { checkJobs } from "../options/option-checks.js";
import { expectedRequest, type SiteRules } from "../middleware/site-rules.js";
import type { ScanOptions, SiteSetting } from "./scan-options.js";
import { openScan } from "./scan-setting.js";
import type { SiteLookup } from "../files/site-lookup.js";
import { sitePages } from "./site-pages.js";

export type { SiteScan } from "../../scanner/scan-site.js";

/** A thread has to start, and to find out by itself what pages have in common: fewer pages are scanned sooner by one. */
const PAGES_FOR_A_THREAD = 1500;

/** Each has a memory of its own. */
const MAX_THREADS = 4;

/**
 * Finds out what every page under a directory needs, as the server would
 * serve it: the manifest, and what the pages refer to that is not there.
 *
 * @throws {H2PushError} "root" when the directory can't be read, "manifest" for a page that is not there
 */
export async function scan(root: string, options: ScanOptions = {}): Promise<SiteScan> {
  const { jobs } = options;
  // What several threads come upon is told once.
  const tell = tellOnce(options.onNotice ?? (() => {}), Infinity);
  const onNotice = (text: string) => tell(text, text);
  const most = jobs === undefined ? undefined : checkJobs(jobs);
  const { lookup, rules, scanner, setting } = await openScan({ ...options, root }, onNotice);
  const pages: SitePage[] = [];
  const listing = listed(
    options.pages?.map((path) => findPage(lookup, rules, path)) ?? sitePages(lookup, rules, onNotice, scanner),
    options,
  );
  const isWhole = await gather(listing, pages, 2 * PAGES_FOR_A_THREAD);
  const count = isWhole ? pages.length : Number.POSITIVE_INFINITY;
  // What was learned is in the memory of this one.
  const threads = options.learnFile === undefined ? Math.min(most ?? threadsFor(count), count) : 1;
  if (threads < 2) {
    await gather(listing, pages);
    return scanPages(pages, await learnedToo(scanner, options, lookup, onNotice), options);
  }
  const { scanOnThreads } = await import("./scan-threads.js");
  return scanOnThreads(pages, listing, threads, { ...options, setting, onNotice });
}

/** The same scanner, which knows what a server has learned as well, where that is asked for. */
export async function learnedToo(
  scanner: Pick<Scanner, "page">,
  { learnFile }: ScanOptions,
  lookup: SiteLookup,
  notice: (text: string) => void,
): Promise<Pick<Scanner, "page">> {
  if (learnFile === undefined) return scanner;
  const { learnedScanner } = await import("./learned-scanner.js");
  return learnedScanner(scanner, learnFile, lookup.look, notice);
}

function threadsFor(pages: number): number {
  return Math.min(availableParallelism(), MAX_THREADS, Math.floor(pages / PAGES_FOR_A_THREAD));
}

/**
 * The URL path that a page is listed by: "/docs/" for "/docs" and "docs/index.html".
 *
 * @throws {H2PushError} "manifest" for a page that is not there
 */
export async function pathOfPage(root: string, path: string, options: SiteSetting): Promise<string> {
  const { lookup, rules } = await openScan({ ...options, root }, () => undefined);
  return (await findPage(lookup, rules, path)).pathname;
}

/** @param path with the slash at its beginning, and that of a directory at its end, or without */
async function findPage(lookup: SiteLookup, rules: SiteRules, path: string): Promise<SitePage> {
  const pathname = path
    .replace(/^(?!\/)/, "/")
    .replace(/[?#].*$/s, "")
    .replace(/\/index\.html$/, "/");
  const found = await lookUp(lookup, rules, pathname);
  if (isPage(found)) return { pathname, file: found };
  const index = `${pathname}/`;
  const inside = found.kind === "other" ? await lookUp(lookup, rules, index) : found;
  if (isPage(inside)) return { pathname: index, file: inside };
  const what = { file: "not a page", other: "not a page of this site", missing: "no such page" }[found.kind];
  const why = pathname === "/" ? " (there is no index.html)" : "";
  throw new H2PushError("manifest", `${what}: ${path}${why}`, "pass its URL path, for example /docs/ or /about.html");
}

function lookUp(lookup: SiteLookup, rules: SiteRules, pathname: string): Promise<LookedUp> {
  const { audience } = rules.of(expectedRequest(pathname));
  return lookup.look({ target: pathname, navigates: true }, audience);
}

function isPage(found: LookedUp): found is FileAnswer {
  return found.kind === "file" && isHtml(mediaType(found.file));
}
