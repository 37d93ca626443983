const SPACE = 0x20;
const AMPERSAND = 0x26;

/** Kinds of bytes in text: what shows, and what may stand for a character beyond ASCII. */
export const SHOWN = 1;
export const BEYOND = 2;
const KINDS = new Uint8Array(256);
for (let code = 0; code < 256; code += 1) {
  KINDS[code] = (code > SPACE ? SHOWN : 0) | (code >= 0x80 || code === AMPERSAND ? BEYOND : 0);
}

/** Where that ASCII character is next, from `start` on; the end of the bytes without one. Goes by words of four bytes. */
export function nextByte(bytes: DataView, start: number, code: number): number {
  const length = bytes.byteLength;
  const everywhere = Math.imul(code, 0x01010101);
  let at = start;
  for (; at + 4 <= length; at += 4) {
    // The lowest bit set is the upper bit of the first byte that is sought (Hacker's Delight, §6-1).
    const differing = bytes.getInt32(at, true) ^ everywhere;
    const found = (differing - 0x01010101) & ~differing & 0x80808080;
    if (found !== 0) return at + ((31 - Math.clz32(found & -found)) >> 3);
  }
  while (at < length && bytes.getUint8(at) !== code) at += 1;
  return Math.min(at, length);
}

/** Kinds of the bytes in a piece of text. */
export function kindsOfText(bytes: Uint8Array, start: number, end: number): number {
  let kinds = 0;
  for (let at = start; at < end; at += 1) kinds |= KINDS[bytes[at] ?? 0] ?? 0;
  return kinds;
}

/** Whether a text has characters beyond ASCII, the no-break space apart. */
export function isBeyondAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0;
    if (code >= 0x80 || (code === AMPERSAND && !isPlainReference(bytes, at + 1))) return true;
  }
  return false;
}

/** Whether an ampersand before `at` begins one of the references that every page is full of. */
function isPlainReference(bytes: Uint8Array, at: number): boolean {
  switch (bytes[at] ?? 0) {
    case 0x23: // #39; #34;
      return bytes[at + 1] === 0x33 && (bytes[at + 2] === 0x39 || bytes[at + 2] === 0x34) && bytes[at + 3] === 0x3b;
    case 0x61: // amp; apos;
      return bytes[at + 1] === 0x6d || bytes[at + 1] === 0x70;
    case 0x67: // gt;
    case 0x6c: // lt;
      return bytes[at + 1] === 0x74 && bytes[at + 2] === 0x3b;
    case 0x6e: // nbsp;
      return bytes[at + 1] === 0x62;
    case 0x71: // quot;
      return bytes[at + 1] === 0x75;
    default:
      return isSpace(bytes[at]);
  }
}

export function isLetter(code: number | undefined): boolean {
  const lower = (code ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export function isSpace(code: number | undefined): boolean {
  return code === SPACE || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c;
}
