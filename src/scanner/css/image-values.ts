import { functionEnd, splitCommas } from "./values.js";

/** Properties that take one image, or a list of them, and nothing beside it. */
const IMAGES_ALONE = new Set(["background-image", "list-style-image", "border-image-source"]);
/** What a layer of `background` may have once at most, but for its image (CSS Backgrounds 3 §2.10). */
const SIZE_WITHOUT_SLASH = /(?:^|\s)(?:cover|contain)(?:\s|$)/;
const WIDE = /^(?:none|initial|inherit|unset|revert|revert-layer)$/i;

/**
 * Whether a browser takes the value for one of that property, as far as
 * usual mistakes go: two images in a layer, a size without its "/", words
 * beside an image that stands alone. It drops the declaration, so that an
 * earlier one stands.
 */
export function isImageValue(property: string, value: string): boolean {
  const isBackground = property === "background";
  if (!isBackground && !IMAGES_ALONE.has(property)) return true;
  if (/(?:var|env|if|attr)\(/i.test(value) || !value.includes("(")) return true;
  return splitCommas(value).every((layer) => {
    const { words, images } = outline(layer);
    if (images > 1) return false;
    if (isBackground) return !SIZE_WITHOUT_SLASH.test(words.replaceAll(/\/\s*[^\s]+/g, " "));
    return images === 1 ? words.trim() === "" : WIDE.test(words.trim());
  });
}

/** The words of a layer in lower case, without its functions, and how many of those are images. */
function outline(layer: string): { words: string; images: number } {
  let words = "";
  let images = 0;
  let from = 0;
  for (let open = layer.indexOf("("); open >= 0; open = layer.indexOf("(", from)) {
    const name = /[-\w]*$/.exec(layer.slice(Math.max(from, open - 40), open))?.[0] ?? "";
    if (/^(?:url|-webkit-cross-fade)$|image-set$|gradient$/i.test(name)) images += 1;
    words += `${layer.slice(from, open - name.length)} `;
    from = functionEnd(layer, open) + 1;
  }
  return { words: (words + layer.slice(from)).toLowerCase(), images };
}
