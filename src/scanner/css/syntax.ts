/** What an item of a block ended at: a rule's `{`, a declaration's `;`, or the block's own end. */
export type ItemEnd = "{" | ";" | "}";

const SPACE = /[\t\n\f\r ]/;
/** Runs that are passed over at the speed of a search: white space, and characters that mean nothing between items. */
const SPACES = /[\t\n\f\r ]+/y;
const PLAIN = /[^"'()/;[\\\]{}]+/y;
/** An escape, a string, or an unquoted URL: what is in it is no syntax. */
const OPAQUE = /\\[^]|"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|\burl\(\s*(?!["'\s])(?:[^)\\]|\\[^])*\)?/gi;
const COMMENT_OR_OPAQUE = new RegExp(String.raw`(${OPAQUE.source})|\/\*[^]*?(?:\*\/|$)`, "gi");
const ESCAPE = /\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[\t\n\f\r ])?|(\r\n|\n|\f|\r)|([^]))/g;

/**
 * Walks through a stylesheet's text item by item, as CSS Syntax 3 §5 splits
 * it, without making tokens: an item is what stands before a `{`, a `;` or
 * the block's `}`. Every character is looked at once.
 */
export class CssCursor {
  readonly text: string;
  position: number;
  /** Where the item read last begins and ends. */
  itemStart = 0;
  itemEnd = 0;

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  /**
   * Reads the next item and what ends it; at the text's end an open block
   * ends. Outside of all blocks a `}` ends nothing, and a `;` an at-rule
   * alone: behind a rule, it is part of the next one, which it makes invalid.
   */
  next(outermost = false): ItemEnd {
    this.#skipSpace();
    this.itemStart = this.position;
    // Unknown before the first brace; a name can be long, and the braces many.
    let isCustom = this.text.startsWith("--", this.position) ? undefined : false;
    const isEnded = !outermost || this.text.startsWith("@", this.position);
    for (let depth = 0; this.position < this.text.length;) {
      this.#skip(PLAIN);
      const code = this.text.charCodeAt(this.position);
      if (depth === 0) {
        if (code === 0x3b && isEnded) return this.#end(";");
        if (code === 0x7d && !outermost) return this.#end("}");
        if (code === 0x7b) {
          isCustom ??= this.#isCustomProperty();
          if (!isCustom) return this.#end("{");
          this.position += 1;
          this.skipBlock();
          continue;
        }
      }
      depth = this.#advance(code, depth);
    }
    this.itemEnd = this.text.length;
    return "}";
  }

  /** Passes over the rest of the block that was entered last, with its `}`. */
  skipBlock(): void {
    let depth = 1;
    while (this.position < this.text.length) {
      this.#skip(PLAIN);
      const code = this.text.charCodeAt(this.position);
      if (code === 0x7b) depth += 1;
      else if (code === 0x7d) depth -= 1;
      this.#advance(code, 0);
      if (depth === 0) return;
    }
  }

  /** The item read last, without comments. */
  item(): string {
    return withoutComments(this.text.slice(this.itemStart, this.itemEnd)).trim();
  }

  /** The items of the block that was entered last, up to its end. Blocks in it are passed over. */
  *items(): Generator<string> {
    for (;;) {
      const end = this.next();
      if (end === "{") this.skipBlock();
      else yield this.item();
      if (end === "}") return;
    }
  }

