import { relative } from "node:path";
import type { Viewport } from "../../scanner/css/media-queries.js";
import { withoutFaults } from "../../scanner/scan-fault.js";
import { createScanner, type Scanner } from "../../scanner/scanner.js";
import { openTree } from "../../files/tree.js";
import { serverOptions } from "../options/options-table.js";
import { checkRoot } from "../files/root.js";
import { type LinkValue, readLinks } from "../../delivery/link.js";
import { baseOf, resolve } from "../../manifest/resolve.js";
import { expectedRequest, ruleFiles, SiteRules } from "../middleware/site-rules.js";
import { SiteLookup } from "../files/site-lookup.js";
import { limitText } from "./lazy-scanner.js";
import type { SiteSource } from "./scan-options.js";

/** What a scan of a directory goes by. It can be sent to a thread. */
export interface ScanSetting {
  readonly root: string;
  readonly base: string;
  readonly single: string | boolean | undefined;
  readonly viewport: Viewport;
}

/** A directory that can be scanned. */
export interface OpenedScan {
  readonly lookup: SiteLookup;
  readonly rules: SiteRules;
  readonly scanner: Pick<Scanner, "page">;
  readonly setting: ScanSetting;
}

/** What the `Link` fields announce that rules give to a page. */
export function announcedByFields(pathname: string, rules: SiteRules): readonly LinkValue[] {
  const { link } = rules.of(expectedRequest(pathname)).page;
  const isAnnouncement = ({ rel }: LinkValue) => rel.includes("preload") || rel.includes("modulepreload");
  return link === undefined ? [] : readLinks(link).filter(isAnnouncement);
}

function targetsOf(links: readonly LinkValue[], pathname: string): string[] {
  return links.flatMap(({ target }) => {
    const resolved = resolve(target, baseOf(pathname));
    return "target" in resolved ? resolved.target : [];
  });
}

/**
 * Opens a directory for a scan.
 *
 * @param notice told what the user should know of
 * @throws {H2PushError} "root" when the directory can't be read, "usage" for a value that is none
 */
export async function openScan(given: SiteSource, notice: (text: string) => void): Promise<OpenedScan> {
  await checkRoot(given.root);
  const base = serverOptions.base.check(given.base ?? serverOptions.base.default);
  const single = serverOptions.single.check(given.single);
  const viewport = serverOptions.viewport.check(given.viewport ?? serverOptions.viewport.default);
  const tree = await openTree(given.root, { base, reserved: ruleFiles });
  const { root } = tree;
  // What is wrong with a rule file is a notice here.
  const rules = new SiteRules({ root, base, fields: [], report: ({ message }) => notice(message), notice });
  await rules.look();
  const lookup = new SiteLookup({ tree, rules, single, list: false, elsewhere: () => undefined });
  const found = createScanner({
    lookup: lookup.look,
    once: true,
    viewport,
    onLimit: ({ file }, limit) => notice(limitText[limit](relative(root, file))),
  });
  const ruled = rules.scanner({ page: withoutFaults(found, { root, notice }) });
  const scanner: Pick<Scanner, "page"> = {
    page: (pathname, file, context) =>
      context?.record === undefined
        ? ruled.page(pathname, file, context)
        : ruled.page(pathname, file, { ...context, record: targetsOf(announcedByFields(pathname, rules), pathname) }),
  };
  return { lookup, rules, scanner, setting: { root: given.root, base, single: given.single, viewport } };
}
