/** A text, with what turns a slice of it into characters. */
export interface EncodedText {
  /** One byte to a character (latin1) when the file is UTF-8, else decoded already. */
  readonly text: string;
  readonly decode: (slice: string) => string;
}

const NOT_ASCII = /[\x80-\xff]/;
const META_CHARSET = /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i;
/** Where the HTML standard looks for the encoding (§13.2.3.2, "prescan"), in bytes. */
const PRESCAN = 1024;

const same = (slice: string): string => slice;

function fromUtf8(slice: string): string {
  return NOT_ASCII.test(slice) ? Buffer.from(slice, "latin1").toString("utf8") : slice;
}

function decoded(bytes: Buffer, label: string): EncodedText {
  return { text: new TextDecoder(label).decode(bytes), decode: same };
}

function byOrderMark(bytes: Buffer): EncodedText | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { text: bytes.toString("latin1", 3), decode: fromUtf8 };
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decoded(bytes, "utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decoded(bytes, "utf-16be");
  return undefined;
}

function inEncoding(bytes: Buffer, label: string | undefined): EncodedText {
  if (label !== undefined && !/^(?:utf-?8|utf-?16(?:le|be)?|us-ascii|ascii)$/i.test(label)) {
    try {
      return decoded(bytes, label);
    } catch {
      // A label that nobody knows counts as none (§13.2.3.2).
    }
  }
  return { text: bytes.toString("latin1"), decode: fromUtf8 };
}

/**
 * Reads an HTML document's bytes in the encoding that it declares: a byte
 * order mark, else `meta charset` (where "utf-16" means UTF-8, HTML
 * §13.2.3.2), else UTF-8.
 */
export function decodeHtml(bytes: Buffer): EncodedText {
  const marked = byOrderMark(bytes);
  if (marked !== undefined) return marked;
  return inEncoding(bytes, META_CHARSET.exec(bytes.toString("latin1", 0, PRESCAN))?.[1]);
}

/** Reads a stylesheet's bytes: a byte order mark, else `@charset`, else UTF-8 (CSS Syntax §3.2). */
export function decodeCss(bytes: Buffer): EncodedText {
  const marked = byOrderMark(bytes);
  if (marked !== undefined) return marked;
  return inEncoding(bytes, /^@charset "([^"]*)";/.exec(bytes.toString("latin1", 0, PRESCAN))?.[1]);
}
