import { imagesIn } from "../css/values.js";
import type { SkippedUrl } from "../css/facts.js";
import type { Outline } from "./outline/outline.js";
import type { StyleNeeds } from "./what-styles-load.js";
import { matches } from "../css/selectors/match.js";
import type { Sheet } from "./cascade.js";

const SKIPPED: Readonly<Record<SkippedUrl["reason"], string>> = {
  media: "media: not for this viewport",
  supports: "supports: no browser of today takes it",
  state: "for a state such as :hover alone",
  "font format": "no browser of today takes this font format",
};

const MADE_BY_SCRIPT = "the page's elements are made by a script: fonts and backgrounds can't be told";

/**
 * Tells what the stylesheets of a page name and do not load, and why. What is
 * loaded all the same, by another rule, is told too.
 *
 * @param isMadeByScript the page shows nothing before its scripts run
 */
export function explainStyles(
  sheets: readonly Sheet[],
  outline: Outline,
  needs: StyleNeeds,
  isMadeByScript: boolean,
  ignore: (url: string, reason: string, base: URL) => void,
): void {
  const used = new Set(needs.fonts.map(({ face }) => face));
  for (const { facts, base, windows } of sheets) {
    if (windows === "others") continue;
    for (const face of facts.fonts) {
      const unused = isMadeByScript ? MADE_BY_SCRIPT : `unused font: ${face.family}`;
      const reason = used.has(face) ? "another source of this font comes first" : unused;
      for (const url of face.sources) ignore(url, reason, base);
    }
    for (const { selector, declarations } of facts.imageRules) {
      const urls = declarations.list.flatMap(({ value }) => imagesIn(value, 1));
      if (urls.length === 0) continue;
      const matching = outline.nodes.some((node) => matches(selector, node) !== "no");
      const unmatched = isMadeByScript ? MADE_BY_SCRIPT : "no element matches the rule";
      const reason = matching ? "another rule is stronger, or the element is hidden" : unmatched;
      for (const url of urls) ignore(url, reason, base);
    }
    for (const { url, reason } of facts.skipped) ignore(url, SKIPPED[reason], base);
  }
}
