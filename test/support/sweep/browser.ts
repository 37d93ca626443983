import type { Probe } from "../probes/probe.js";

/** What a page had become when everything had come to rest. */
export interface Seen {
  /** JSON of its state. */
  readonly state: string;
  /** Errors and warnings of the console. */
  readonly console: readonly string[];
}

/** One load, or several, of a page that its browser has not seen before. */
export interface Visit {
  readonly url: string;
  readonly probe: Probe;
  /** Stays until the browser has complained about what was preloaded for nothing. */
  readonly stays: boolean;
  /** Called before each load but the first. */
  readonly between: () => Promise<void>;
}

export type Look = Pick<Probe, "width" | "scale" | "dark">;

/** A window that goes from page to page. */
export interface Window {
  readonly visit: (visit: Visit) => Promise<Seen>;
  readonly close: () => Promise<void>;
}

export interface SweepBrowser {
  /** A window of the profile that all such windows share. */
  readonly window: () => Promise<Window>;
  /** A window that looks otherwise, or that has been nowhere. */
  readonly fresh: (look: Look) => Promise<Window>;
  readonly close: () => Promise<void>;
}

/** What a page waits for beyond its load event. */
export const UNTIL = `Promise.race([globalThis.until, new Promise((resolve) => setTimeout(resolve, 5000))]).then(() => 0)`;

/**
 * Asked of a page in the end: what ran, what is shown, and what it is shown with.
 *
 * @param own what the probe asks beside that
 */
export const stateOf = ({ state: own = "undefined" }: Probe) => `(async () => {
  await ${UNTIL};
  await Promise.race([document.fonts.ready, new Promise((resolve) => setTimeout(resolve, 5000))]);
  const path = (url) => url && new URL(url, location).pathname + new URL(url, location).search;
  const stateOf = (window, document) => {
    const heading = document.querySelector("h1");
    const style = heading === null ? {} : window.getComputedStyle(heading);
    return {
      path: path(document.URL),
      order: window.order ?? [],
      text: document.body?.innerText,
      scripts: [...document.scripts].map(({ src, type }) => [path(src), type]),
      images: [...document.images].map((image) => [path(image.currentSrc), image.complete, image.naturalWidth]),
      sheets: [...document.styleSheets].map(({ href, disabled }) => [path(href), disabled]),
      fonts: [...document.fonts].map(({ family, status }) => [family, status]),
      heading: ["color", "backgroundColor", "backgroundImage", "margin", "padding"].map((name) =>
        String(style[name]).replaceAll(location.origin, "")),
      frames: [...document.querySelectorAll("iframe, frame")].map((frame) => {
        try { return stateOf(frame.contentWindow, frame.contentDocument); } catch { return "closed"; }
      }),
    };
  };
  return JSON.stringify({ ...stateOf(globalThis, document), own: ${own} }, undefined, 1);
})()`;
