import type { ManifestEntry } from "../../manifest/types.js";
import type { ExportedPage } from "../exported-page.js";

/** The manifest of http2-push-manifest, with the attributes that its readers pass over and ours takes. */
export function pushManifest(pages: readonly ExportedPage[]): string {
  const written = pages.map(({ pathname, pushes }) => [
    pathname,
    Object.fromEntries(pushes.map((entry) => [entry.target, pushEntry(entry)])),
  ]);
  return `${JSON.stringify(Object.fromEntries(written), undefined, 2)}\n`;
}

function pushEntry({ target: _target, as, bytes: _bytes, type: _type, ...attributes }: ManifestEntry) {
  return { type: as, weight: 1, ...attributes };
}
