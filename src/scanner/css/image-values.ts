import { functionEnd, splitCommas } from "./values.js";

/** Properties that take one image, or a list of them, and nothing beside it. */
const IMAGES_ALONE = new Set(["background-image", "list-style-image", "border-image-source"]);
/** Those of which a layer may have an image, and words for how it is shown (CSS Backgrounds 3 §2.10, CSS Masking 1 §6.8). */
const LAYERS = new Set(["background", "mask"]);
const IMAGE = /^(?:url|image|element|-moz-element|cross-fade|-webkit-cross-fade|paint)$|image-set$|gradient$/i;
const WIDE = /^(?:none|initial|inherit|unset|revert|revert-layer)$/i;

/**
 * Whether a browser takes the value for one of that property, as far as
 * usual mistakes go: two images in a layer, a size without its "/", a colour
 * in front of a comma, words beside an image that stands alone. It drops the
 * declaration, so that an earlier one stands.
 */
export function isImageValue(property: string, value: string): boolean {
  const isLayered = LAYERS.has(property);
  if (!isLayered && !IMAGES_ALONE.has(property)) return true;
  if (/(?:var|env|if|attr)\(/i.test(value) || !value.includes("(")) return true;
  const layers = splitCommas(value);
  return layers.every((layer, at) => {
    const { words, images } = outline(layer);
    if (images > 1) return false;
    if (isLayered) return isLayer(words, images > 0, property === "background", at === layers.length - 1);
    return images === 1 ? words.trim() === "" : WIDE.test(words.trim());
  });
}

/** What words of a layer say: a position, a size, and so on. */
const KINDS: readonly (readonly [kind: string, words: RegExp])[] = [
  ["position", /^(?:left|center|right|top|bottom)$/],
  ["length", /^(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?:%|[a-z]+)|[-+]?0*\.?0+)$/],
  ["size", /^(?:auto|cover|contain)$/],
  ["repeat", /^(?:repeat-[xy]|repeat|no-repeat|space|round)$/],
  ["attachment", /^(?:scroll|fixed|local)$/],
  ["box", /^(?:(?:border|padding|content)-box|text|border-area)$/],
  ["none", WIDE],
  // The names of colours are letters: a word with a hyphen is misspelled.
  ["colour", /^(?:<colour>|[a-z]+|#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8}))$/],
];

/** How many of a kind a layer may have. */
const MOST: Readonly<Record<string, number>> = { repeat: 2, attachment: 1, box: 2, colour: 1 };

function isLayer(words: string, hasImage: boolean, isBackground: boolean, isLast: boolean): boolean {
  const kinds = wordsIn(words).map((word) => (word === "/" ? word : KINDS.find(([, known]) => known.test(word))?.[0]));
  if (kinds.length === 0) return hasImage;
  // What else a mask may say is not looked at.
  if (kinds.includes(undefined)) return !isBackground;
  if (isBackground && kinds.includes("colour") && !isLast) return false;
  const slash = kinds.indexOf("/");
  if (slash >= 0 && !(isPosition(kinds[slash - 1]) && isSize(kinds[slash + 1]))) return false;
  const after = slash >= 0 && isSize(kinds[slash + 2]) ? 2 : slash >= 0 ? 1 : 0;
  const others = kinds.filter((_, at) => slash < 0 || at < slash || at > slash + after);
  if (others.includes("size") || others.includes("/")) return false;
  const places = others.filter(isPosition);
  if (places.length > 4 || (places.length > 2 && !places.includes("length"))) return false;
  return (
    !isBackground || Object.entries(MOST).every(([kind, most]) => others.filter((one) => one === kind).length <= most)
  );
}

const isPosition = (kind: string | undefined) => kind === "position" || kind === "length";
const isSize = (kind: string | undefined) => kind === "size" || kind === "length";

const wordsIn = (text: string) =>
  text
    .replaceAll("/", " / ")
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");

/** Functions that come to a length, and those that come to a colour. */
const MATH =
  /^(?:(?:-webkit-|-moz-)?calc(?:-size)?|min|max|clamp|round|mod|rem|a?sin|a?cos|a?tan2?|pow|sqrt|hypot|log|exp|abs|sign|anchor(?:-size)?)$/i;

/** The words of a layer in lower case, what its functions come to among them, and how many of those are images. */
function outline(layer: string): { words: string; images: number } {
  let words = "";
  let images = 0;
  let from = 0;
  for (let open = layer.indexOf("("); open >= 0; open = layer.indexOf("(", from)) {
    const name = /[-\w]*$/.exec(layer.slice(Math.max(from, open - 40), open))?.[0] ?? "";
    if (IMAGE.test(name)) images += 1;
    words += `${layer.slice(from, open - name.length)} ${IMAGE.test(name) ? "" : MATH.test(name) ? "1px" : "<colour>"} `;
    from = functionEnd(layer, open) + 1;
  }
  return { words: (words + layer.slice(from)).toLowerCase(), images };
}
