import { FIELDS } from "../layout";

export const SPACE: u32 = 0x20;
export const LESS: u32 = 0x3c;
export const GREATER: u32 = 0x3e;
export const SLASH: u32 = 0x2f;
/** Tab, line feed, form feed and carriage return, each by its bit. */
const CONTROLS: u32 = 0x3600;

/** Bytes of a chunk, and masks that keep the first bytes of one: sixteen that are set, then sixteen that are not. */
export const CHUNK: u32 = 16;
const MASKS: u32 = 0x40;

memory.fill(MASKS, 0xff, CHUNK);

export function field(index: u32): u32 {
  return load<u32>(FIELDS + (index << 2));
}

export function setField(index: u32, value: u32): void {
  store<u32>(FIELDS + (index << 2), value);
}

export function isSpace(code: u32): bool {
  return code === SPACE || (code < SPACE && ((CONTROLS >>> code) & 1) !== 0);
}

export function isLetter(code: u32): bool {
  return (code | 0x20) - 0x61 < 26;
}

/** Where that byte is next, from `start` on; `end` without one. */
export function indexOf(code: u32, start: u32, end: u32): u32 {
  const wanted = i8x16.splat(<i8>code);
  for (let at = start; at < end; at += CHUNK) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found !== 0) return min(at + ctz(found), end);
  }
  return end;
}

/** A chunk of which only the first bytes count. */
export function firstBytes(chunk: v128, count: u32): v128 {
  return v128.and(chunk, v128.load(MASKS + CHUNK - count));
}
