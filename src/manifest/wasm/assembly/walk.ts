import {
  AT_EDGE,
  AT_END,
  AT_TAG,
  BEYOND_ASCII,
  BEYOND_FIELDS,
  BEYOND_LIST,
  ENTERED,
  ENTERED_LIST,
  FULL,
  INPUT,
  LIST_LENGTH,
  PAGES,
  PLACE,
  REFERRING,
  REFERRING_FIELDS,
  REFERRING_LIST,
  REFERS_AND_ENDS,
  START,
  STEP,
  STEP_ALONE,
  STOP,
  TEXT_LIST,
  TEXT_PAGES,
  WITH_TEXT,
} from "../layout";
import { GREATER, LESS, field, indexOf, setField } from "./bytes";
import { afterTag, foundBeside, foundNumber, readShort, shortLength, stepAt } from "./known-tags";
import {
  around,
  edgeEnd,
  edgeEntered,
  edgeFrom,
  endStep,
  isFirstOf,
  isWay,
  rememberWay,
  wayEnd,
  wayEntered,
  wayFrom,
} from "./places";
import { isBeyond, isShown } from "./text";

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
      if (isShort) way = wayFrom(place);
      if (isShort && isWay(way, place)) {
        stop = takeText(at, start, place, page, hasFonts);
        if (stop === FULL) break;
        if (isFirstOf(page, way)) enter(wayEntered(way), page);
        place = wayEnd(way);
        at = afterTag;
        continue;
      }
      step = stepAt(start, end, isShort);
      beside = step === 0 ? STEP_ALONE : foundBeside();
      next = step === 0 ? 0 : afterKnown(beside, mayRefer, end);
      if (next === 0) {
        step = 0;
        stop = AT_TAG;
        break;
      }
    }
    stop = takeText(at, start, place, page, hasFonts);
    if (stop === FULL) break;
    const from = place;
    let entered = place;
    if (endStep(place) === step) place = around(place);
    else {
      const edge = edgeFrom(place, step);
      if (edge === 0) {
        stop = AT_EDGE;
        break;
      }
      entered = edgeEntered(edge);
      enter(entered, page);
      if (beside !== REFERS_AND_ENDS) place = edgeEnd(edge);
    }
    if (beside !== STEP_ALONE) noteReference(foundNumber(), start);
    else if (way !== 0 && next === start + shortLength + 2) rememberWay(way, from, entered, place, page);
    beside = STEP_ALONE;
    at = next;
    step = 0;
  }
  return leave(at, place, stop, step, start);
}

/** Tells the caller where the walk has stopped, and why. */
function leave(at: u32, place: u32, stop: u32, step: u32, start: u32): u32 {
  setField(PLACE, place);
  setField(STOP, stop);
  setField(STEP, step);
  setField(START, start - INPUT);
  return at - INPUT;
}

/** Passes over the text before a tag: FULL when there is no room to note what comes, else AT_END. */
function takeText(at: u32, start: u32, place: u32, page: u32, hasFonts: bool): u32 {
  if (field(ENTERED) === LIST_LENGTH || field(REFERRING) === LIST_LENGTH) return FULL;
  return !hasFonts || start <= at || noteText(at, start, place, page) ? AT_END : FULL;
}

/** What stands after the tag that was found last; 0 when it has to be looked at. */
function afterKnown(beside: u32, mayRefer: bool, end: u32): u32 {
  if (beside === STEP_ALONE) return afterTag;
  if (!mayRefer) return 0;
  return beside === REFERS_AND_ENDS ? afterScript(afterTag, end) : afterTag;
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
