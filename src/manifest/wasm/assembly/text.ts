import { INPUT } from "../layout";
import { CHUNK, SPACE, firstBytes, isSpace } from "./bytes";

const AMPERSAND: u32 = 0x26;
const NUMBER_SIGN: u32 = 0x23;

/** Whether a text has anything but white space. */
export function hasShown(start: u32, end: u32): bool {
  return isShown(INPUT + start, INPUT + end);
}

export function isShown(start: u32, end: u32): bool {
  const space = i8x16.splat(<i8>SPACE);
  for (let at = start; at < end; at += CHUNK) {
    const chunk = v128.load(at);
    const counting = end - at < CHUNK ? firstBytes(chunk, end - at) : chunk;
    if (v128.any_true(i8x16.gt_u(counting, space))) return true;
  }
  return false;
}

/** Whether a text has characters beyond ASCII, the no-break space apart. */
export function hasBeyondAscii(start: u32, end: u32): bool {
  return isBeyond(INPUT + start, INPUT + end);
}

export function isBeyond(start: u32, end: u32): bool {
  const ampersand = i8x16.splat(<i8>AMPERSAND);
  for (let at = start; at < end; at += CHUNK) {
    const chunk = v128.load(at);
    const counting = end - at < CHUNK ? firstBytes(chunk, end - at) : chunk;
    if (i8x16.bitmask(counting) !== 0) return true;
    let found = i8x16.bitmask(i8x16.eq(counting, ampersand));
    for (; found !== 0; found &= found - 1) {
      if (!isPlainReference(at + ctz(found) + 1)) return true;
    }
  }
  return false;
}

/** Whether an ampersand before `at` begins one of the references that every page is full of. */
function isPlainReference(at: u32): bool {
  const second = <u32>load<u8>(at, 1);
  switch (<u32>load<u8>(at)) {
    case NUMBER_SIGN: // #39; #34;
      return second === 0x33 && (load<u8>(at, 2) === 0x39 || load<u8>(at, 2) === 0x34) && load<u8>(at, 3) === 0x3b;
    case 0x61: // amp; apos;
      return second === 0x6d || second === 0x70;
    case 0x67: // gt;
    case 0x6c: // lt;
      return second === 0x74 && load<u8>(at, 2) === 0x3b;
    case 0x6e: // nbsp;
      return second === 0x62;
    case 0x71: // quot;
      return second === 0x75;
    default:
      return isSpace(<u32>load<u8>(at));
  }
}