  #end(end: ItemEnd): ItemEnd {
    this.itemEnd = this.position;
    this.position += 1;
    return end;
  }

  #isCustomProperty(): boolean {
    return /^--[^\s:{]+\s*:/.test(this.text.slice(this.itemStart, this.position));
  }

  /** Passes over one character, string, comment or raw URL; returns the depth of brackets after it. */
  #advance(code: number, depth: number): number {
    switch (code) {
      case 0x22:
      case 0x27:
        this.#skipString(code);
        return depth;
      case 0x5c:
        this.position += 2;
        return depth;
      case 0x2f:
        if (this.text.charCodeAt(this.position + 1) === 0x2a) this.#skipComment();
        else this.position += 1;
        return depth;
      case 0x28:
        this.position += 1;
        if (this.#atRawUrl()) {
          this.#skipRawUrl();
          return depth;
        }
        return depth + 1;
      case 0x5b:
        this.position += 1;
        return depth + 1;
      case 0x29:
      case 0x5d:
        this.position += 1;
        return Math.max(0, depth - 1);
      default:
        this.position += 1;
        return depth;
    }
  }

  #skipSpace(): void {
    for (;;) {
      this.#skip(SPACES);
      if (this.text.startsWith("/*", this.position)) this.#skipComment();
      else if (this.text.startsWith("<!--", this.position)) this.position += 4;
      else if (this.text.startsWith("-->", this.position)) this.position += 3;
      else return;
    }
  }

  /** Passes over what the pattern, which is sticky, finds here. */
  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.position;
    if (pattern.test(this.text)) this.position = pattern.lastIndex;
  }

  #skipComment(): void {
    const end = this.text.indexOf("*/", this.position + 2);
    this.position = end < 0 ? this.text.length : end + 2;
  }

  /** A string ends at its quotation mark, or, broken, at the line's end (§4.3.5). */
  #skipString(quote: number): void {
    for (this.position += 1; this.position < this.text.length; this.position += 1) {
      const code = this.text.charCodeAt(this.position);
      if (code === 0x5c) this.position += 1;
      else if (code === quote || code === 0x0a || code === 0x0c || code === 0x0d) break;
    }
    this.position += 1;
  }

  /** Whether an unquoted URL follows the parenthesis just passed: its characters are no syntax (§4.3.6). */
  #atRawUrl(): boolean {
    const { text, position } = this;
    if ((text.charCodeAt(position - 2) | 0x20) !== 0x6c) return false;
    if (text.slice(position - 4, position - 1).toLowerCase() !== "url") return false;
    let at = position;
    while (SPACE.test(text[at] ?? "")) at += 1;
    return text[at] !== '"' && text[at] !== "'";
  }

  #skipRawUrl(): void {
    for (; this.position < this.text.length; this.position += 1) {
      const code = this.text.charCodeAt(this.position);
      if (code === 0x5c) this.position += 1;
      else if (code === 0x29) break;
    }
    this.position += 1;
  }
}

/** A text without its comments; one within a string or an unquoted URL is none. */
export function withoutComments(text: string): string {
  if (!text.includes("/*")) return text;
  return text.replaceAll(COMMENT_OR_OPAQUE, (_, opaque: string | undefined) => opaque ?? " ");
}

/** A text with something else for each escape, string and unquoted URL in it. */
export function replaceOpaque(text: string, replacement: (opaque: string) => string): string {
  return text.replaceAll(OPAQUE, replacement);
}

/** Resolves the escapes of an identifier, a string or a URL (CSS Syntax 3 §4.3.7). */
export function unescapeCss(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(
    ESCAPE,
    (_, hex: string | undefined, newline: string | undefined, char: string | undefined) => {
      if (newline !== undefined) return "";
      if (hex === undefined) return char ?? "";
      const code = Number.parseInt(hex, 16);
      const invalid = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
      return invalid ? "\ufffd" : String.fromCodePoint(code);
    },
  );
}

/** A quoted string's content, or an identifier as it is, unescaped. */
export function unquote(text: string): string {
  const trimmed = text.trim();
  const quote = trimmed[0];
  if (quote !== '"' && quote !== "'") return unescapeCss(trimmed);
  return unescapeCss(trimmed.slice(1, trimmed.endsWith(quote) && trimmed.length > 1 ? -1 : undefined));
}

/** A declaration: `property: value`, with its `!important` told apart. */
export interface RawDeclaration {
  /** Lower-case; a custom property's as written. */
  readonly property: string;
  readonly value: string;
  readonly important: boolean;
}

/** Reads an item as a declaration; undefined when it is none, or one of a property that does not count. */
export function parseDeclaration(
  item: string,
  counts: (property: string) => boolean = () => true,
): RawDeclaration | undefined {
  const colon = item.indexOf(":");
  if (colon <= 0) return undefined;
  const name = item.slice(0, colon).trim();
  if (!counts(name) || !/^[-\w\\\u0080-\uffff]+$/.test(name)) return undefined;
  const important = /!\s*important\s*$/i.exec(item);
  const value = item.slice(colon + 1, important === null ? undefined : important.index).trim();
  const property = name.startsWith("--") ? unescapeCss(name) : name.toLowerCase();
  return { property, value, important: important !== null };
}
