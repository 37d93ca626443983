import type { Destination } from "../../../manifest/destination.js";
import type { IgnoredReference } from "../facts.js";
import type { Viewport } from "../../css/media-queries.js";
import type { HtmlLexer } from "../lexer.js";
import type { LinkAttributes } from "../../../manifest/types.js";
import { NEED, type Need, type Reference } from "../../url/reference.js";

/** What a link would have to say of a reference, of a stylesheet whether it applies, and of a script its encoding. */
export type ReferenceLink = LinkAttributes & Pick<Reference, "applies" | "byScript" | "charset">;

/** Gathers what the tags of a page refer to, each as the lexer stands at it. */
export class TagReferences {
  readonly list: (Reference & { named?: true; canWait?: true })[] = [];
  readonly ignored: IgnoredReference[] = [];
  readonly lexer: HtmlLexer;
  readonly viewport: Viewport;

  constructor(lexer: HtmlLexer, viewport: Viewport) {
    this.lexer = lexer;
    this.viewport = viewport;
  }

  add(url: string | undefined, as: Destination, need: Need, by: string, link: ReferenceLink): void {
    const text = url?.trim() ?? "";
    if (text !== "") this.list.push({ url: text, as, need, by, offset: this.lexer.start, ...link });
  }

  ignore(url: string | undefined, as: Destination | undefined, reason: IgnoredReference["reason"]): void {
    const text = url?.trim() ?? "";
    if (text !== "") this.ignored.push({ url: text, as, reason, offset: this.lexer.start });
  }

  /** A load that no browser takes a preload for. */
  addPlain(attribute: string, as: Destination): void {
    const url = this.lexer.attribute(attribute);
    if (url === undefined) return;
    if (this.isLazy) return this.ignore(url, as, "lazy");
    this.add(url, as, NEED.other, `${this.lexer.tag.name} ${attribute}`, {});
  }

  addImage(attribute: string, by: string): void {
    this.add(this.lexer.attribute(attribute), "image", NEED.image, by, { rel: "preload", ...this.#cors() });
  }

  get isLazy(): boolean {
    return this.lexer.attribute("loading")?.trim().toLowerCase() === "lazy";
  }

  /** `crossorigin`, `integrity` and `fetchpriority`, which a link must repeat (FACTS: else it is fetched twice). */
  fetchAttributes(): LinkAttributes {
    const integrity = this.lexer.attribute("integrity")?.trim() ?? "";
    const priority = this.lexer.attribute("fetchpriority")?.trim().toLowerCase();
    return {
      ...this.#cors(),
      ...(integrity === "" ? {} : { integrity }),
      ...(priority === "high" || priority === "low" ? { fetchpriority: priority } : {}),
    };
  }

  #cors(): LinkAttributes {
    const value = this.lexer.attribute("crossorigin");
    if (value === undefined) return {};
    return { crossorigin: value.trim().toLowerCase() === "use-credentials" ? "use-credentials" : "anonymous" };
  }
}
