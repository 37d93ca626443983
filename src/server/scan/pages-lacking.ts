import { withBase } from "../../files/base.js";
import { openTree, type FileTree } from "../../files/tree.js";
import { proxied } from "../proxy/proxy-rule.js";
import type { GivenSettings } from "../options/given-settings.js";
import { checkSettings, type Settings } from "../options/options-table.js";
import { SiteRules } from "../middleware/site-rules.js";

/** Pages that somebody who opens the site looks for in vain, a sentence for each and what to do. */
export async function pagesLacking(root: string, given: GivenSettings): Promise<string[]> {
  const settings = checkSettings(given);
  const tree = await openTree(root, settings);
  const { single, list } = settings;
  if (single !== undefined && (await tree.find(withBase(tree.base, single))).kind !== "file") {
    const file = decodeURIComponent(single.slice(1));
    return [`no ${file} in ${root}: paths that --single should answer get 404 until it is there`];
  }
  if (single !== undefined || list || !(await isIndexMissing(tree, settings))) return [];
  return [`no index.html in ${root}: ${tree.base} is 404; to list what is there: --list`];
}

/** Whether nothing answers where the site begins: no file, no upstream, no rule. */
async function isIndexMissing(tree: FileTree, { proxy }: Settings): Promise<boolean> {
  const { base } = tree;
  if (proxied(proxy)(base) || (await tree.find(base)).kind === "file") return false;
  const rules = new SiteRules({ root: tree.root, base, fields: [], report: () => undefined, notice: () => undefined });
  await rules.look();
  return rules.of({ target: base, authority: "localhost", fields: {} }).action === undefined;
}
