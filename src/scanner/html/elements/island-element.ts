import { matchesMedia } from "../../css/media-queries.js";
import { isObject } from "../../../io/json-object.js";
import type { LinkAttributes } from "../../../manifest/types.js";
import { NEED } from "../../url/reference.js";
import type { TagReferences } from "./tag-references.js";

/** What defines the element stands in an inline script of the page, under this name. */
export const ASTRO_ISLAND = "astro-island";

/** The directives that load an island whatever its place in the page. */
const LOADS: ReadonlySet<string> = new Set(["idle", "load", "only"]);

/**
 * Reads the `astro-island` that the lexer stands at: the scripts that Astro's
 * element imports as its `client` says. `visible` depends on the layout, which
 * only a browser knows.
 */
export function readIsland(references: TagReferences): void {
  const { lexer } = references;
  const client = lexer.attribute("client") ?? "";
  const add = (name: string, link: LinkAttributes): void =>
    references.add(lexer.attribute(name), "script", NEED.deferredScript, ISLAND + client, {
      rel: "modulepreload",
      byScript: true,
      ...link,
    });
  add("before-hydration-url", {});
  const media = client === "media" ? mediaOf(lexer.attribute("opts")) : undefined;
  const scripts = ["component-url", "renderer-url"];
  if (LOADS.has(client)) for (const name of scripts) add(name, {});
  else if (media !== undefined && matchesMedia(media, references.viewport))
    for (const name of scripts) add(name, { media });
  else
    for (const name of scripts)
      references.ignore(lexer.attribute(name), "script", client === "media" ? "media" : "island");
}

const ISLAND = `${ASTRO_ISLAND} client:`;

function mediaOf(options: string | undefined): string | undefined {
  try {
    const value: unknown = JSON.parse(options ?? "");
    return isObject(value) && typeof value["value"] === "string" ? value["value"] : undefined;
  } catch {
    return undefined;
  }
}
