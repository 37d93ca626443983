import { relative } from "node:path";
import { H2PushError } from "../errors.js";
import type { Viewport } from "../manifest/media.js";
import { withoutFaults } from "../manifest/scan-fault.js";
import { createScanner } from "../manifest/scanner.js";
import type { SitePage } from "../manifest/pages.js";
import { scanPages, scanSite, type SiteScan, type SiteScanOptions } from "../manifest/site.js";
import { openTree } from "../static/tree.js";
import { isHtml, mediaType } from "../static/media-type.js";
import { serverOptions } from "./options.js";
import { checkRoot } from "./root.js";
import { ruleFiles, SiteRules, UNKNOWN_HOST } from "./rules.js";
import { SiteLookup } from "./site-lookup.js";
import { sitePages } from "./site-pages.js";
import { truncated } from "./site-scanner.js";

export type { SiteScan } from "../manifest/site.js";

export interface ScanOptions extends SiteScanOptions {
  /** URL paths of the pages to scan; all of them without it. */
  readonly pages?: readonly string[];
  /** The path that the site is served below: "/repo/". */
  readonly base?: string;
  /** The window that pages are scanned for: "1280x720", "390x844@3". */
  readonly viewport?: Viewport | string;
  /** Told what the user should know of, in a sentence: a file too long to be scanned to its end. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Finds out what every page under a directory needs, as the server would
 * serve it: the manifest, and what the pages refer to that is not there.
 *
 * @throws {H2PushError} "root" when the directory can't be read, "manifest" for a page that is not there
 */
export async function scan(root: string, options: ScanOptions = {}): Promise<SiteScan> {
  await checkRoot(root);
  const { viewport } = serverOptions;
  const base = serverOptions.base.check(options.base ?? serverOptions.base.default);
  const tree = await openTree(root, { base, reserved: ruleFiles });
  const { onNotice = () => {} } = options;
  // What is wrong with a rule file is a notice here.
  const rules = new SiteRules({
    root: tree.root,
    base,
    fields: [],
    report: ({ message }) => onNotice(message),
    notice: onNotice,
  });
  await rules.look(performance.now());
  const lookup = new SiteLookup({ tree, rules, single: undefined, list: false, elsewhere: () => undefined });
  const found = createScanner({
    lookup: (...asked) => lookup.look(...asked),
    once: true,
    viewport: viewport.check(options.viewport ?? viewport.default),
    onTruncated: ({ file }) => onNotice(truncated(relative(tree.root, file))),
  });
  const page = withoutFaults(found, { root: tree.root, notice: onNotice });
  const scanner = rules.scanner({ page });
  if (options.pages === undefined) return scanSite(sitePages(lookup, rules), scanner, options);
  const pages = options.pages.map((path) => findPage(lookup, rules, path));
  return scanPages(await Promise.all(pages), scanner, options);
}

async function findPage(lookup: SiteLookup, rules: SiteRules, path: string): Promise<SitePage> {
  const pathname = path.replace(/[?#].*$/s, "").replace(/\/index\.html$/, "/");
  const { audience } = rules.page({ target: pathname, authority: UNKNOWN_HOST });
  const found = await lookup.look({ target: pathname, navigates: true }, audience);
  if (found.kind === "file" && isHtml(mediaType(found.file))) return { pathname, file: found };
  const what = { file: "not a page", other: "not a page of this site", missing: "no such page" }[found.kind];
  throw new H2PushError("manifest", `${what}: ${path}`, "pass its URL path, for example / or /docs/ or /about.html");
}
