/** A range as the client wrote it (RFC 9110 §14.1.1), in bytes from 0, both ends included. */
export type RangeSpec =
  | { readonly kind: "bounded"; readonly first: number; readonly last: number }
  | { readonly kind: "open-ended"; readonly first: number }
  /** The last `length` bytes. */
  | { readonly kind: "suffix"; readonly length: number };

/** Bytes of a representation from 0, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** A field with more ranges is ignored: it costs more to answer than the whole file. */
const MAX_RANGES = 100;

/**
 * Reads a `range` field.
 *
 * @returns undefined for one to be ignored (RFC 9110 §14.2): another unit, broken, first behind last, too many
 */
export function parseRange(field: string): readonly RangeSpec[] | undefined {
  const set = /^bytes=(.+)$/i.exec(field.trim())?.[1];
  if (set === undefined) return undefined;
  const specs: RangeSpec[] = [];
  for (const item of set.split(",")) {
    const text = item.trim();
    // An empty element of a list counts for nothing (RFC 9110 §5.6.1.2).
    if (text === "") continue;
    const spec = parseSpec(text);
    if (spec === undefined || specs.length === MAX_RANGES) return undefined;
    specs.push(spec);
  }
  return specs.length === 0 ? undefined : specs;
}

function parseSpec(text: string): RangeSpec | undefined {
  const parts = /^(\d*)-(\d*)$/.exec(text);
  if (parts === null) return undefined;
  const [, first = "", last = ""] = parts;
  if (first === "") return last === "" ? undefined : { kind: "suffix", length: Number(last) };
  if (last === "") return { kind: "open-ended", first: Number(first) };
  return Number(first) > Number(last) ? undefined : { kind: "bounded", first: Number(first), last: Number(last) };
}

/**
 * The bytes that are meant of a representation of `size` bytes, in the order
 * of the request; ranges that overlap or touch are joined, as the same byte is
 * not worth sending twice (RFC 9110 §15.3.7.2).
 *
 * @returns none when nothing can be satisfied: 416
 */
export function resolveRanges(specs: readonly RangeSpec[], size: number): readonly ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = resolveRange(spec, size);
    if (range !== undefined) ranges.push(range);
  }
  return joined(ranges);
}

function resolveRange(spec: RangeSpec, size: number): ByteRange | undefined {
  switch (spec.kind) {
    case "suffix":
      return spec.length === 0 || size === 0 ? undefined : { first: Math.max(0, size - spec.length), last: size - 1 };
    case "open-ended":
      return spec.first < size ? { first: spec.first, last: size - 1 } : undefined;
    case "bounded":
      return spec.first < size ? { first: spec.first, last: Math.min(spec.last, size - 1) } : undefined;
  }
}

/** Joins what overlaps or touches; a joined range stands where the first of its parts stood. */
function joined(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = ranges.map((range, position) => ({ ...range, position })).sort((a, b) => a.first - b.first);
  const result: { first: number; last: number; position: number }[] = [];
  for (const range of sorted) {
    const before = result.at(-1);
    if (before !== undefined && range.first <= before.last + 1) {
      before.last = Math.max(before.last, range.last);
      before.position = Math.min(before.position, range.position);
    } else {
      result.push(range);
    }
  }
  return result.sort((a, b) => a.position - b.position).map(({ first, last }) => ({ first, last }));
}

/** The value of `content-range` (RFC 9110 §14.4); without a range that of a 416. */
export function contentRange(range: ByteRange | undefined, size: number): string {
  return range === undefined ? `bytes */${size}` : `bytes ${range.first}-${range.last}/${size}`;
}
