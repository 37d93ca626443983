import type { HtmlLexer } from "../lexer.js";
import { chooseImage, type ImageSource, suits } from "./image-candidates.js";
import type { LinkAttributes } from "../../../manifest/types.js";
import { NEED } from "../../url/reference.js";
import type { TagReferences } from "./tag-references.js";

/** Sources of one `picture` that count: each image in it looks at them all. */
const MAX_SOURCES = 100;

/** Reads the `img` elements of a page, with what a `picture` around them offers (HTML §4.8.1 on). */
export class Pictures {
  readonly #lexer: HtmlLexer;
  readonly #references: TagReferences;
  #sources: ImageSource[] | undefined;

  constructor(references: TagReferences) {
    this.#references = references;
    this.#lexer = references.lexer;
  }

  /** At the start tag of a `picture`. */
  open(): void {
    this.#sources = [];
  }

  /** At the end tag of a `picture`. */
  close(): void {
    this.#sources = undefined;
  }

  /** At a `source` that is none of a medium. */
  source(): void {
    const lexer = this.#lexer;
    if (this.#sources === undefined || this.#sources.length >= MAX_SOURCES) return;
    const source: ImageSource = {
      srcset: lexer.attribute("srcset"),
      sizes: lexer.attribute("sizes"),
      media: lexer.attribute("media"),
      type: lexer.attribute("type"),
    };
    this.#sources.push({ ...source, suits: suits(source, this.#references.viewport) });
  }

  /** At an `img`. */
  image(): void {
    const lexer = this.#lexer;
    const references = this.#references;
    const own: ImageSource = {
      src: lexer.attribute("src"),
      srcset: lexer.attribute("srcset"),
      sizes: lexer.attribute("sizes"),
    };
    const chosen = chooseImage([...(this.#sources ?? []), own], this.#references.viewport);
    if (chosen === undefined) return;
    if (references.isLazy) return references.ignore(chosen.url, "image", "lazy");
    const link = { rel: "preload" as const, ...references.fetchAttributes(), ...candidatesOf(chosen) };
    references.add(chosen.url, "image", NEED.image, "img", link);
  }
}

/** What a link says of the candidates that the client chooses from. */
export function candidatesOf(chosen: ReturnType<typeof chooseImage>): LinkAttributes {
  if (chosen === undefined) return {};
  const { srcset, sizes, media, type } = chosen;
  return {
    ...(srcset === undefined ? {} : { imagesrcset: srcset }),
    ...(sizes === undefined ? {} : { imagesizes: sizes }),
    ...(media === undefined ? {} : { media }),
    ...(type === undefined ? {} : { type }),
  };
}
