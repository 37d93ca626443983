import { type Candidate, MAX_ALTERNATIVES } from "../cascade.js";
import type { DeclaredValues, Where } from "../declared-values.js";
import { familiesOf, parseFont } from "../../css/values.js";
import { stretchOf, weightOf } from "./font-face.js";
import type { Variables } from "../custom-properties.js";

/** A font that is asked for; where a rule may or may not match, each way counts. */
export interface RequestedFont {
  readonly families: readonly (readonly string[])[];
  readonly weights: readonly number[];
  readonly italics: readonly boolean[];
  /** Percent. */
  readonly stretches: readonly number[];
  /** Parts in which a rule has a say that may or may not match. */
  readonly open: readonly FontPart[];
}

/** What an element asks for; `everywhere` is `here` where windows have no say in it. */
export type FontUse = Readonly<Record<Where, RequestedFont>>;

/** Longhands that bear on which font is loaded. */
export const FONT_PARTS = ["family", "weight", "style", "stretch"] as const;
export type FontPart = (typeof FONT_PARTS)[number];
/** Marks a `font` shorthand as the value of a longhand: it is taken apart when `var()` is replaced. */
export const SHORTHAND = "\0";

/** What a longhand's value may be, out of its shorthand where it stands in one; a system font has none of its own. */
function longhands(value: string, part: FontPart, variables: Variables, where: Where): string[] {
  const isShorthand = value.startsWith(SHORTHAND);
  return variables.substitute(isShorthand ? value.slice(1) : value, where).map((substituted) => {
    const text = substituted?.trim() ?? "inherit";
    if (!isShorthand || INHERITED.test(text)) return text;
    return parseFont(text)?.[part] ?? (part === "family" ? "system-ui" : "normal");
  });
}

const INHERITED = /^(?:inherit|unset|revert|revert-layer)$/i;

/** The font of an element, or of its pseudo-element; that of its parent itself where that is the same. */
export function fontUse(declared: DeclaredValues, variables: Variables, parent: FontUse): FontUse {
  const here = requestedFont(declared, variables, parent, "here");
  const isByMedia =
    parent.everywhere !== parent.here ||
    variables.isByMedia ||
    FONT_PARTS.some((part) => declared.isByMedia(`font-${part}`));
  const everywhere = isByMedia ? requestedFont(declared, variables, parent, "everywhere") : here;
  return here === parent.here && everywhere === parent.everywhere ? parent : { here, everywhere };
}

function requestedFont(declared: DeclaredValues, variables: Variables, of: FontUse, where: Where): RequestedFont {
  const parent = of[where];
  const open: FontPart[] = [];
  const valuesOf = (part: FontPart) => {
    const candidates = declared.candidates(`font-${part}`, where);
    const ways = candidates.map((one) =>
      one === undefined ? ["inherit"] : longhands(one.value, part, variables, where),
    );
    const isOpen = candidates.some(isUnsettled) || ways.some(({ length }) => length > 1);
    const inherits = ways.some((way) => way.some((value) => INHERITED.test(value)));
    if (isOpen || (inherits && parent.open.includes(part))) open.push(part);
    return ways.flat();
  };
  const families = alternatives(valuesOf("family"), parent.families, (value) => [familiesOf(value)]);
  const weights = alternatives(valuesOf("weight"), parent.weights, (value) => weightsOf(value, parent));
  const italics = alternatives(valuesOf("style"), parent.italics, (value) => [/italic|oblique/i.test(value)]);
  const stretches = alternatives(valuesOf("stretch"), parent.stretches, (value) => [
    stretchOf(value.toLowerCase()) ?? 100,
  ]);
  const isStyled = weights !== parent.weights || italics !== parent.italics || stretches !== parent.stretches;
  const isSame = !isStyled && families === parent.families && open.length === parent.open.length;
  return isSame ? parent : { families, weights, italics, stretches, open };
}

/** What a stylesheet says that comes later counts for certain then; what is said of a part, the rest does not take. */
const isUnsettled = (candidate: Candidate | undefined) =>
  candidate !== undefined && !candidate.certain && !candidate.isForPart && candidate.sheet?.deferred !== true;

/** What a font property may come to. */
function alternatives<T>(
  values: readonly string[],
  inherited: readonly T[],
  parse: (value: string) => readonly T[],
): readonly T[] {
  const all = values.flatMap((value) => (INHERITED.test(value) ? inherited : parse(value)));
  const isSame = all.length === inherited.length && all.every((value, index) => value === inherited[index]);
  return isSame ? inherited : unique(all).slice(0, MAX_ALTERNATIVES);
}

/** Each once, in order: many rules say the same. */
function unique<T>(values: readonly T[]): readonly T[] {
  if (values.length < 2) return values;
  const first = new Map<string, T>();
  for (const value of values) {
    const key = JSON.stringify(value);
    if (!first.has(key)) first.set(key, value);
  }
  return [...first.values()];
}

/** Numbers for a `font-weight`; relative ones go by the parent's. */
function weightsOf(value: string, parent: RequestedFont): readonly number[] {
  const word = value.toLowerCase();
  if (word === "bolder") return parent.weights.map((weight) => (weight < 350 ? 400 : weight < 550 ? 700 : 900));
  if (word === "lighter") return parent.weights.map((weight) => (weight < 550 ? 100 : weight < 750 ? 400 : 700));
  return [weightOf(word) ?? 400];
}
