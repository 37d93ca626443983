import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { onTestFinished } from "vitest";

import type { Locate } from "../../src/manifest/scanner.js";

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

/** Finds files as a plain static server does. */
export function locateIn(root: string): Locate {
  return async (pathname) => {
    const path = decodeURIComponent(pathname);
    const file = join(root, path.endsWith("/") ? `${path}index.html` : path);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true) return undefined;
    return { file, size: found.size, mtimeMs: found.mtimeMs, dev: found.dev, ino: found.ino };
  };
}
