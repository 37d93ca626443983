import { relative } from "node:path";
import { H2PushError } from "../errors.js";
import type { Viewport } from "../manifest/media.js";
import { createScanner, type Scanner } from "../manifest/scanner.js";
import type { SitePage } from "../manifest/pages.js";
import { scanPages, scanSite, type SiteScan, type SiteScanOptions } from "../manifest/site.js";
import { openTree, type FileTree } from "../static/tree.js";
import { isHtml, mediaType } from "../static/media-type.js";
import { serverOptions } from "./options.js";
import { checkRoot } from "./root.js";
import { SiteRules } from "./rules.js";
import { locateIn, truncated } from "./site-scanner.js";

export type { SiteScan } from "../manifest/site.js";

export interface ScanOptions extends SiteScanOptions {
  /** URL paths of the pages to scan; all of them without it. */
  readonly pages?: readonly string[];
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
  const tree = await openTree(root);
  const { viewport } = serverOptions;
  const found = createScanner({
    locate: locateIn(tree),
    once: true,
    viewport: viewport.check(options.viewport ?? viewport.default),
    onTruncated: ({ file }) => options.onNotice?.(truncated(relative(tree.root, file))),
  });
  const scanner = await byRules(tree.root, found, options);
  if (options.pages === undefined) return scanSite(tree.root, scanner, options);
  return scanPages(await Promise.all(options.pages.map((path) => findPage(tree, path))), scanner, options);
}

/** Honours the policies that `_headers` gives pages; what is wrong with the file is a notice here. */
async function byRules(root: string, scanner: Scanner, { onNotice = () => {} }: ScanOptions) {
  const rules = new SiteRules({ root, fields: [], report: ({ message }) => onNotice(message), notice: onNotice });
  await rules.look(performance.now());
  return rules.scanner(scanner);
}

async function findPage(tree: FileTree, path: string): Promise<SitePage> {
  const pathname = path.replace(/[?#].*$/s, "").replace(/\/index\.html$/, "/");
  const found = await tree.find(pathname);
  if (found.kind === "file" && isHtml(mediaType(found.file))) return { pathname, file: found };
  const what = found.kind === "file" ? "not a page" : "no such page";
  throw new H2PushError("manifest", `${what}: ${path}`, "pass its URL path, for example / or /docs/ or /about.html");
}
