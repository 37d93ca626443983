/** A field to be set: its name in lower case. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/**
 * Fields that the framing of a response rests on, which the server alone
 * knows (RFC 9110 §6.6.1, §8.4, §8.6, §14.4, RFC 9112 §6, RFC 9113 §8.2.2).
 */
const framing: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "date",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Reads `name: value`; a sentence in lower case when it is none, or none that may be set. */
export function parseField(text: string): Field | string {
  const at = text.indexOf(":");
  if (at <= 0) return `not a field: ${text}`;
  const name = text.slice(0, at).trim().toLowerCase();
  const value = text.slice(at + 1).trim();
  const refused = refusedName(name);
  if (refused !== undefined) return refused;
  if (value === "") return `no value for ${name}`;
  // RFC 9110 §5.5, without obs-text: HTTP has no encoding for it.
  if (!/^[\t\x20-\x7e]*$/.test(value)) return `characters that a field can't hold: ${text}`;
  if (name === "etag" && !ENTITY_TAG.test(value)) return `not an entity tag, quotes included: ${text}`;
  return { name, value };
}

/** RFC 9110 §8.8.3. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/;

/** Why no rule may name a field; undefined when it may (RFC 9110 §5.1). */
export function refusedName(name: string): string | undefined {
  if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(name)) return `not the name of a field: ${name}`;
  if (framing.has(name)) return `${name} is the server's to set`;
  if (name === "location") return "location is set by _redirects";
  if (name === "basic-auth") return "basic-auth is no field of a response";
  return undefined;
}

/** Reads fields that were checked before. */
export function fieldsOf(lines: readonly string[]): readonly Field[] {
  return lines.map(parseField).filter((field) => typeof field !== "string");
}
