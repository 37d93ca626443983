/** A tag name, one object for each: comparing two is comparing objects. */
export class TagName {
  readonly name: string;
  readonly hash: number;
  /** How many elements of that name are open in the page that is being read. */
  open = 0;
  /** Place in a site's vocabulary, and of which state of it: see `OutlineTree`. */
  number = 0;
  numbered: object | undefined;
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
      const code = bytes[start + at] ?? 0;
      if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== own[at]) return false;
    }
    return true;
  }
}

/** Adds one byte, letters in lower case, to a hash of a name. */
export function hashByte(hash: number, code: number): number {
  const lower = code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
  return (Math.imul(hash, 31) + lower) | 0;
}

/** The hash of a lower-case name. */
export function hashOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at += 1) hash = hashByte(hash, name.charCodeAt(at));
  return hash;
}

/** Names kept: HTML has some 140; what comes beyond is made anew each time. */
const LIMIT = 5000;
const known = new Map<number, TagName[]>();
let count = 0;

/** The tag name that stands in the bytes from `start` to `end`, whose hash is known. */
export function tagName(bytes: Buffer, start: number, end: number, hash: number): TagName {
  const list = known.get(hash);
  if (list !== undefined) for (const tag of list) if (tag.is(bytes, start, end)) return tag;
  const tag = new TagName(bytes.toString("latin1", start, end).toLowerCase(), hash);
  return count < LIMIT ? remember(tag) : tag;
}

function remember(tag: TagName): TagName {
  count += 1;
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
