import { INPUT, MET, MET_BITS, STEP_ALONE, TAG_BITS, TAG_BYTES, TAG_SIZE, TAG_SLOTS } from "../layout";
import { KEY, LIMIT, keyEnd, readAttributes } from "./attributes";
import { CHUNK, GREATER, firstBytes, isLetter } from "./bytes";
import { finished, mixed } from "./hash";

/** Of the step of a tag that is found by its key, too. */
const KNOWN_BY_KEY: u32 = 0x8000_0000;
/** Tells the length of one from that of the other, so that neither is taken for the other, and so does its hash. */
const IS_KEY: u32 = 0x1000;

/**
 * Of the tag that was looked for last: where it stands, hashes and lengths of
 * it and of its key; a length of 0 is that of one that is not remembered.
 */
let rawStart: u32 = 0;
let rawHash: u32 = 0;
let rawLength: u32 = 0;
let keyHash: u32 = 0;
let keyLength: u32 = 0;

/** Where what stands after it begins, and the slot that it was found in. */
export let afterTag: u32 = 0;
let foundSlot: u32 = 0;

/** Of the short tag that was read last: its bytes, how many, and a hash of them. */
export let shortBytes: v128 = i64x2.splat(0);
export let shortLength: u32 = 0;
export let shortHash: u32 = 0;

/** Forgets all tags. */
export function forgetTags(): void {
  memory.fill(TAG_SLOTS, 0, TAG_SIZE << TAG_BITS);
}

/** Reads the tag whose name begins at `from`, up to the first `>`; false if that does not come within a chunk. */
export function readShort(from: u32, end: u32): bool {
  const chunk = v128.load(from);
  const found = i8x16.bitmask(i8x16.eq(chunk, i8x16.splat(<i8>GREATER)));
  if (found === 0) return false;
  shortLength = ctz(found);
  afterTag = from + shortLength + 1;
  if (afterTag > end) return false;
  shortBytes = firstBytes(chunk, shortLength);
  shortHash = finished(mixed(0, shortBytes));
  return true;
}

/** The step of the tag whose `<` is at `start`, the short one that was read last or another; 0 when it is not known. */
export function stepAt(start: u32, end: u32, isShort: bool): u32 {
  rawStart = start + 1;
  rawLength = 0;
  keyLength = 0;
  const known = isShort ? findShort() : findLong(start + 1, end);
  if (known !== 0 || !isLetter(<u32>load<u8>(start + 1))) return known;
  const after = readAttributes(start + 1, end);
  if (after === 0 || keyEnd > KEY + LIMIT) return 0;
  const step = findKey();
  if (step !== 0) {
    if (afterTag === after && cameBefore(rawHash))
      remember(rawStart, rawHash, rawLength, step | KNOWN_BY_KEY, STEP_ALONE);
    afterTag = after;
  }
  return step;
}

/** The step of the short tag that was read last. */
function findShort(): u32 {
  rawHash = shortHash;
  rawLength = shortLength;
  const slot = slotOf(shortHash);
  if (holdsShort(slot)) return stepOf(slot);
  return holdsShort(slot + TAG_SIZE) ? stepOf(slot + TAG_SIZE) : 0;
}

function holdsShort(slot: u32): bool {
  const differs = v128.any_true(v128.xor(v128.load(slot + TAG_BYTES), shortBytes));
  return !differs && load<u32>(slot, 4) === shortLength;
}

/** The step of a tag of a chunk or more, by all its bytes up to the first `>`. Three chunks tell one from another well enough. */
function findLong(from: u32, end: u32): u32 {
  const length = lengthOf(from);
  afterTag = length > LIMIT ? 0 : from + length + 1;
  if (afterTag === 0 || afterTag > end) return 0;
  const middle = v128.load(from + ((length - CHUNK) >>> 1));
  const last = v128.load(from + length - CHUNK);
  rawHash = finished(mixed(mixed(mixed(length, v128.load(from)), middle), last));
  rawLength = length;
  return remembered(from, rawHash, length);
}

/** Length of the tag whose name begins at `from`, up to the first `>`; above the limit when that is far. */
function lengthOf(from: u32): u32 {
  const wanted = i8x16.splat(<i8>GREATER);
  for (let at: u32 = CHUNK; at <= LIMIT; at += CHUNK) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(from + at), wanted));
    if (found !== 0) return at + ctz(found);
  }
  return LIMIT + CHUNK;
}

