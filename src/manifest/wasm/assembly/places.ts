import { EDGES, EDGE_BITS, EDGE_SIZE, ENDS, END_SIZE, WAYS, WAY_BITS, WAY_SIZE } from "../layout";
import { shortBytes, shortHash, shortLength } from "./known-tags";

const SPREAD_PLACE: u32 = 0x9e3779b1;
const SPREAD_STEP: u32 = 0x85ebca6b;

/** Places of which it is known what their end tags do are below. */
let told: u32 = 0;

/** Forgets all that leads from place to place. */
export function forgetPlaces(): void {
  memory.fill(EDGES, 0, EDGE_SIZE << EDGE_BITS);
  memory.fill(WAYS, 0, WAY_SIZE << WAY_BITS);
  memory.fill(ENDS, 0, told * END_SIZE);
  told = 0;
}

/** The first of the two that a step from a place may be remembered by. */
function edgeOf(place: u32, step: u32): u32 {
  const sum = place * SPREAD_PLACE + step * SPREAD_STEP;
  return EDGES + (sum >>> (32 - EDGE_BITS + 1)) * EDGE_SIZE * 2;
}

function isEdge(edge: u32, place: u32, step: u32): bool {
  return load<u32>(edge) === place && load<u32>(edge, 4) === step;
}

/** The edge that a step takes from a place; 0 when it is not known. */
export function edgeFrom(place: u32, step: u32): u32 {
  const edge = edgeOf(place, step);
  if (isEdge(edge, place, step)) return edge;
  return isEdge(edge + EDGE_SIZE, place, step) ? edge + EDGE_SIZE : 0;
}

/** The place that an edge enters, and the one that it ends at. */
export function edgeEntered(edge: u32): u32 {
  return load<u32>(edge, 8);
}

export function edgeEnd(edge: u32): u32 {
  return load<u32>(edge, 12);
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
export function tell(place: u32, step: u32, outer: u32): void {
  store<u32>(ENDS + place * END_SIZE, step);
  store<u32>(ENDS + place * END_SIZE, outer, 4);
  told = max(told, place + 1);
}

/** The step of the end tag of the element at a place, and the place around it. */
export function endStep(place: u32): u32 {
  return load<u32>(ENDS + place * END_SIZE);
}

export function around(place: u32): u32 {
  return load<u32>(ENDS + place * END_SIZE, 4);
}

/** Where it is remembered where the short tag that was read last leads from a place. */
export function wayFrom(place: u32): u32 {
  return WAYS + ((shortHash + place * SPREAD_PLACE) >>> (32 - WAY_BITS)) * WAY_SIZE;
}

export function isWay(way: u32, place: u32): bool {
  return load<u32>(way, 16) === wayKey(place) && !v128.any_true(v128.xor(v128.load(way), shortBytes));
}

/** The place that a way enters, and the one that it leads to. */
export function wayEntered(way: u32): u32 {
  return load<u32>(way, 20);
}

export function wayEnd(way: u32): u32 {
  return load<u32>(way, 24);
}

/** Whether a page goes that way for the first time: what it enters need not be noted again. */
export function isFirstOf(page: u32, way: u32): bool {
  if (load<u32>(way, 28) === page) return false;
  store<u32>(way, page, 28);
  return true;
}

/** Never 0, which an empty one has. */
function wayKey(place: u32): u32 {
  return ((place << 4) | shortLength) + 1;
}

/** Remembers where the short tag that was read last leads from a place. */
export function rememberWay(way: u32, place: u32, entered: u32, end: u32, page: u32): void {
  v128.store(way, shortBytes);
  store<u32>(way, wayKey(place), 16);
  store<u32>(way, entered, 20);
  store<u32>(way, end, 24);
  store<u32>(way, page, 28);
}
