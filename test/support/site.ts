import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { onTestFinished } from "vitest";

import { mediaType } from "../../src/files/media-type.js";
import type { Lookup, SiteFile } from "../../src/scanner/lookup.js";

/** Writes files into a directory of the test's own, which goes when the test is finished. */
export async function writeSite(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "h2push-site-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

export type Locate = (pathname: string) => Promise<SiteFile | undefined>;

/** What a plain static server would answer. */
export function lookupIn(root: string): Lookup {
  const locate = locateIn(root);
  return async ({ target }) => {
    const file = await locate(target.replace(/\?.*$/s, ""));
    return file === undefined ? { kind: "missing" } : { kind: "file", ...file, type: mediaType(file.file) };
  };
}

/** Finds files as a plain static server does. */
export function locateIn(root: string): Locate {
  return async (pathname) => {
    const path = decodeURIComponent(pathname);
    const file = join(root, path.endsWith("/") ? `${path}index.html` : path);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true) return undefined;
    const { size, mtimeMs, ctimeMs, dev, ino } = found;
    return { file, size, mtimeMs, ctimeMs, dev, ino };
  };
}
