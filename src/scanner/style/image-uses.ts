import { wordSet } from "../../io/text/word-set.js";
import { hasUrlModifiers, imagesIn } from "../css/values.js";
import { spend } from "../work.js";
import type { Sheet } from "./cascade.js";
import type { Variables } from "./custom-properties.js";
import { type DeclaredValues, isInEveryWindow } from "./declared-values.js";

/** An image that an element's style loads. */
export interface ImageUse {
  readonly url: string;
  readonly property: string;
  /** Where it is written; undefined for a `style` attribute. */
  readonly sheet: Sheet | undefined;
  readonly offset: number;
  /** Whether it is loaded in any window, and does not hang on what is not known before layout. */
  readonly certain: boolean;
}

const IMAGE_PROPERTIES = wordSet(`
  background-image border-image-source list-style-image content cursor mask-image mask-border-source
  shape-outside filter backdrop-filter clip-path fill stroke marker -webkit-box-reflect
`);

/** Images of an element's properties. */
export function declaredImages(declared: DeclaredValues, variables: Variables, density: number): ImageUse[] {
  const images: ImageUse[] = [];
  for (const property of IMAGE_PROPERTIES) {
    const candidates = declared.get(property)?.filter(({ value }) => value.includes("(")) ?? [];
    if (candidates.length === 0) continue;
    const common = commonImages(property, declared, variables, density);
    for (const { value, sheet, offset } of candidates) {
      for (const text of variables.substitute(value, "here")) {
        for (const url of imagesIn(text ?? "", density))
          images.push({ url, property, sheet, offset, certain: common.has(keyOf(url, sheet)) });
      }
    }
  }
  return images;
}

/** Those that a property has in every window, whether or not its uncertain rules match. */
function commonImages(
  property: string,
  declared: DeclaredValues,
  variables: Variables,
  density: number,
): ReadonlySet<string> {
  const here = declared.get(property) ?? [];
  if (here.at(-1)?.certain !== true) return new Set();
  const candidates = [...here, ...declared.elsewhere(property)];
  if (!candidates.some(isInEveryWindow)) return new Set();
  let common: Set<string> | undefined;
  for (const candidate of candidates) {
    for (const text of variables.substitute(candidate.value, "everywhere")) {
      // Which one of a set is taken is the screen's choice.
      if (text === undefined || /image-set\(/i.test(text) || hasUrlModifiers(text)) return new Set();
      const keys = imagesIn(text, density).map((url) => keyOf(url, candidate.sheet));
      const known = common;
      common = new Set(known === undefined ? keys : keys.filter((key) => known.has(key)));
      if (common.size === 0) return common;
    }
  }
  return common ?? new Set();
}

/** Tells images apart: by what their URLs come to, where it is known what they stand in. */
function keyOf(url: string, sheet: Sheet | undefined): string {
  return sheet !== undefined && URL.canParse(url, sheet.base.href) ? new URL(url, sheet.base).href : url;
}

/** Images of the animations that run. */
export function animatedImages(
  declared: DeclaredValues,
  variables: Variables,
  sheets: readonly Sheet[],
  density: number,
): ImageUse[] {
  const animated = sheets.filter(({ facts, windows }) => facts.keyframes.size > 0 && windows !== "others");
  if (animated.length === 0) return [];
  const images: ImageUse[] = [];
  for (const { value } of declared.get("animation-name") ?? []) {
    const names = variables.substitute(value, "here").flatMap((text) => text?.split(/[\s,]+/) ?? []);
    for (const name of names) {
      spend(animated.length);
      for (const sheet of animated) {
        for (const { property, value } of sheet.facts.keyframes.get(name) ?? []) {
          spend(1 + (value.length >> 4));
          for (const url of imagesIn(value, density)) images.push({ url, property, sheet, offset: 0, certain: false });
        }
      }
    }
  }
  return images;
}
