import { spend } from "../work.js";
import { MAX_ALTERNATIVES, type Candidate, type Matched, reversedLayers } from "./cascade.js";
import { endsWithScripts } from "../css/selectors/types.js";
import type { Declaration, StyleRule } from "../css/facts.js";
import { FONT_PARTS, SHORTHAND } from "./fonts/requested-font.js";

/** What the declarations of one block have in common. */
type Block = Omit<Candidate, "value">;

/** A `style` attribute. */
const INLINE: Block = { certain: true, sheet: undefined, offset: 0, media: false };

/**
 * For each property of an element, or of its pseudo-element, what may win,
 * the strongest first.
 *
 * @param matched its rules, the weaker first
 * @param inline declarations of its `style` attribute
 */
export function declaredValues(
  matched: readonly Matched[],
  pseudo: string,
  inline: readonly Declaration[] = [],
): Map<string, Candidate[]> {
  const declared = new Map<string, Candidate[]>();
  for (const important of [true, false]) {
    addBlock(declared, inline, important, INLINE);
    // Among important declarations the order of layers is turned round.
    const order = important ? reversedLayers(matched) : matched;
    for (let index = order.length - 1; index >= 0; index -= 1) {
      const entry = order[index];
      if (entry === undefined || !appliesTo(entry.rule, pseudo)) continue;
      const { rule, sheet } = entry;
      const { list, offset } = rule.declarations;
      const certain = entry.certain && rule.selector.pseudo === pseudo;
      const media = rule.media || sheet.media === true || endsWithScripts(rule.selector);
      addBlock(declared, list, important, { certain, sheet, offset, media });
    }
  }
  return declared;
}

/** Adds the declarations of a block, the last one first. */
function addBlock(
  declared: Map<string, Candidate[]>,
  list: readonly Declaration[],
  important: boolean,
  block: Block,
): void {
  spend(list.length);
  for (let index = list.length - 1; index >= 0; index -= 1) {
    const declaration = list[index];
    if (declaration === undefined || declaration.important !== important) continue;
    const { property, value } = declaration;
    if (property !== "font") addCandidate(declared, property, block, value);
    else for (const part of FONT_PARTS) addCandidate(declared, `font-${part}`, block, SHORTHAND + value);
  }
}

function addCandidate(declared: Map<string, Candidate[]>, property: string, block: Block, value: string): void {
  const list = declared.get(property);
  if (list === undefined) declared.set(property, [{ ...block, value }]);
  else if (list.at(-1)?.certain !== true && list.length < MAX_ALTERNATIVES) list.push({ ...block, value });
}

function appliesTo(rule: StyleRule, pseudo: string): boolean {
  const own = rule.selector.pseudo;
  return own === pseudo || (own === "text" && pseudo === "" && rule.declarations.list.every(isFontDeclaration));
}

const isFontDeclaration = ({ property }: Declaration) => property.startsWith("font");