/** The step of a tag by what is asked for of it. */
function findKey(): u32 {
  const length = keyEnd - KEY;
  let hash: u64 = IS_KEY;
  for (let at: u32 = 0; at < length; at += CHUNK) hash = mixed(hash, v128.load(KEY + at));
  keyHash = finished(hash);
  keyLength = <u32>length | IS_KEY;
  return remembered(KEY, keyHash, keyLength);
}

/** The first of the two slots that a tag may be remembered by. */
function slotOf(hash: u32): u32 {
  return TAG_SLOTS + (hash >>> (32 - TAG_BITS + 1)) * TAG_SIZE * 2;
}

function stepOf(slot: u32): u32 {
  foundSlot = slot;
  return load<u32>(slot, 8) & ~KNOWN_BY_KEY;
}

function remembered(bytes: u32, hash: u32, length: u32): u32 {
  const slot = slotOf(hash);
  if (holds(slot, bytes, hash, length)) return stepOf(slot);
  if (holds(slot + TAG_SIZE, bytes, hash, length)) return stepOf(slot + TAG_SIZE);
  return 0;
}

function holds(slot: u32, bytes: u32, hash: u32, length: u32): bool {
  if (load<u32>(slot) !== hash || load<u32>(slot, 4) !== length) return false;
  const own = slot + TAG_BYTES;
  const size = length & (IS_KEY - 1);
  let at: u32 = 0;
  for (; at + CHUNK <= size; at += CHUNK) {
    if (v128.any_true(v128.xor(v128.load(own + at), v128.load(bytes + at)))) return false;
  }
  return !v128.any_true(v128.xor(v128.load(own + at), firstBytes(v128.load(bytes + at), size - at)));
}

/**
 * Remembers what a tag does, and returns by which slot; 0 when it does not.
 * Of those that were learned the last to come stays, at least; of those whose
 * key is known, which `step` says by KNOWN_BY_KEY, there may be none.
 */
function remember(bytes: u32, hash: u32, length: u32, step: u32, beside: u32): u32 {
  if (length === 0) return 0;
  let slot = slotOf(hash);
  if (!isFree(slot, hash)) slot += TAG_SIZE;
  if ((step & KNOWN_BY_KEY) !== 0 && !isFree(slot, hash)) return 0;
  store<u32>(slot, hash);
  store<u32>(slot, length, 4);
  store<u32>(slot, step, 8);
  store<u32>(slot, beside, 12);
  const own = slot + TAG_BYTES;
  const size = length & (IS_KEY - 1);
  memory.copy(own, bytes, size);
  // What is left of the last chunk compares as nothing.
  v128.store(own + size, i64x2.splat(0));
  return slot;
}

/** Whether a tag with that hash came lately: most that come once come never again. */
function cameBefore(hash: u32): bool {
  const at = MET + ((hash & ((1 << MET_BITS) - 1)) << 2);
  const known = load<u32>(at) === hash;
  store<u32>(at, hash);
  return known;
}

/** Whether a tag may take a slot: one that is empty, its own, or that of a tag that is found by its key as well. */
function isFree(slot: u32, hash: u32): bool {
  const step = load<u32>(slot, 8);
  return step === 0 || (step & KNOWN_BY_KEY) !== 0 || load<u32>(slot) === hash;
}

/** Remembers what the tag does that the walk has stopped at, and that ends before `after`. */
export function learn(step: u32, after: u32): void {
  // With a ">" in one of its values what goes up to the first one is not the tag.
  if (afterTag === INPUT + after) remember(rawStart, rawHash, rawLength, step, STEP_ALONE);
  remember(KEY, keyHash, keyLength, step, STEP_ALONE);
}

/** The same for a tag that does more than its step: which slot remembers it, -1 for none. */
export function learnReferring(step: u32, after: u32, beside: u32): i32 {
  const slot = afterTag === INPUT + after ? remember(rawStart, rawHash, rawLength, step, beside) : 0;
  return slot === 0 ? -1 : numberOf(slot);
}

/** What the tag that was found last does beside its step, and the number of its slot. */
export function foundBeside(): u32 {
  return load<u32>(foundSlot, 12);
}

export function foundNumber(): u32 {
  return numberOf(foundSlot);
}

function numberOf(slot: u32): u32 {
  return (slot - TAG_SLOTS) / TAG_SIZE;
}
