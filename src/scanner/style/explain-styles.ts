import { imagesIn } from "../css/values.js";
import type { SkippedUrl } from "../css/facts.js";
import type { Outline } from "./outline/outline.js";
import type { StyleNeeds } from "./what-styles-load.js";
import { matches } from "../css/selectors/match.js";
import type { Sheet } from "./cascade.js";

const SKIPPED: Readonly<Record<SkippedUrl["why"], string>> = {
  media: "media: not for this viewport",
  supports: "supports: no browser of today takes it",
  state: "for a state such as :hover alone",
  "font format": "no browser of today takes this font format",
};

/**
 * Tells what the stylesheets of a page name and do not load, and why. What is
 * loaded all the same, by another rule, is told too.
 */
export function explainStyles(
  sheets: readonly Sheet[],
  outline: Outline,
  needs: StyleNeeds,
  ignore: (url: string, why: string, base: URL) => void,
): void {
  const used = new Set(needs.fonts.map(({ face }) => face));
  for (const { facts, base } of sheets) {
    for (const face of facts.fonts) {
      const why = used.has(face) ? "another source of this font comes first" : `unused font: ${face.family}`;
      for (const url of face.sources) ignore(url, why, base);
    }
    for (const { selector, declarations } of facts.imageRules) {
      const urls = declarations.list.flatMap(({ value }) => imagesIn(value, 1));
      if (urls.length === 0) continue;
      const matching = outline.nodes.some((node) => matches(selector, node) !== "no");
      const why = matching ? "another rule is stronger, or the element is hidden" : "no element matches the rule";
      for (const url of urls) ignore(url, why, base);
    }
    for (const { url, why } of facts.skipped) ignore(url, SKIPPED[why], base);
  }
}
