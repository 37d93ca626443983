import { assumedEncoding, encodingIn, type TextKind } from "../../io/encoding/charset.js";
import { decode } from "../../io/encoding/encoding-label.js";

/** Whether an HTML document is XML, by its name: it says its encoding in another way then. */
export function isXmlName(file: string): boolean {
  return /\.xht(?:ml)?$/i.test(file);
}

/** The encoding that a browser takes an HTML document in. */
export function documentEncoding(bytes: Buffer, isXml = false): string {
  return takenEncoding(bytes, isXml ? "xml" : "html");
}

/** An HTML document's bytes in UTF-8, without byte order mark. */
export function htmlToUtf8(bytes: Buffer, encoding = documentEncoding(bytes)): Buffer {
  return toUtf8(bytes, encoding);
}

/**
 * A stylesheet's text, and the encoding that it was in.
 *
 * @param environment encoding of what loads it, where it says none itself (CSS Syntax 3 §3.2)
 */
export function decodeCss(bytes: Buffer, environment?: string): { readonly text: string; readonly encoding: string } {
  const encoding = takenEncoding(bytes, "css", environment);
  return { text: toUtf8(bytes, encoding).toString("utf8"), encoding };
}

/** The encoding that the server names, else the one that a browser assumes. */
function takenEncoding(bytes: Buffer, kind: TextKind, environment?: string): string {
  return encodingIn(bytes, kind) ?? assumedEncoding(bytes, kind, environment);
}

/** With a mark a copy, even of UTF-8: what was read to where it is parsed has to begin there. */
function toUtf8(bytes: Buffer, encoding: string): Buffer {
  if (encoding !== "utf-8") return Buffer.from(decode(bytes, encoding));
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? Buffer.from(bytes.subarray(3)) : bytes;
}
