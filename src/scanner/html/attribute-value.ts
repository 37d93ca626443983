import { decodeHTMLAttribute } from "entities/decode";

/** The values met last, by their marks, each a character to a byte: the pages of a site have most of theirs in common. */
const MAX_RECENT = 1024;
const MAX_RECENT_LENGTH = 256;
const recent: string[] = Array.from({ length: MAX_RECENT }, () => "");

/** Value of an attribute, decoded, that stands in the bytes from `start` to `end`. */
export function attributeValue(bytes: Buffer, start: number, end: number): string {
  const slot = markOf(bytes, start, end) & (MAX_RECENT - 1);
  const last = recent[slot] ?? "";
  if (isSame(last, bytes, start, end)) return last;
  const raw = bytes.toString("utf8", start, end);
  const value = decoded(raw);
  if (value === raw && raw.length === end - start && raw.length <= MAX_RECENT_LENGTH) recent[slot] = value;
  return value;
}

function isSame(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

function decoded(raw: string): string {
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
