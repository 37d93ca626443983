import { MAX_ALTERNATIVES } from "../cascade.js";
import type { DeclaredValues } from "../declared-values.js";
import { parseFont } from "../../css/values.js";
import { weightOf } from "./font-face.js";
import type { Variables } from "../custom-properties.js";

/** A font that an element asks for; where a rule may or may not match, each way counts. */
export interface FontUse {
  readonly families: readonly (readonly string[])[];
  readonly weights: readonly number[];
  readonly italics: readonly boolean[];
  /** A media query has a say in it: in another window it may be another font. */
  readonly byMedia: boolean;
}

/** Longhands that bear on which font is loaded. */
export const FONT_PARTS = ["family", "weight", "style"] as const;
type FontPart = (typeof FONT_PARTS)[number];
/** Marks a `font` shorthand as the value of a longhand: it is taken apart when `var()` is replaced. */
export const SHORTHAND = "\0";

/** What a longhand's value may be, out of its shorthand where it stands in one; a system font has none of its own. */
function longhands(value: string, part: FontPart, variables: Variables): string[] {
  const isShorthand = value.startsWith(SHORTHAND);
  return variables.substitute(isShorthand ? value.slice(1) : value).texts.map((substituted) => {
    const text = substituted?.trim() ?? "inherit";
    if (!isShorthand || INHERITED.test(text)) return text;
    return parseFont(text)?.[part] ?? (part === "family" ? "system-ui" : "normal");
  });
}

/** Whether a media query has a say in a part of the font. */
export function isByMedia(declared: DeclaredValues, part: FontPart, variables: Variables): boolean {
  if (declared.isByMedia(`font-${part}`)) return true;
  const candidates = declared.get(`font-${part}`) ?? [];
  return candidates.some(({ value }) => variables.substitute(value).media);
}

const INHERITED = /^(?:inherit|unset|revert|revert-layer)$/i;

/** What a font property may come to; the parent's value where nothing is declared for certain. */
export function alternatives<T>(
  declared: DeclaredValues,
  part: FontPart,
  variables: Variables,
  inherited: readonly T[],
  parse: (value: string) => readonly T[],
): readonly T[] {
  const candidates = declared.get(`font-${part}`);
  if (candidates === undefined) return inherited;
  const values: T[] = [];
  let settled = false;
  for (const { value, certain } of candidates) {
    for (const text of longhands(value, part, variables)) {
      values.push(...(INHERITED.test(text) ? inherited : parse(text)));
    }
    settled = certain;
    if (certain) break;
  }
  if (!settled) values.push(...inherited);
  const same = values.length === inherited.length && values.every((value, index) => value === inherited[index]);
  return same ? inherited : values.slice(0, MAX_ALTERNATIVES);
}

/** Numbers for a `font-weight`; relative ones go by the parent's. */
export function weightsOf(value: string, parent: FontUse): readonly number[] {
  const word = value.toLowerCase();
  if (word === "bolder") return parent.weights.map((weight) => (weight < 350 ? 400 : weight < 550 ? 700 : 900));
  if (word === "lighter") return parent.weights.map((weight) => (weight < 550 ? 100 : weight < 750 ? 400 : 700));
  return [weightOf(word) ?? 400];
}
