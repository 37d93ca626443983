import type { EnvironmentModuleGraph } from "vite";
import { MAX_LINK_BYTES, withinField } from "../delivery/announcement.js";
import { writeLink } from "../delivery/link.js";
import type { ManifestEntry } from "../manifest/types.js";
import { readScript, scriptLexer } from "../scanner/modules/imports.js";

/** Modules of a page that are looked at. */
const MAX_MODULES = 500;

/**
 * The module scripts that a page of the development server names; none where
 * it has an import map, or a script that may add one. Firefox 153 refuses a map
 * after a `modulepreload` in `Link`, and asks twice for what is not to be
 * cached where it is a `preload`.
 */
export function entryModules(html: string): readonly string[] {
  const tags = html.match(/<script\b[^>]*>/gi) ?? [];
  const modules = tags.filter((tag) => /\btype\s*=\s*["']?module\b/i.test(tag));
  const others = tags.filter((tag) => !modules.includes(tag));
  if (others.some((tag) => !/\btype\s*=\s*["']?[\w.+-]+\/(?:[\w.+-]+\+)?json\b/i.test(tag))) return [];
  return modules.flatMap((tag) => /\bsrc\s*=\s*["']?([^"'\s>]+)/i.exec(tag)?.[1] ?? []);
}

/**
 * The `Link` field for what module scripts import, to the end, as far as the
 * server has transformed it; undefined where there is nothing to name. What
 * the page's HTML names, the browser finds itself.
 *
 * @param entries their URLs
 */
export async function moduleLinks(
  graph: Pick<EnvironmentModuleGraph, "getModuleByUrl"> | undefined,
  entries: readonly string[],
): Promise<string | undefined> {
  if (graph === undefined) return undefined;
  await scriptLexer();
  const urls = new Set(entries);
  for (const url of urls) {
    const code = (await graph.getModuleByUrl(url))?.transformResult?.code;
    for (const { specifier } of code === undefined ? [] : readScript(code).imports) {
      if (specifier.startsWith("/") && urls.size < MAX_MODULES) urls.add(specifier);
    }
  }
  const links = [...urls].slice(new Set(entries).size).map(entryOf);
  const { taken } = withinField(links, MAX_LINK_BYTES);
  return taken.length === 0 ? undefined : taken.map(writeLink).join(", ");
}

const entryOf = (target: string): ManifestEntry => ({ target, rel: "modulepreload", as: "script", bytes: 0 });
