const META_CHARSET = /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i;
/** Labels that mean UTF-8, or, in the words of the document itself, can only mean it (HTML §13.2.3.2). */
const UTF_8 = /^(?:utf-?8|utf-?16(?:le|be)?|us-ascii|ascii)$/i;
/** Where the HTML standard looks for the encoding ("prescan a byte stream"), in bytes. */
const PRESCAN = 1024;

function toUtf8(bytes: Buffer, label: string | undefined): Buffer {
  if (label === undefined || UTF_8.test(label)) return bytes;
  try {
    return Buffer.from(new TextDecoder(label).decode(bytes));
  } catch {
    // A label that nobody knows counts as none.
    return bytes;
  }
}

/** A copy, even of UTF-8: what was read to where it is parsed has to begin there. */
function byOrderMark(bytes: Buffer): Buffer | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return Buffer.from(bytes.subarray(3));
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return Buffer.from(new TextDecoder("utf-16le").decode(bytes));
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(new TextDecoder("utf-16be").decode(bytes));
  return undefined;
}

/**
 * An HTML document's bytes in UTF-8, from the encoding that it declares: a
 * byte order mark, else `meta charset`, else UTF-8.
 */
export function htmlToUtf8(bytes: Buffer): Buffer {
  return byOrderMark(bytes) ?? toUtf8(bytes, META_CHARSET.exec(bytes.toString("latin1", 0, PRESCAN))?.[1]);
}

/** A stylesheet's text: by its byte order mark, else `@charset`, else UTF-8 (CSS Syntax §3.2). */
export function decodeCss(bytes: Buffer): string {
  const label = /^@charset "([^"]*)";/.exec(bytes.toString("latin1", 0, PRESCAN))?.[1];
  return (byOrderMark(bytes) ?? toUtf8(bytes, label)).toString("utf8");
}
