const SPACE = 0x20;

export function isLetter(code: number | undefined): boolean {
  const lower = (code ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export function isSpace(code: number | undefined): boolean {
  return code === SPACE || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c;
}

/** Whether a text has anything but white space. */
export function isShown(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) > SPACE) return true;
  return false;
}

/** Whether a text has, within the white space around it, anything of ASCII: a space between words, too, is shown in a font. */
export function hasAscii(bytes: Uint8Array, from: number, to: number): boolean {
  let [start, end] = [from, to];
  while (start < end && (bytes[start] ?? 0) <= SPACE) start += 1;
  while (end > start && (bytes[end - 1] ?? 0) <= SPACE) end -= 1;
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) <= 0x7f) return true;
  return false;
}

const AMPERSAND = 0x26;

/** References to characters of ASCII, and the no-break space, which pages are full of. */
const PLAIN_REFERENCE = /^&(?:#3[49];|[gl]t;|a(?:mp|pos)|nbsp|quot|[\t\n\f\r ])/;

/** Whether a text has, or refers to, characters beyond ASCII, the no-break space apart. */
export function hasBeyondAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0;
    if (code > 0x7f) return true;
    if (code === AMPERSAND && !PLAIN_REFERENCE.test(bytes.toString("latin1", at, at + 6))) return true;
  }
  return false;
}
