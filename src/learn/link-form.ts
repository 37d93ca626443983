import { pathOf } from "../io/request-target.js";
import { destinationOf, fontType, type Destination } from "../manifest/destination.js";
import type { LinkAttributes } from "../manifest/types.js";
import type { TargetRequest } from "./page-load.js";

/** How a target is announced: its destination and its link; without `rel`, no preload matches how it was asked for. */
export type LinkForm = LinkAttributes & { readonly as: Destination };

/** Destinations of requests that no preload matches (Fetch §2.2.5), and what they are for a push. */
const UNLINKED: ReadonlyMap<string, Destination> = new Map(
  Object.entries({
    audio: "audio",
    sharedworker: "script",
    track: "track",
    video: "video",
    worker: "script",
  }),
);

/**
 * The form in which a target that was asked for so is announced, such that a
 * browser takes what it has preloaded: once in Chromium 156 and Firefox 153.
 * Undefined for what is none of a page's needs, like a beacon or a frame.
 *
 * @param isModule whether the file is a module script by its syntax
 */
export function linkForm(asked: TargetRequest, isModule: boolean): LinkForm | undefined {
  const { target, destination, mode, byDocument } = asked;
  const cors = mode === "cors";
  const unlinked = UNLINKED.get(destination);
  if (unlinked !== undefined) return { as: unlinked };
  if (mode !== "cors" && mode !== "no-cors") return undefined;
  const crossorigin = cors ? ({ crossorigin: "anonymous" } as const) : {};
  switch (destination) {
    case "script":
      return cors && isModule
        ? { as: "script", rel: "modulepreload" }
        : { as: "script", rel: "preload", ...crossorigin };
    case "style":
      // A CSS module is asked for like this too, by a script; there is no preload for it in every browser.
      return cors && !byDocument ? { as: "style" } : { as: "style", rel: "preload", ...crossorigin };
    case "font":
      return { as: "font", rel: "preload", ...typeOf(target), crossorigin: "anonymous" };
    case "image":
      return { as: "image", rel: "preload", ...crossorigin };
    case "json":
      return cors ? { as: "json", rel: "modulepreload" } : undefined;
    case "empty":
      // A service worker that passes a request on asks like `fetch()`: nothing tells what it is for.
      return cors && !ASKED_FOR_BY_ELEMENTS.has(destinationOf(pathOf(target)))
        ? { as: "fetch", rel: "preload", crossorigin: "anonymous" }
        : undefined;
    default:
      return undefined;
  }
}

const ASKED_FOR_BY_ELEMENTS: ReadonlySet<Destination> = new Set<Destination>(["font", "script", "style"]);

function typeOf(target: string): LinkAttributes {
  const type = fontType(pathOf(target));
  return type === undefined ? {} : { type };
}
