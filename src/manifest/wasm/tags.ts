// The tags of a page, at the speed of reading them: what a scan does some millions of times. It is written in
// AssemblyScript and compiled to WebAssembly, which is fast from the first page on, where JavaScript gets so in the
// second half of a scan, and compares sixteen bytes at once. It knows no element and no selector: it finds tags and
// their attributes, remembers by numbers what tags do and where they lead, and leaves what is new to its caller.

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
  AT_EDGE,
  AT_END,
  AT_TAG,
  BEYOND_ASCII,
  BEYOND_FIELDS,
  BEYOND_LIST,
  EDGES,
  EDGE_BITS,
  EDGE_SIZE,
  ENDS,
  END_SIZE,
  ENTERED,
  ENTERED_LIST,
  FIELDS,
  FULL,
  ID_MARKS,
  INPUT,
  LIST_LENGTH,
  MET,
  MET_BITS,
  NAME_END,
  NAME_HASH,
  PAGES,
  PLACE,
  REFERRING,
  REFERRING_FIELDS,
  REFERRING_LIST,
  REFERS_AND_ENDS,
  SELF_CLOSING,
  START,
  STEP,
  STEP_ALONE,
  STOP,
  TAG_BITS,
  TAG_BYTES,
  TAG_SIZE,
  TAG_SLOTS,
  TEXT_LIST,
  TEXT_PAGES,
  WAYS,
  WAY_BITS,
  WAY_SIZE,
  WITH_TEXT,
} from "./layout";

const SPACE: u32 = 0x20;
const DOUBLE_QUOTE: u32 = 0x22;
const NUMBER_SIGN: u32 = 0x23;
const AMPERSAND: u32 = 0x26;
const SINGLE_QUOTE: u32 = 0x27;
const SLASH: u32 = 0x2f;
const LESS: u32 = 0x3c;
const EQUALS: u32 = 0x3d;
const GREATER: u32 = 0x3e;
/** Tab, line feed, form feed and carriage return, each by its bit. */
const CONTROLS: u32 = 0x3600;

/** Odd numbers without a pattern, and none the other's negative: spread a sum over its upper bits. */
const SPREAD: u64 = 0x9e3779b97f4a7c15;
const SPREAD_SECOND: u64 = 0xc2b2ae3d27d4eb4f;
const SPREAD_PLACE: u32 = 0x9e3779b1;
const SPREAD_STEP: u32 = 0x85ebca6b;

/** Hash of "id", as `hashByte` makes it. */
const ID: u32 = 105 * 31 + 100;

/** Bytes of a chunk, and masks that keep the first bytes of one: sixteen that are set, then sixteen that are not. */
const CHUNK: u32 = 16;
const MASKS: u32 = 0x40;

/** A tag without what nobody asks for. What is longer, as it stands or without that, hardly ever comes again. */
const KEY: u32 = 0x200;
const LIMIT: u32 = 224;
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
let afterTag: u32 = 0;
let foundSlot: u32 = 0;
/** End of the key as far as it was made. */
let keyEnd: u32 = 0;
/** Of the short tag that was read last: its bytes, how many, and a hash of them. */
let shortBytes: v128 = i64x2.splat(0);
let shortLength: u32 = 0;
let shortHash: u32 = 0;
/** Places of which it is known what their end tags do are below. */
let told: u32 = 0;

function field(index: u32): u32 {
  return load<u32>(FIELDS + (index << 2));
}

function setField(index: u32, value: u32): void {
  store<u32>(FIELDS + (index << 2), value);
}

function isSpace(code: u32): bool {
  return code === SPACE || (code < SPACE && ((CONTROLS >>> code) & 1) !== 0);
}

function isLetter(code: u32): bool {
  return (code | 0x20) - 0x61 < 26;
}

/** Adds one byte, letters in lower case, to a hash of a name: as tag-name.ts does. */
function hashByte(hash: u32, code: u32): u32 {
  return hash * 31 + (code - 0x41 < 26 ? code | 0x20 : code);
}

/** Where that byte is next, from `start` on; `end` without one. */
function indexOf(code: u32, start: u32, end: u32): u32 {
  const wanted = i8x16.splat(<i8>code);
  for (let at = start; at < end; at += CHUNK) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found !== 0) return min(at + ctz(found), end);
  }
  return end;
}

/** A chunk of which only the first bytes count. */
function firstBytes(chunk: v128, count: u32): v128 {
  return v128.and(chunk, v128.load(MASKS + CHUNK - count));
}

