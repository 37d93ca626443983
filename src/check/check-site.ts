import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { tellOnce } from "../io/tell-once.js";
import type { LinkValue } from "../delivery/link.js";
import type { SitePage } from "../scanner/list-pages.js";
import type { PageNeeds, PageRecord } from "../scanner/types.js";
import { scan } from "../server/scan/scan-directory.js";
import type { ScanOptions } from "../server/scan/scan-options.js";
import { announcedByFields, openScan, type OpenedScan } from "../server/scan/scan-setting.js";
import { filePages } from "../server/scan/site-pages.js";
import type { CheckCache } from "./check-cache.js";
import { checkPage, type CheckedPage, type PageCost } from "./check-page.js";
import type { Finding, Suspicion } from "./finding.js";
import { isMentionedIn, Mentions } from "./mentions.js";
import type { SiteLookup } from "../server/files/site-lookup.js";
import { checkRuleFiles } from "./rules/rule-files.js";

/** What pages may come to at most. */
export interface Budgets {
  readonly maxBytes?: number | undefined;
  readonly maxRequests?: number | undefined;
  readonly maxDepth?: number | undefined;
}

export interface CheckOptions
  extends Pick<ScanOptions, "base" | "single" | "viewport" | "jobs" | "onNotice" | "onProgress">, Budgets {
  /** Knows what was found before. */
  readonly cache?: CheckCache | undefined;
  /** What is found and not told: asked for each page that it was found for. */
  readonly ignores?: (finding: Finding) => boolean;
}

export interface CheckedSite {
  /** By file and place; each once, with the page that it was found for first. */
  readonly findings: readonly Finding[];
  readonly pages: number;
}

/**
 * Finds what is wrong in the pages of a directory, without running anything.
 *
 * @throws {H2PushError} "root" when the directory can't be read
 */
export async function checkSite(root: string, options: CheckOptions): Promise<CheckedSite> {
  const opened = await openScan({ ...options, root }, () => undefined);
  const pages: SitePage[] = [];
  // A scan of the pages that are left comes upon the same.
  const tell = tellOnce(options.onNotice ?? (() => undefined), Infinity);
  const onNotice = (text: string) => tell(text, text);
  for await (const page of filePages(opened.lookup, opened.rules, onNotice)) pages.push(page);
  const checked = await checkedPages(root, pages, opened, { ...options, onNotice });
  const findings = await checkRuleFiles(opened);
  const nameOf = namer(opened.lookup.tree.root);
  for (const [{ pathname, file }, page] of checked) {
    findings.push(...page.findings);
    for (const [rule, message] of overBudget(page.cost, file.size, options)) {
      const place = { file: nameOf(file.file), line: 1, column: 1, page: pathname };
      findings.push({ rule, message: `${pathname} ${message}`, ...place });
    }
  }
  const suspicions = checked.flatMap(([, page]) => page.suspicions);
  findings.push(...(await confirmed(suspicions, opened.lookup)));
  return { findings: sorted(findings.filter((finding) => options.ignores?.(finding) !== true)), pages: pages.length };
}

type Checked = readonly [SitePage, CheckedPage];

/** What each page comes to: what is known from before, and what a scan of the others finds. */
async function checkedPages(
  root: string,
  pages: readonly SitePage[],
  opened: OpenedScan,
  { cache, ...options }: CheckOptions,
): Promise<readonly Checked[]> {
  const results = (await cache?.read(pages, opened)) ?? new Map<string, CheckedPage>();
  const left = pages.filter(({ pathname }) => !results.has(pathname));
  const check = await pageChecker(opened);
  const onPage = (pathname: string, needs: PageNeeds) => {
    if (needs.record !== undefined) results.set(pathname, check(pathname, { ...needs, record: needs.record }));
  };
  const paths = left.length === pages.length ? undefined : left.map(({ pathname }) => pathname);
  if (left.length > 0) await scan(root, { ...options, pages: paths, record: true, onPage });
  await cache?.write(pages, results, opened);
  return pages.flatMap((page): Checked[] => {
    const result = results.get(page.pathname);
    return result === undefined ? [] : [[page, result]];
  });
}

function namer(root: string): (file: string) => string {
  const names = new Map<string, string>();
  return (file) => {
    const known = names.get(file) ?? relative(root, file).split(sep).join("/");
    names.set(file, known);
    return known;
  };
}

async function pageChecker({ lookup, rules }: OpenedScan) {
  const { root } = lookup.tree;
  const nameOf = namer(root);
  const lines = (rules.textOf("_headers") ?? "").split(/\r\n?|\n/);
  return (pathname: string, needs: PageNeeds & { readonly record: PageRecord }): CheckedPage =>
    checkPage(needs, {
      pathname,
      nameOf,
      fields: announcedByFields(pathname, rules),
      placeOf: ({ target }: LinkValue) => placeIn(lines, `<${target}>`),
    });
}

function placeIn(lines: readonly string[], text: string) {
  const line = Math.max(
    0,
    lines.findIndex((each) => each.includes(text)),
  );
  return { line: line + 1, column: Math.max(0, lines[line]?.indexOf(text) ?? 0) + 1 };
}

/** @param size of the page itself, in bytes */
function overBudget(
  { bytes, requests, depth }: PageCost,
  size: number,
  { maxBytes = Infinity, maxRequests = Infinity, maxDepth = Infinity }: Budgets,
): (readonly [rule: Finding["rule"], message: string])[] {
  const all = size + bytes;
  return [
    ...(all > maxBytes ? [["max-bytes", `comes to ${all} bytes, of ${maxBytes} at most`] as const] : []),
    ...(requests > maxRequests
      ? [["max-requests", `makes ${requests} requests, of ${maxRequests} at most`] as const]
      : []),
    ...(depth > maxDepth
      ? [["max-depth", `makes ${depth} requests one after another, of ${maxDepth} at most`] as const]
      : []),
  ];
}

/** Elements that announce something. */
const ANNOUNCEMENT = /<link\b[^>]*\b(?:module)?preload\b[^>]*>/gi;

/** Those that no script of the site, and nothing else in the page, says anything about. */
async function confirmed(suspicions: readonly Suspicion[], { tree }: SiteLookup): Promise<Finding[]> {
  const { root } = tree;
  const mentions = new Mentions(root);
  const findings: Finding[] = [];
  let last = { file: "", text: "" };
  for (const { finding, pathname } of suspicions) {
    if ((await mentions.has(pathname)) || (await tree.find(pathname)).kind !== "file") continue;
    const { file } = finding;
    if (file !== last.file) {
      const text = file === "_headers" ? "" : await readFile(join(root, file), "latin1").catch(() => "");
      last = { file, text: text.replaceAll(ANNOUNCEMENT, "") };
    }
    if (!isMentionedIn(last.text, pathname)) findings.push(finding);
  }
  return findings;
}

const keyOf = ({ rule, file, line, column, message }: Finding) => [file, line, column, rule, message].join("\n");

function sorted(findings: readonly Finding[]): Finding[] {
  const each = new Map<string, Finding>();
  for (const finding of findings) if (!each.has(keyOf(finding))) each.set(keyOf(finding), finding);
  return [...each.values()].sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  );
}
