import type { ElementKind } from "./element-kind.js";
import type { TagName } from "./tag-name.js";

/** 2^32 divided by the golden ratio: spreads numbers that follow one another. */
const SPREAD = 0x9e3779b1;
let count = 0;

/** What a tag does to the elements that are open: a start tag opens one of some kind, an end tag closes one. */
export class Step {
  readonly tag: TagName;
  /** Undefined for an end tag. */
  readonly kind: ElementKind | undefined;
  /** A number to find it by. */
  readonly salt: number;
  /** Steps to an element that has one feature more, by that feature. */
  readonly more = new Map<string, Step>();

  constructor(tag: TagName, kind: ElementKind | undefined) {
    this.tag = tag;
    this.kind = kind;
    count += 1;
    this.salt = Math.imul(count, SPREAD);
  }
}
