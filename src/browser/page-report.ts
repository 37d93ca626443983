/** What a page says of itself when it has been loaded. */
export interface PageReport {
  /** When the first or, if that came later, the largest contentful paint was: milliseconds since the epoch. */
  readonly painted: number | undefined;
  /** URL of the image that was painted largest. */
  readonly largestImage: string | undefined;
  /** `integrity` of scripts and stylesheets, by URL. */
  readonly integrity: Readonly<Record<string, string>>;
  /** URLs of images that were chosen among several. */
  readonly candidates: readonly string[];
  /** URLs of fonts that text does not wait for. */
  readonly swapped: readonly string[];
  /** URLs of icons. */
  readonly icons: readonly string[];
  /** What the document's own elements, scripts and styles have loaded: not its icons. */
  readonly resources: readonly string[];
  readonly hasImportMap: boolean;
}

/** The page keeps what is noted under this name. */
const NOTES = "__h2push_notes";

/**
 * Runs in each document before its own scripts, and notes what can't be asked
 * for later: elements that are taken out again, and paints. It is a text, as
 * it is no code of this program and knows other globals.
 */
export const NOTE_SCRIPT = `(() => {
  const notes = { integrity: {}, resources: [], paint: 0, largest: "" };
  Object.defineProperty(globalThis, "${NOTES}", { value: notes });
  const observe = (type, each) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  observe("paint", (entry) => {
    if (entry.name === "first-contentful-paint") notes.paint = Math.max(notes.paint, entry.startTime);
  });
  observe("largest-contentful-paint", (entry) => {
    notes.paint = Math.max(notes.paint, entry.startTime);
    notes.largest = entry.url;
  });
  observe("resource", (entry) => entry.initiatorType === "other" || notes.resources.push(entry.name));
  const note = (element) => {
    if (element.integrity) notes.integrity[element.src || element.href] = element.integrity;
  };
  new MutationObserver((records) => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(node instanceof Element)) continue;
      note(node);
      node.querySelectorAll("[integrity]").forEach(note);
    }
  }).observe(document, { childList: true, subtree: true });
})()`;

/** Gives a `PageReport`, in a document that has been loaded. */
export const REPORT_SCRIPT = `(() => {
  const { paint, largest, integrity, resources } = globalThis.${NOTES};
  const swapped = [];
  const lookAt = (rules, base) => {
    for (const rule of rules) {
      if (rule instanceof CSSFontFaceRule) {
        if (!/^(swap|fallback|optional)$/.test(rule.style.getPropertyValue("font-display"))) continue;
        for (const [, quoted, bare] of rule.style.getPropertyValue("src").matchAll(/url\\((?:"([^"]*)"|([^)]*))\\)/g)) {
          swapped.push(new URL(quoted ?? bare, base).href);
        }
      } else if (rule.styleSheet) lookInto(rule.styleSheet);
      else if (rule.cssRules) lookAt(rule.cssRules, base);
    }
  };
  const lookInto = (sheet) => {
    try {
      lookAt(sheet.cssRules, sheet.href ?? document.baseURI);
    } catch {}
  };
  [...document.styleSheets, ...document.adoptedStyleSheets].forEach(lookInto);
  const isChosen = (image) => image.srcset !== "" || image.parentElement?.localName === "picture";
  return {
    painted: paint > 0 ? performance.timeOrigin + paint : undefined,
    largestImage: largest || undefined,
    integrity,
    candidates: [...document.images].filter(isChosen).map(({ currentSrc }) => currentSrc),
    swapped,
    icons: [...document.querySelectorAll("link[rel~=icon i], link[rel^=apple-touch-icon i], link[rel=mask-icon i]")].map(({ href }) => href),
    resources,
    hasImportMap: document.querySelector("script[type=importmap i]") !== null,
  };
})()`;
