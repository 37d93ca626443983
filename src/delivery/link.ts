import type { ManifestEntry } from "../manifest/types.js";
import { quotedString } from "../io/text/quoted-string.js";

/** One link-value of a `Link` field (RFC 8288 §3). */
export interface LinkValue {
  /** The whole value as written. */
  readonly text: string;
  /** The link target as written: a URI reference. */
  readonly target: string;
  /** Relation types, lower case. */
  readonly rel: readonly string[];
  /** Target attributes: name in lower case → value; "" for one without a value. The first of a name counts. */
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * Writes an entry as a link-value, or undefined when it can't be one: no
 * browser takes it (no `rel`), its target would end the link-value or name
 * another host, or an attribute has characters that a field can't hold.
 */
export function writeLink(entry: ManifestEntry): string | undefined {
  if (entry.rel === undefined || /[<>]|^[/\\]{2}/.test(entry.target)) return undefined;
  let value = `<${entry.target}>; rel=${entry.rel}; as=${entry.as}`;
  if (entry.type !== undefined) value += `; type=${quotedString(entry.type)}`;
  if (entry.crossorigin !== undefined) value += `; crossorigin=${entry.crossorigin}`;
  if (entry.integrity !== undefined) value += `; integrity=${quotedString(entry.integrity)}`;
  if (entry.media !== undefined) value += `; media=${quotedString(entry.media)}`;
  if (entry.fetchpriority !== undefined) value += `; fetchpriority=${entry.fetchpriority}`;
  if (entry.imagesrcset !== undefined) value += `; imagesrcset=${quotedString(entry.imagesrcset)}`;
  if (entry.imagesizes !== undefined) value += `; imagesizes=${quotedString(entry.imagesizes)}`;
  // A server in front that pushes what it finds announced has to leave the choice to the client.
  if (entry.media !== undefined || entry.imagesrcset !== undefined) value += "; nopush";
  return /^[\t\x20-\x7e]*$/.test(value) ? value : undefined;
}

/**
 * The `Link` field of a page that has an import map, or may get one: each
 * `modulepreload` of a script in the form that leaves the map alone. Those of
 * JSON and CSS modules stay as they are, as Firefox 153 passes over them; for
 * one of a worker there is no other form, and it goes.
 */
export function linksBesideImportMap(field: string): string {
  if (!/modulepreload/i.test(field)) return field;
  return readLinks(field)
    .flatMap((value) => (value.rel.includes("modulepreload") ? (asPreload(value) ?? []) : value.text))
    .join(", ");
}

function asPreload({ text, target, attributes }: LinkValue): string | undefined {
  const as = attributes.get("as")?.toLowerCase() ?? "";
  if (as === "json" || as === "style") return text;
  if (as !== "" && as !== "script") return undefined;
  const crossorigin = attributes.get("crossorigin")?.toLowerCase() === "use-credentials" ? "=use-credentials" : "";
  const rest = [...attributes].filter(([name]) => name !== "rel" && name !== "as" && name !== "crossorigin");
  const more = rest.map(([name, value]) => (value === "" ? `; ${name}` : `; ${name}=${quotedString(value)}`));
  return `<${target}>; rel=preload; as=script; crossorigin${crossorigin}${more.join("")}`;
}

/**
 * Reads a `Link` field. What is malformed ends the reading of its own
 * link-value; the values before and after it stand (RFC 8288 §B.2).
 */
export function readLinks(field: string): LinkValue[] {
  const links: LinkValue[] = [];
  const reader = new Reader(field);
  while (!reader.done) {
    const start = reader.position;
    const link = readLink(reader);
    const text = field.slice(start, reader.position).trim();
    if (link !== undefined) links.push({ text, ...link });
    reader.skipToNextValue();
  }
  return links;
}

function readLink(reader: Reader): Omit<LinkValue, "text"> | undefined {
  reader.skipSpace();
  const target = reader.bracketed();
  if (target === undefined) return undefined;
  const attributes = new Map<string, string>();
  reader.skipSpace();
  while (reader.take(";")) {
    reader.skipSpace();
    const name = reader.token().toLowerCase();
    reader.skipSpace();
    const value = reader.take("=") ? reader.value() : "";
    if (name !== "" && !attributes.has(name)) attributes.set(name, value);
    reader.skipSpace();
  }
  const rel = (attributes.get("rel") ?? "")
    .toLowerCase()
    .split(/[\t ]+/)
    .filter(Boolean);
  return { target, rel, attributes };
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  skipSpace(): void {
    this.#match(/[\t ]*/y);
  }

  token(): string {
    return this.#match(/[^\t ;,="<>]*/y);
  }

  bracketed(): string | undefined {
    const text = this.#match(/<[^>]*>/y);
    return text === "" ? undefined : text.slice(1, -1).trim();
  }

  value(): string {
    this.skipSpace();
    const text = this.#match(/"(?:[^"\\]|\\.)*"/sy);
    // An unquoted value may hold what a token can't: `as=font/woff2` is read by every browser.
    return text === "" ? this.#match(/[^\t ;,"]*/y) : text.slice(1, -1).replaceAll(/\\(.)/gs, "$1");
  }

  /**
   * Goes behind the next comma that stands outside of a quoted string and of
   * angle brackets. What is never closed takes all that follows.
   */
  skipToNextValue(): void {
    this.#match(/(?:"(?:[^"\\]|\\.)*"?|<[^>]*>?|[^,"<])*,?/sy);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}
