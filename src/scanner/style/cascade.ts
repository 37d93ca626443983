import type { CssFacts, StyleRule, Windows } from "../css/facts.js";

/** A stylesheet in its place among those of a page. */
export interface Sheet {
  readonly facts: CssFacts;
  /** What its references resolve against. */
  readonly base: URL;
  /** Layer that it was imported into, "" for none. */
  readonly layer: string;
  /** URL path of the file that it is in. */
  readonly from: string;
  /** It comes to apply after the page has been shown without it: both count. */
  readonly deferred?: boolean;
  /** Where it applies: in every window if it does not say. */
  readonly windows?: Windows;
  /** Set for the browser's own: every author's rule is stronger. */
  readonly origin?: "user-agent";
}

/** A rule that an element matches, or may match. */
export interface Matched {
  readonly rule: StyleRule;
  readonly sheet: Sheet;
  readonly certain: boolean;
  /** Place in the cascade: the later, the stronger. */
  readonly layer: number;
  readonly sheetIndex: number;
}

/** A declared value that may win: of a property, those down to the first that is certain. */
export interface Candidate {
  /**
   * It may not count: its rule or stylesheet applies in the window that pages are scanned for, and not in every one; or
   * scripts most likely end what its selector asks for.
   */
  readonly media: boolean;
  readonly value: string;
  readonly certain: boolean;
  /** It is for a part of the element, as `::placeholder` is. */
  readonly isForPart: boolean;
  /** It is for an element with nothing in it. */
  readonly isForEmpty: boolean;
  /** What the blocks around its rule ask for; undefined where it is scripts that end it. */
  readonly condition: string | undefined;
  readonly sheet: Sheet | undefined;
  readonly offset: number;
}

/** Alternatives that one element may have, beyond which they count no more. */
export const MAX_ALTERNATIVES = 8;

/** The weaker first (CSS Cascade 5 §6.1). */
export function byPrecedence(a: Matched, b: Matched): number {
  if (a.layer !== b.layer) return a.layer - b.layer;
  const specificity = a.rule.selector.specificity - b.rule.selector.specificity;
  if (specificity !== 0) return specificity;
  return a.sheetIndex === b.sheetIndex ? a.rule.order - b.rule.order : a.sheetIndex - b.sheetIndex;
}

/** The same for important declarations, whose layers count the other way round. */
export function reversedLayers(matched: readonly Matched[]): readonly Matched[] {
  const first = matched.find(({ sheet }) => sheet.origin === undefined)?.layer;
  if (first === undefined || first === matched.at(-1)?.layer) return matched;
  return [...matched].sort((a, b) => b.layer - a.layer);
}

/** Full name of a layer: that which the stylesheet was imported into is around it. */
export function layerName(sheet: Sheet, layer: string): string {
  if (sheet.layer === "" || layer === "") return sheet.layer + layer;
  return `${sheet.layer}.${layer}`;
}

/** Layers of a page that get a place, and how deep they may be nested. */
const MAX_LAYERS = 1000;
const MAX_LAYER_DEPTH = 32;

/**
 * Layers get their place by first mention; an outer layer's own rules are stronger than those of its inner ones. What
 * is in none, "", is the strongest.
 */
export function rankLayers(sheets: readonly Sheet[]): Map<string, number> {
  const ranks = new Map<string, number>();
  const order: string[] = [];
  for (const sheet of sheets) {
    if (sheet.windows === "others") continue;
    if (order.length >= MAX_LAYERS) break;
    for (const layer of ["", ...sheet.facts.layers]) {
      const segments = layerName(sheet, layer).split(".", MAX_LAYER_DEPTH);
      for (let length = 1; length <= segments.length; length += 1) {
        const name = segments.slice(0, length).join(".");
        if (name === "" || order.includes(name)) continue;
        const parent = order.findIndex((other) => name.startsWith(`${other}.`));
        if (parent < 0) order.push(name);
        else order.splice(parent, 0, name);
      }
    }
  }
  for (const [rank, name] of [...order, ""].entries()) ranks.set(name, rank);
  return ranks;
}

/** The place of a layer. One that is named for other windows alone comes last of those in the layer around it. */
export function rankOf(name: string, ranks: Map<string, number>): number {
  const known = ranks.get(name);
  if (known !== undefined) return known;
  const segments = name.split(".", MAX_LAYER_DEPTH);
  let rank = ranks.get("") ?? 0;
  for (let length = 1; length <= segments.length; length += 1) {
    rank = ranks.get(segments.slice(0, length).join(".")) ?? rank - 2 ** -length;
  }
  ranks.set(name, rank);
  return rank;
}
