import { readdir, stat } from "node:fs/promises";
import { basename, delimiter, dirname, join, resolve } from "node:path";

/** Where builds put what is to be served. */
const OUTPUTS = [".", "dist", "build", "public", "_site", "out"];

/**
 * The sites in the folders that H2PUSH_SITES names, with a comma or the
 * delimiter of PATH between them. Each folder is a site, or holds sites.
 */
export async function givenSites(folders = process.env["H2PUSH_SITES"] ?? "") {
  const sites = [];
  for (const folder of folders.split(",").flatMap((part) => part.split(delimiter))) {
    if (folder === "") continue;
    const root = await siteIn(resolve(folder));
    const found = root === undefined ? await sitesBelow(folder) : [{ name: nameOf(root), root }];
    if (found.length === 0) console.log(`  skipped  ${folder}: no site in it (a folder with an index.html)`);
    sites.push(...found);
  }
  return sites;
}

async function sitesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const roots = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
      .map((name) => siteIn(resolve(folder, name))),
  );
  return roots.filter((root) => root !== undefined).map((root) => ({ name: nameOf(root), root }));
}

async function siteIn(folder) {
  for (const output of OUTPUTS) {
    const found = await stat(join(folder, output, "index.html")).catch(() => undefined);
    if (found?.isFile()) return join(folder, output);
  }
  return undefined;
}

const nameOf = (root) => (OUTPUTS.includes(basename(root)) ? basename(dirname(root)) : basename(root));
