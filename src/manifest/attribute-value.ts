import { decodeHTMLAttribute } from "entities/decode";

/** Value of an attribute, decoded, that stands in the bytes from `start` to `end`. */
export function attributeValue(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString("utf8", start, end);
  const value = raw.includes("\0") ? raw.replaceAll("\0", "\ufffd") : raw;
  return value.includes("&") ? decodeHTMLAttribute(value) : value;
}

/** A number that few values have in common: of a value's length and four of its bytes. */
export function markOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length <= 0) return 0;
  const outer = Math.imul((bytes[start] ?? 0) + 31 * (bytes[end - 1] ?? 0), 1009);
  const inner = (bytes[start + (length >> 1)] ?? 0) + 37 * (bytes[end - 1 - (length >> 2)] ?? 0);
  return (outer + Math.imul(inner, 9176) + length * 101) & 0xffff;
}
