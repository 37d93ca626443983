/** Odd numbers without a pattern, and none the other's negative: spread a sum over its upper bits. */
const SPREAD: u64 = 0x9e3779b97f4a7c15;
const SPREAD_SECOND: u64 = 0xc2b2ae3d27d4eb4f;

export function mixed(hash: u64, chunk: v128): u64 {
  return (hash ^ i64x2.extract_lane(chunk, 0)) * SPREAD + i64x2.extract_lane(chunk, 1) * SPREAD_SECOND;
}

export function finished(hash: u64): u32 {
  return <u32>(((hash ^ (hash >>> 32)) * SPREAD) >>> 32);
}

/** Adds one byte, letters in lower case, to a hash of a name: as tag-name.ts does. */
export function hashByte(hash: u32, code: u32): u32 {
  return hash * 31 + (code - 0x41 < 26 ? code | 0x20 : code);
}
