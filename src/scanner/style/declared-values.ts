import { spend } from "../work.js";
import { MAX_ALTERNATIVES, type Candidate, type Matched, reversedLayers } from "./cascade.js";
import { ALL, LONGHANDS } from "../css/declarations.js";
import { endsWithScripts } from "../css/selectors/types.js";
import type { Declaration, StyleRule, Windows } from "../css/facts.js";
import { FONT_PARTS, SHORTHAND } from "./fonts/requested-font.js";

/** What the declarations of one block have in common. */
interface Block extends Omit<Candidate, "value"> {
  /** It does not count in this window, and does in others. */
  readonly isElsewhere: boolean;
}

/** In the window that pages are scanned for, or in whichever one. */
export type Where = "here" | "everywhere";

const ALL_LONGHANDS = [...LONGHANDS].filter((property) => property !== "font");

/** A `style` attribute. */
const INLINE: Block = {
  certain: true,
  isForPart: false,
  isForEmpty: false,
  condition: "",
  sheet: undefined,
  offset: 0,
  media: false,
  isElsewhere: false,
};

/** For each property of an element, or of its pseudo-element, what may win, the strongest first. */
export class DeclaredValues {
  readonly #here = new Map<string, Candidate[]>();
  /** What may win in another window: of rules that count there alone, and beneath those that do not count there. */
  #elsewhere: Map<string, Candidate[]> | undefined;

  get(property: string): readonly Candidate[] | undefined {
    return this.#here.get(property);
  }

  /** What may win in another window, but for what wins in this one. */
  elsewhere(property: string): readonly Candidate[] {
    return this.#elsewhere?.get(property) ?? [];
  }

  /** Whether a media query has a say in a property: in another window another declaration may win. */
  isByMedia(property: string): boolean {
    return this.elsewhere(property).length > 0 || this.get(property)?.some(({ media }) => media) === true;
  }

  /** What may win, the strongest first; the last is undefined where nothing may. */
  candidates(property: string, where: Where): readonly (Candidate | undefined)[] {
    const here = this.get(property) ?? [];
    if (where === "here") return here.at(-1)?.certain === true ? here : [...here, undefined];
    const all = [...here, ...this.elsewhere(property)];
    return all.some(isInEveryWindow) ? all : [...all, undefined];
  }

  /** Names of the custom properties that are declared, in other windows too. */
  *customProperties(): Generator<string> {
    for (const name of this.#here.keys()) if (name.startsWith("--")) yield name;
    for (const name of this.#elsewhere?.keys() ?? []) {
      if (name.startsWith("--") && !this.#here.has(name)) yield name;
    }
  }

  add(property: string, { isElsewhere, ...block }: Block, value: string): void {
    const list = this.#here.get(property);
    const last = list?.at(-1);
    const isSettled = last?.certain === true;
    if (isElsewhere || isSettled) {
      if (isSettled && isBeneath(block, last)) return;
      this.#addElsewhere(property, { ...block, value, media: isElsewhere || block.media });
    } else if (list === undefined) this.#here.set(property, [{ ...block, value }]);
    else if (list.length < MAX_ALTERNATIVES) list.push({ ...block, value });
  }

  #addElsewhere(property: string, candidate: Candidate): void {
    this.#elsewhere ??= new Map();
    const list = this.#elsewhere.get(property);
    if (list === undefined) this.#elsewhere.set(property, [candidate]);
    else if (list.length < MAX_ALTERNATIVES && !list.some((stronger) => isBeneath(candidate, stronger)))
      list.push(candidate);
  }
}

export const isInEveryWindow = ({ certain, media }: Candidate) => certain && !media;

/** Whether a stronger declaration counts wherever a weaker one does. */
function isBeneath({ sheet, condition }: Omit<Candidate, "value">, stronger: Candidate): boolean {
  if (!stronger.certain) return false;
  if (!stronger.media) return true;
  const isSheetThere = stronger.sheet === sheet || stronger.sheet?.windows === "all";
  return isSheetThere && condition !== undefined && condition === stronger.condition;
}

/**
 * The declared values of an element, or of its pseudo-element.
 *
 * @param matched its rules, the weaker first
 * @param inline declarations of its `style` attribute
 */
export function declaredValues(
  matched: readonly Matched[],
  pseudo: string,
  inline: readonly Declaration[] = [],
): DeclaredValues {
  const declared = new DeclaredValues();
  for (const important of [true, false]) {
    // What the browser's own says is important is stronger than anything else that is (CSS Cascade 5 §6.1).
    if (important && matched[0]?.sheet.origin !== undefined) {
      const own = matched.filter(({ sheet }) => sheet.origin !== undefined);
      addRules(declared, own, pseudo, important);
    }
    addBlock(declared, inline, important, INLINE);
    // Among important declarations the order of layers is turned round.
    addRules(declared, important ? reversedLayers(matched) : matched, pseudo, important);
  }
  return declared;
}

/** Adds what rules declare, the strongest first. */
function addRules(declared: DeclaredValues, order: readonly Matched[], pseudo: string, important: boolean): void {
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const entry = order[index];
    if (entry === undefined || !appliesTo(entry.rule, pseudo)) continue;
    const { rule, sheet } = entry;
    const { list, offset } = rule.declarations;
    const isForPart = rule.selector.pseudo !== pseudo;
    const isIn = (windows: Windows) => rule.windows === windows || sheet.windows === windows;
    const isForScripts = endsWithScripts(rule.selector);
    addBlock(declared, list, important, {
      certain: entry.certain && !isForPart,
      isForPart,
      isForEmpty: rule.selector.compounds[0]?.empty === true,
      sheet,
      offset,
      media: isIn("some") || isForScripts,
      condition: isForScripts ? undefined : rule.condition,
      isElsewhere: isIn("others"),
    });
  }
}

/** Adds the declarations of a block, the last one first. */
function addBlock(declared: DeclaredValues, list: readonly Declaration[], important: boolean, block: Block): void {
  spend(list.length);
  for (let index = list.length - 1; index >= 0; index -= 1) {
    const declaration = list[index];
    if (declaration === undefined || declaration.important !== important) continue;
    const { property, value } = declaration;
    if (property === "font") for (const part of FONT_PARTS) declared.add(`font-${part}`, block, SHORTHAND + value);
    else if (property !== ALL) declared.add(property, block, value);
    // `revert` leaves what the browser's own stylesheet says, and that counts less here anyway.
    else if (!/^revert/i.test(value)) for (const longhand of ALL_LONGHANDS) declared.add(longhand, block, value);
  }
}

function appliesTo(rule: StyleRule, pseudo: string): boolean {
  const own = rule.selector.pseudo;
  return own === pseudo || (own === "text" && pseudo === "" && rule.declarations.list.every(isFontDeclaration));
}

const isFontDeclaration = ({ property }: Declaration) => property.startsWith("font");
