import type { SiteFile } from "../lookup.js";

const versions = new WeakMap<SiteFile, string>();

/** Names the version of a file. */
export function versionOf(file: SiteFile): string {
  let version = versions.get(file);
  if (version === undefined) {
    const { dev, ino, size, mtimeMs, ctimeMs, digest = "" } = file;
    version = `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}:${digest}:${file.file}`;
    versions.set(file, version);
  }
  return version;
}