function mixed(hash: u64, chunk: v128): u64 {
  return (hash ^ i64x2.extract_lane(chunk, 0)) * SPREAD + i64x2.extract_lane(chunk, 1) * SPREAD_SECOND;
}

function finished(hash: u64): u32 {
  return <u32>(((hash ^ (hash >>> 32)) * SPREAD) >>> 32);
}

memory.fill(MASKS, 0xff, CHUNK);

/** Forgets what it knows of tags and places; what the caller asks for is set anew. */
export function reset(): void {
  memory.fill(TAG_SLOTS, 0, TAG_SIZE << TAG_BITS);
  memory.fill(EDGES, 0, EDGE_SIZE << EDGE_BITS);
  memory.fill(WAYS, 0, WAY_SIZE << WAY_BITS);
  // No page has the number of another: what was noted of pages can stay.
  memory.fill(ENDS, 0, told * END_SIZE);
  told = 0;
}

/**
 * Reads the tag whose name begins at `from`, into the fields and the table of
 * attributes (HTML §13.2.5.8 and §13.2.5.32 on), and returns where what
 * stands after it begins; 0 when the bytes end first, and with them the tag.
 */
export function readTag(from: u32, length: u32): u32 {
  const after = readAttributes(INPUT + from, INPUT + length);
  return after === 0 ? 0 : <u32>(after - INPUT);
}

