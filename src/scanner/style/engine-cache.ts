import type { Sheet } from "./cascade.js";
import type { CssFacts } from "../css/facts.js";
import { FontSet } from "./fonts/select-fonts.js";
import { baseOf } from "../../manifest/resolve.js";
import { LruMap } from "../../io/lru-map.js";
import { StyleEngine } from "./engine.js";

/** Sets of stylesheets whose work on shared parts of pages is kept. */
const MAX_ENGINES = 16;

/** The style of pages with the same stylesheets. */
export interface Styles {
  readonly engine: StyleEngine;
  readonly fonts: FontSet;
}

/** The styles of sets of stylesheets: the pages of a site have few different ones, and share the work on each. */
export class SharedStyles {
  readonly #userAgent: CssFacts;
  readonly #density: number;
  readonly #engines = new LruMap<Styles>(MAX_ENGINES);
  /** The styles that were asked for last: mostly those of the next page, too. */
  #last: { readonly sheets: readonly Sheet[]; readonly styles: Styles } | undefined;
  readonly #numbers = new WeakMap<CssFacts, number>();
  #sheetCount = 0;

  /** @param density device pixels to a CSS pixel, which images are chosen by */
  constructor(userAgent: CssFacts, density: number) {
    this.#userAgent = userAgent;
    this.#density = density;
  }

  of(sheets: readonly Sheet[]): Styles {
    if (this.#last !== undefined && isSameList(this.#last.sheets, sheets)) return this.#last.styles;
    const styles = this.#stylesOf(sheets);
    this.#last = { sheets, styles };
    return styles;
  }

  #stylesOf(sheets: readonly Sheet[]): Styles {
    const key = sheets
      .map(
        (sheet) =>
          `${this.#numberOf(sheet.facts)} ${sheet.base.href} ${sheet.layer} ${sheet.deferred} ${sheet.windows}`,
      )
      .join("\n");
    const known = this.#engines.get(key);
    if (known !== undefined) return known;
    const userAgent: Sheet = { facts: this.#userAgent, base: baseOf("/"), layer: "", from: "", origin: "user-agent" };
    const styles = {
      engine: new StyleEngine([userAgent, ...sheets], this.#density),
      fonts: new FontSet(sheets.filter(({ windows }) => windows !== "others")),
    };
    this.#engines.set(key, styles);
    return styles;
  }

  #numberOf(facts: CssFacts): number {
    const known = this.#numbers.get(facts);
    if (known !== undefined) return known;
    this.#sheetCount += 1;
    this.#numbers.set(facts, this.#sheetCount);
    return this.#sheetCount;
  }
}

function isSameList(a: readonly Sheet[], b: readonly Sheet[]): boolean {
  return a.length === b.length && a.every((sheet, index) => isSameSheet(sheet, b[index]));
}

function isSameSheet(a: Sheet, b: Sheet | undefined): boolean {
  if (a.facts !== b?.facts || a.base !== b.base || a.layer !== b.layer) return false;
  return a.deferred === b.deferred && a.windows === b.windows;
}
