import type { Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { H2PushError, reasonOf, systemCode } from "../errors.js";
import { isInside } from "../io/disk/is-inside.js";

/** Not part of what is deployed: other dotfiles are (`.htaccess`, `.well-known`). */
const NOT_COPIED = /^(?:\.git|\.env.*|\.DS_Store)$/;

const INSTALLED = "node_modules";

/** What a copy has of the packages in `node_modules`. */
export interface CopiedPackages {
  /** Asked when all other files are told. */
  readonly isNeeded: (name: string) => boolean;
  readonly onLeftOut: (name: string) => void;
}

/**
 * The files of a site that a copy of it has: through links to files and
 * directories, but into no directory twice. Packages come last, whole.
 *
 * @param root resolved
 */
export async function* copiedFiles(root: string, packages: CopiedPackages): AsyncGenerator<string> {
  const installed: Directory[] = [];
  yield* filesIn({ path: root, outer: [] }, root, (inner) => installed.push(inner));
  for (const directory of installed) {
    for (const [name, inner] of await packagesIn(directory)) {
      if (packages.isNeeded(name)) yield* filesOf(inner, root);
      else packages.onLeftOut(name);
    }
  }
}

interface Directory {
  readonly path: string;
  /** Those on the way to it, resolved: a link can lead back up. */
  readonly outer: readonly string[];
}

/** @param onInstalled is given a `node_modules`, instead of its files being told */
async function* filesIn(
  directory: Directory,
  root: string,
  onInstalled?: (directory: Directory) => void,
): AsyncGenerator<string> {
  const real = await realpath(directory.path);
  if (directory.outer.includes(real)) return;
  const outer = [...directory.outer, real];
  const names = await readdir(directory.path).catch(unreadable(directory.path));
  for (const name of names.toSorted()) {
    if (NOT_COPIED.test(name)) continue;
    const inner = { path: join(directory.path, name), outer };
    if (name === INSTALLED && onInstalled !== undefined) onInstalled(inner);
    else yield* filesOf(inner, root, onInstalled);
  }
}

/** A copy without a part would be taken for the whole. */
export const unreadable =
  (path: string) =>
  (error: unknown): never => {
    const hint = "make it readable for this user, or move it out of the site";
    throw new H2PushError("root", `cannot read ${path} (${reasonOf(error)})`, hint, { cause: error });
  };

/** A file itself, and the files of a directory. */
async function* filesOf(
  entry: Directory,
  root: string,
  onInstalled?: (directory: Directory) => void,
): AsyncGenerator<string> {
  const kind = await kindInside(root, entry.path);
  if (kind?.isDirectory() === true) yield* filesIn(entry, root, onInstalled);
  else if (kind?.isFile() === true) yield entry.path;
}

/** What is at a path; undefined for a link out of the site, which is not served either. */
async function kindInside(root: string, path: string): Promise<Stats | undefined> {
  const real = await realpath(path).catch(() => undefined);
  return real !== undefined && isInside(real, root) ? stat(real).catch(() => undefined) : undefined;
}

/** What is installed in a `node_modules`, by the names that packages have: `lit`, `@scope/part`. */
async function packagesIn(directory: Directory): Promise<(readonly [string, Directory])[]> {
  const found: (readonly [string, Directory])[] = [];
  const { path, outer } = directory;
  const inside = [...outer, await realpath(path).catch(() => path)];
  for (const name of await namesIn(path)) {
    const inner = join(path, name);
    if (!name.startsWith("@")) found.push([name, { path: inner, outer: inside }]);
    else
      for (const part of await namesIn(inner))
        found.push([`${name}/${part}`, { path: join(inner, part), outer: inside }]);
  }
  return found;
}

/** None where no directory is. */
async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).toSorted();
  } catch (error) {
    const code = systemCode(error) ?? "";
    return code === "ENOENT" || code === "ENOTDIR" ? [] : unreadable(path)(error);
  }
}

/** Names of packages that references in a text lead into, in whatever script or attribute it has them. */
export function packagesNamed(text: string): string[] {
  const found = text.matchAll(/\bnode_modules\\?\/((?:(?:@|%40)[\w.~-]+\\?\/)?[\w.~-]+)/gi);
  return [...found].map(([, name = ""]) => name.replace(/^%40/i, "@").replace("\\", ""));
}
