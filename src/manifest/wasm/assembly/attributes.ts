import {
  ASKED,
  ASKED_BITS,
  ASKED_ID,
  ASKED_NOTHING,
  ASKED_PRESENCE,
  ASKED_VALUE,
  ATTRIBUTES,
  ATTRIBUTE_FIELDS,
  ATTRIBUTE_LIMIT,
  ATTRIBUTE_TABLE,
  ID_MARKS,
  INPUT,
  NAME_END,
  NAME_HASH,
  SELF_CLOSING,
} from "../layout";
import { CHUNK, GREATER, SLASH, indexOf, isSpace, setField } from "./bytes";
import { hashByte } from "./hash";

const DOUBLE_QUOTE: u32 = 0x22;
const SINGLE_QUOTE: u32 = 0x27;
const EQUALS: u32 = 0x3d;

/** Hash of "id", as `hashByte` makes it. */
const ID: u32 = 105 * 31 + 100;

/** A tag without what nobody asks for. What is longer, as it stands or without that, hardly ever comes again. */
export const KEY: u32 = 0x200;
export const LIMIT: u32 = 224;

/** End of the key as far as it was made. */
export let keyEnd: u32 = 0;

/**
 * Reads the tag whose name begins at `from`, into the fields and the table of
 * attributes (HTML §13.2.5.8 and §13.2.5.32 on), and returns where what
 * stands after it begins; 0 when the bytes end first, and with them the tag.
 */
export function readTag(from: u32, length: u32): u32 {
  const after = readAttributes(INPUT + from, INPUT + length);
  return after === 0 ? 0 : <u32>(after - INPUT);
}

/** The same with places in memory. */
export function readAttributes(from: u32, end: u32): u32 {
  let hash: u32 = 0;
  let at = from;
  for (; at < end; at += 1) {
    const code = <u32>load<u8>(at);
    if (isSpace(code) || code === SLASH || code === GREATER) break;
    hash = hashByte(hash, code);
  }
  setField(NAME_HASH, hash);
  setField(NAME_END, <u32>(at - INPUT));
  keyEnd = KEY;
  extendKey(from, at);
  let count: i32 = 0;
  let slash = false;
  for (; at < end;) {
    const code = <u32>load<u8>(at);
    if (code === GREATER) {
      setField(ATTRIBUTES, count);
      setField(SELF_CLOSING, slash ? 1 : 0);
      v128.store(keyEnd, i64x2.splat(0));
      return at + 1;
    }
    slash = code === SLASH;
    if (slash || isSpace(code)) {
      at += 1;
      continue;
    }
    at = readAttribute(at, end, count);
    if (count < ATTRIBUTE_LIMIT) count += 1;
  }
  return 0;
}

/** Reads the attribute that begins at `from` into the table, and returns where it ends. */
function readAttribute(from: u32, end: u32, index: i32): u32 {
  // An attribute may begin with "=", which is then part of its name.
  let hash = hashByte(0, <u32>load<u8>(from));
  let at = from + 1;
  for (; at < end; at += 1) {
    const code = <u32>load<u8>(at);
    if (isSpace(code) || code === SLASH || code === GREATER || code === EQUALS) break;
    hash = hashByte(hash, code);
  }
  const nameEnd = at;
  while (at < end && isSpace(<u32>load<u8>(at))) at += 1;
  let value = nameEnd;
  let valueEnd = nameEnd;
  if (at < end && <u32>load<u8>(at) === EQUALS) {
    at += 1;
    while (at < end && isSpace(<u32>load<u8>(at))) at += 1;
    const quote = at < end ? <u32>load<u8>(at) : 0;
    if (quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE) {
      value = at + 1;
      valueEnd = indexOf(quote, value, end);
      at = valueEnd + 1;
    } else {
      value = at;
      for (; at < end; at += 1) {
        const code = <u32>load<u8>(at);
        if (code === GREATER || isSpace(code)) break;
      }
      valueEnd = at;
    }
  }
  addToKey(hash, from, nameEnd, value, valueEnd);
  if (index < ATTRIBUTE_LIMIT) {
    const entry = ATTRIBUTE_TABLE + index * ATTRIBUTE_FIELDS * 4;
    store<u32>(entry, hash);
    store<u32>(entry, <u32>(from - INPUT), 4);
    store<u32>(entry, <u32>(nameEnd - INPUT), 8);
    store<u32>(entry, <u32>(value - INPUT), 12);
    store<u32>(entry, <u32>(valueEnd - INPUT), 16);
  }
  return at;
}

/** Adds an attribute to the key of the tag as far as anybody asks for it. */
function addToKey(hash: u32, name: u32, nameEnd: u32, value: u32, valueEnd: u32): void {
  let asked = <u32>load<u8>(ASKED + (hash & ((1 << ASKED_BITS) - 1)));
  if (asked === ASKED_NOTHING) return;
  if (asked === ASKED_ID) {
    if (hash === ID && load<u8>(ID_MARKS + markOf(value, valueEnd)) === 0) return;
    asked = ASKED_VALUE;
  }
  if (keyEnd > KEY + LIMIT) return;
  // A name has no slash, and no "=" but for the first character: one key is that of one tag.
  store<u8>(keyEnd, <u8>SLASH);
  keyEnd += 1;
  extendKey(name, nameEnd);
  if (asked === ASKED_PRESENCE || keyEnd > KEY + LIMIT) return;
  store<u8>(keyEnd, <u8>EQUALS);
  store<u8>(keyEnd, <u8>(valueEnd - value), 1);
  keyEnd += 2;
  extendKey(value, valueEnd);
}

/** Appends bytes to the key; beyond its limit their number alone. */
function extendKey(from: u32, to: u32): void {
  const keyFrom = keyEnd;
  keyEnd = min(keyFrom + (to - from), KEY + LIMIT + 1);
  if (keyEnd > KEY + LIMIT) return;
  for (let at: u32 = 0; at < to - from; at += CHUNK) v128.store(keyFrom + at, v128.load(from + at));
}

/** A number that few values have in common: as attribute-value.ts makes it. */
function markOf(start: u32, end: u32): u32 {
  if (end <= start) return 0;
  const length = <u32>(end - start);
  const outer = (<u32>load<u8>(start) + 31 * <u32>load<u8>(end - 1)) * 1009;
  const inner = <u32>load<u8>(start + (length >> 1)) + 37 * <u32>load<u8>(end - 1 - (length >> 2));
  return (outer + inner * 9176 + length * 101) & 0xffff;
}
