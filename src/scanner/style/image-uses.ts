import { wordSet } from "../../io/text/word-set.js";
import { imagesIn } from "../css/values.js";
import { spend } from "../work.js";
import type { Sheet } from "./cascade.js";
import type { Variables } from "./custom-properties.js";
import type { DeclaredValues } from "./declared-values.js";

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
    for (const { value, sheet, offset, certain, media } of declared.get(property) ?? []) {
      if (!value.includes("(")) continue;
      const { texts, ...substituted } = variables.substitute(value);
      const isSame = declared.elsewhere(property).every((other) => other.value === value);
      const isSettled = certain && !media && isSame && substituted.certain && !substituted.media;
      for (const text of texts) {
        // Which one of a set is taken is the screen's choice.
        const isLoaded = isSettled && text !== undefined && !/image-set\(/i.test(text);
        for (const url of imagesIn(text ?? "", density))
          images.push({ url, property, sheet, offset, certain: isLoaded });
      }
    }
  }
  return images;
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
    const names = variables.substitute(value).texts.flatMap((text) => text?.split(/[\s,]+/) ?? []);
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
