import type { ElementKind } from "../style/outline/element-kind.js";
import { TagEffect } from "../style/outline/tag-effect.js";

/** Kinds of scope in which an element that is open is looked for, as bits (HTML §13.2.4.2). */
export const SCOPE = { special: 1, general: 2, button: 4, list: 8, table: 16 } as const;

/** A tag name, one object for each: comparing two is comparing objects. */
export class TagName {
  readonly name: string;
  readonly hash: number;
  /** Its content is text up to its end tag. */
  raw = false;
  /** It has no content and no end tag. */
  isVoid = false;
  /** Its start tag bears on more than the outline, with a `background` attribute, or its end tag does. */
  refers = false;
  hasBackground = false;
  endCounts = false;
  /** It belongs to the head where the head's tags are left out. */
  inHead = false;
  /**
   * The groups of start tags that it is in as one, the groups that end it, and
   * those that it keeps from ending what is around, as bits: see `implies`.
   */
  implies = 0;
  endedBy = 0;
  screens = 0;
  /** The kinds of scope that it bounds. */
  bounds = 0;
  /** The kind in which its end tag looks for it. */
  endsIn: number = SCOPE.special;
  isHeading = false;
  /** What a start tag stands in where it is left out, by what is open: see `implied-end-tags.ts`. */
  wrappers: ReadonlyMap<TagName, TagName> | undefined;
  /** The same name is this object as long as the process lives. */
  isKept = false;
  /** What its end tag does. */
  readonly closing = new TagEffect(this, undefined);
  /** What its start tag does, by the kind of element, and whose kinds they are: see `ElementKinds`. */
  openings: Openings | undefined;
  readonly #bytes: Uint8Array;

  constructor(name: string, hash: number) {
    this.name = name;
    this.hash = hash;
    this.#bytes = Buffer.from(name, "latin1");
  }

  /** Whether the bytes from `start` to `end` are this name, in any case. */
  is(bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#bytes;
    if (end - start !== own.length) return false;
    for (let at = 0; at < own.length; at += 1) {
      if (LOWER[bytes[start + at] ?? 0] !== own[at]) return false;
    }
    return true;
  }
}

/** Steps of the start tags of one name. */
export interface Openings {
  readonly owner: object;
  /** Without attributes. */
  readonly plain: TagEffect;
  readonly byKind: Map<ElementKind, TagEffect>;
}

/** Bytes with ASCII letters in lower case. */
const LOWER = Uint8Array.from({ length: 256 }, (_, code) => (code >= 0x41 && code <= 0x5a ? code | 0x20 : code));

/** A byte, an ASCII letter in lower case. */
export function lowerByte(code: number): number {
  return LOWER[code] ?? 0;
}

/** Adds one byte, letters in lower case, to a hash of a name. */
export function hashByte(hash: number, code: number): number {
  return (Math.imul(hash, 31) + lowerByte(code)) | 0;
}

/** The hash of a name, one byte to a character. */
export function hashOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at += 1) hash = hashByte(hash, name.charCodeAt(at));
  return hash;
}

/** Names kept: HTML has some 140; what comes beyond is made anew each time. */
const MAX_NAMES = 5000;
const known = new Map<number, TagName[]>();
let count = 0;

/** The names met last, by the low bits of their hashes. */
const MAX_RECENT = 1024;
const recent: (TagName | undefined)[] = Array.from({ length: MAX_RECENT }, () => undefined);

/** The tag name that stands in the bytes from `start` to `end`, whose hash is known. */
export function tagName(bytes: Buffer, start: number, end: number, hash: number): TagName {
  const last = recent[hash & (MAX_RECENT - 1)];
  if (last !== undefined && last.hash === hash && last.is(bytes, start, end)) return last;
  const tag = found(bytes, start, end, hash);
  recent[hash & (MAX_RECENT - 1)] = tag;
  return tag;
}

function found(bytes: Buffer, start: number, end: number, hash: number): TagName {
  const list = known.get(hash);
  if (list !== undefined) for (const tag of list) if (tag.is(bytes, start, end)) return tag;
  const tag = new TagName(bytes.toString("latin1", start, end).toLowerCase(), hash);
  return count < MAX_NAMES ? remember(tag) : tag;
}

function remember(tag: TagName): TagName {
  count += 1;
  tag.isKept = true;
  const list = known.get(tag.hash);
  if (list === undefined) known.set(tag.hash, [tag]);
  else list.push(tag);
  return tag;
}

/** The tag name of that lower-case text. */
export function tagNamed(name: string): TagName {
  const bytes = Buffer.from(name, "latin1");
  return tagName(bytes, 0, bytes.length, hashOf(name));
}
