import type { OutlineBuilder } from "../style/outline/builder.js";
import type { OpenElement } from "../style/outline/open-element.js";

/** A declarative shadow tree (HTML §4.12.3). */
interface ShadowTree {
  readonly host: OpenElement | undefined;
  /** Names of its slots, "" for the one without a name. */
  readonly slots: Set<string>;
}

/** The templates that are open. Their content is no part of the page, unless it becomes a shadow tree at once. */
export class OpenTemplates {
  /** Undefined for one whose content is inert. */
  readonly #open: (ShadowTree | undefined)[] = [];
  #inert = 0;

  get isInert(): boolean {
    return this.#inert > 0;
  }

  get isInShadow(): boolean {
    return this.#open.length > this.#inert;
  }

  /** @param mode the `shadowrootmode` attribute */
  start(mode: string | undefined, outline: OutlineBuilder | undefined): void {
    const isShadow = /^(?:open|closed)$/i.test(mode ?? "");
    this.#open.push(isShadow ? { host: outline?.current, slots: new Set() } : undefined);
    if (!isShadow) this.#inert += 1;
  }

  /** A slot in the innermost of them. */
  addSlot(name: string): void {
    this.#open.at(-1)?.slots.add(name);
  }

  end(outline: OutlineBuilder | undefined): void {
    if (this.#open.length === 0) return;
    const shadow = this.#open.pop();
    if (shadow === undefined) this.#inert -= 1;
    else if (!this.isInert && shadow.host !== undefined) outline?.attachShadow(shadow.host, shadow.slots);
  }
}
