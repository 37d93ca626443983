import type { ElementKind } from "./element-kind.js";
import type { OpenElement } from "./open-element.js";
import type { TagName } from "../../html/tag-name.js";

/** What a tag does to the elements that are open: a start tag opens one of some kind, an end tag closes one. */
export class TagEffect {
  readonly tag: TagName;
  /** Undefined for an end tag. */
  readonly kind: ElementKind | undefined;
  readonly isVoid: boolean;
  /** The start tag's groups, as bits: see `TagName`. */
  readonly implies: number;
  /** Effects of start tags for an element that has one feature more, by that feature. */
  readonly more = new Map<string, TagEffect>();
  /** Where the effect led last: the next is often the same. */
  last: OpenElement | undefined;

  constructor(tag: TagName, kind: ElementKind | undefined) {
    this.tag = tag;
    this.kind = kind;
    this.isVoid = tag.isVoid;
    this.implies = tag.implies;
  }
}