function readAttributes(from: u32, end: u32): u32 {
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

/** Reads the tag whose name begins at `from`, up to the first `>`; false if that does not come within a chunk. */
function readShort(from: u32, end: u32): bool {
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
function stepAt(start: u32, end: u32, isShort: bool): u32 {
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

function numberOf(slot: u32): u32 {
  return (slot - TAG_SLOTS) / TAG_SIZE;
}

/** The first of the two that a step from a place may be remembered by. */
function edgeOf(place: u32, step: u32): u32 {
  const sum = place * SPREAD_PLACE + step * SPREAD_STEP;
  return EDGES + (sum >>> (32 - EDGE_BITS + 1)) * EDGE_SIZE * 2;
}

function isEdge(edge: u32, place: u32, step: u32): bool {
  return load<u32>(edge) === place && load<u32>(edge, 4) === step;
}

/** Remembers where a step leads from a place: which one it enters, if only for an element without content, and where it ends. */
export function connect(place: u32, step: u32, entered: u32, end: u32): void {
  const edge = edgeOf(place, step);
  // The one met before the last goes.
  v128.store(edge + EDGE_SIZE, v128.load(edge));
  store<u32>(edge, place);
  store<u32>(edge, step, 4);
  store<u32>(edge, entered, 8);
  store<u32>(edge, end, 12);
}

/** Tells what the end tag of the element at a place does: where that ends it leads to the place around, and to no edge. */
export function tell(place: u32, step: u32, around: u32): void {
  store<u32>(ENDS + place * END_SIZE, step);
  store<u32>(ENDS + place * END_SIZE, around, 4);
  told = max(told, place + 1);
}

/**
 * Walks from place to place over text and tags from `first` on, and returns
 * where the text begins before the tag that it stops at: STOP says why. If
 * `step` is not 0, it is that of the tag that it stopped at last, and `after`
 * where what stands after that begins. Without fonts no text is looked at;
 * where no tag may refer to anything it stops at those that do.
 */
export function walk(first: u32, length: u32, page: u32, hasFonts: bool, mayRefer: bool, step: u32, after: u32): u32 {
  const end = INPUT + length;
  let at: u32 = INPUT + first;
  let place = field(PLACE);
  let start: u32 = INPUT + field(START);
  let next: u32 = INPUT + after;
  let stop: u32 = AT_END;
  let beside: u32 = STEP_ALONE;
  for (;;) {
    let way: u32 = 0;
    if (step === 0) {
      start = indexOf(LESS, at, end);
      if (start === end) break;
      const isShort = readShort(start + 1, end);
      if (isShort) {
        way = wayFrom(place);
        if (isWay(way, place)) {
          if (isFull() || (hasFonts && start > at && !noteText(at, start, place, page))) {
            stop = FULL;
            break;
          }
          if (load<u32>(way, 28) !== page) {
            store<u32>(way, page, 28);
            enter(load<u32>(way, 20), page);
          }
          place = load<u32>(way, 24);
          at = afterTag;
          continue;
        }
      }
      step = stepAt(start, end, isShort);
      next = afterTag;
      if (step !== 0) {
        beside = load<u32>(foundSlot, 12);
        if (beside === REFERS_AND_ENDS) next = afterScript(next, end);
        if (beside !== STEP_ALONE && (!mayRefer || next === 0)) step = 0;
      }
    }
    if (step === 0) {
      stop = AT_TAG;
      break;
    }
    if (isFull() || (hasFonts && start > at && !noteText(at, start, place, page))) {
      stop = FULL;
      break;
    }
    const from = place;
    let entered = place;
    const around = ENDS + place * END_SIZE;
    if (load<u32>(around) === step) place = load<u32>(around, 4);
    else {
      let edge = edgeOf(place, step);
      if (!isEdge(edge, place, step)) edge += EDGE_SIZE;
      if (!isEdge(edge, place, step)) {
        stop = AT_EDGE;
        break;
      }
      entered = load<u32>(edge, 8);
      enter(entered, page);
      if (beside !== REFERS_AND_ENDS) place = load<u32>(edge, 12);
    }
    if (beside !== STEP_ALONE) {
      noteReference(numberOf(foundSlot), start);
      beside = STEP_ALONE;
    } else if (way !== 0 && next === start + shortLength + 2) rememberWay(way, from, entered, place, page);
    at = next;
    step = 0;
  }
  setField(PLACE, place);
  setField(STOP, stop);
  setField(STEP, step);
  setField(START, start - INPUT);
  return at - INPUT;
}

/** Where it is remembered where the short tag that was read last leads from a place. */
function wayFrom(place: u32): u32 {
  return WAYS + ((shortHash + place * SPREAD_PLACE) >>> (32 - WAY_BITS)) * WAY_SIZE;
}

function isWay(way: u32, place: u32): bool {
  return load<u32>(way, 16) === wayKey(place) && !v128.any_true(v128.xor(v128.load(way), shortBytes));
}

/** Never 0, which an empty one has. */
function wayKey(place: u32): u32 {
  return ((place << 4) | shortLength) + 1;
}

function rememberWay(way: u32, place: u32, entered: u32, end: u32, page: u32): void {
  v128.store(way, shortBytes);
  store<u32>(way, wayKey(place), 16);
  store<u32>(way, entered, 20);
  store<u32>(way, end, 24);
  store<u32>(way, page, 28);
}

function isFull(): bool {
  return field(ENTERED) === LIST_LENGTH || field(REFERRING) === LIST_LENGTH;
}

/** What stands after the end tag of a script, if that comes at once; else 0. */
function afterScript(from: u32, end: u32): u32 {
  // "</script", and what ends it.
  const isEnd = load<u64>(from) === 0x7470697263732f3c && <u32>load<u8>(from + 8) === GREATER;
  return isEnd && from + 9 <= end ? from + 9 : 0;
}

/** Notes that a page was in a place, if it is for the first time. */
function enter(place: u32, page: u32): void {
  const lastPage = PAGES + (place << 2);
  if (load<u32>(lastPage) === page) return;
  store<u32>(lastPage, page);
  const entries = field(ENTERED);
  store<u32>(ENTERED_LIST + (entries << 2), place);
  setField(ENTERED, entries + 1);
}

/** Notes a tag that refers to something. */
function noteReference(slot: u32, start: u32): void {
  const count = field(REFERRING);
  const entry = REFERRING_LIST + count * REFERRING_FIELDS * 4;
  store<u32>(entry, slot);
  store<u32>(entry, start - INPUT, 4);
  setField(REFERRING, count + 1);
}

/** Notes that a place has text; false when a list is full. */
function noteText(start: u32, end: u32, place: u32, page: u32): bool {
  const texts = field(WITH_TEXT);
  const beyonds = field(BEYOND_ASCII);
  if (texts === LIST_LENGTH || beyonds === LIST_LENGTH) return false;
  if (!isShown(start, end)) return true;
  const lastPage = TEXT_PAGES + (place << 2);
  if (load<u32>(lastPage) !== page) {
    store<u32>(lastPage, page);
    store<u32>(TEXT_LIST + (texts << 2), place);
    setField(WITH_TEXT, texts + 1);
  }
  if (isBeyond(start, end)) {
    const entry = BEYOND_LIST + beyonds * BEYOND_FIELDS * 4;
    store<u32>(entry, place);
    store<u32>(entry, <u32>(start - INPUT), 4);
    store<u32>(entry, <u32>(end - INPUT), 8);
    setField(BEYOND_ASCII, beyonds + 1);
  }
  return true;
}

/** Whether a text has anything but white space. */
export function hasShown(start: u32, end: u32): bool {
  return isShown(INPUT + start, INPUT + end);
}

function isShown(start: u32, end: u32): bool {
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

function isBeyond(start: u32, end: u32): bool {
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
