import { wordSet } from "../../io/text/word-set.js";
import { type TagName, tagNamed } from "./tag-name.js";

/** Elements within SVG, and within MathML, whose content is HTML again (HTML §13.2.6, "integration point"). */
const SVG_ISLANDS: ReadonlySet<string> = new Set(["desc", "foreignobject", "title"]);
const MATH_ISLANDS: ReadonlySet<string> = new Set(["mi", "mn", "mo", "ms", "mtext"]);
/** HTML elements that end SVG or MathML where they begin (HTML §13.2.6.5). */
const BREAKOUT = wordSet(`
  b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu
  meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var
`);
const SVG = tagNamed("svg");
const MATH = tagNamed("math");

/** Whether the place in the document is in SVG or MathML, where other rules hold for tags. */
export class ForeignContent {
  /** Open `svg` and `math` elements, and the islands of HTML in them. */
  readonly #open: TagName[] = [];
  /** How many of each name are open. */
  readonly #counts = new Map<TagName, number>();
  inside = false;
  /** Number of those that are open. */
  depth = 0;
  /** In SVG, where scripts, images and uses are. */
  inSvg = false;

  /** Takes note of a start tag. */
  start(tag: TagName, selfClosing: boolean): void {
    if (tag === SVG || tag === MATH) {
      if (!selfClosing) this.#push(tag);
    } else if (!this.inside) return;
    else if ((this.inSvg ? SVG_ISLANDS : MATH_ISLANDS).has(tag.name)) {
      if (!selfClosing) this.#push(tag);
    } else if (BREAKOUT.has(tag.name)) this.#breakOut();
  }

  /** Takes note of an end tag. */
  end(tag: TagName): void {
    // It can't have been opened in here: it ends what is around.
    if (this.inside && BREAKOUT.has(tag.name)) return this.#breakOut();
    if ((this.#counts.get(tag) ?? 0) === 0) return;
    while (this.#pop() !== tag);
    this.#update();
  }

  #push(tag: TagName): void {
    this.#open.push(tag);
    this.#counts.set(tag, (this.#counts.get(tag) ?? 0) + 1);
    this.#update();
  }

  #pop(): TagName | undefined {
    const tag = this.#open.pop();
    if (tag !== undefined) this.#counts.set(tag, (this.#counts.get(tag) ?? 0) - 1);
    return tag;
  }

  #breakOut(): void {
    while (this.inside) {
      this.#pop();
      this.#update();
    }
  }

  #update(): void {
    this.depth = this.#open.length;
    const last = this.#open.at(-1);
    this.inSvg = last === SVG;
    this.inside = this.inSvg || last === MATH;
  }
}
