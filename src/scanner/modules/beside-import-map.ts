import type { Destination } from "../../manifest/destination.js";
import type { LinkAttributes } from "../../manifest/types.js";

/** How a module is fetched, as its link says it. */
type ModuleLink = Pick<LinkAttributes, "rel" | "crossorigin">;

/**
 * What is fetched, in the form in which it is announced on a page that has an
 * import map, or may get one. A `modulepreload` in a `Link` field ends the
 * time in which Firefox takes import maps, and modules that need the map do
 * not run at all. A preload of the same script, with the same credentials,
 * leaves the map alone and is taken once in Chromium 156 and Firefox 153
 * (measured). For JSON and CSS modules there is no other form: they are not
 * announced there.
 */
export function besideImportMap<T extends ModuleLink & { readonly as: Destination }>(
  fetched: T,
): Omit<T, keyof ModuleLink> & ModuleLink {
  if (fetched.rel !== "modulepreload") return fetched;
  const { rel: _, crossorigin, ...rest } = fetched;
  if (rest.as === "script") return { ...rest, rel: "preload", crossorigin: crossorigin ?? "anonymous" };
  return crossorigin === undefined ? rest : { ...rest, crossorigin };
}
