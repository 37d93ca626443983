import { isUtf8 } from "node:buffer";
import { metaEncoding } from "./meta-charset.js";
import { encodingOf } from "./encoding-label.js";

/** How a text can say which encoding it is in; "plain": by a byte order mark alone. */
export type TextKind = "html" | "xml" | "css" | "plain";

/** How much of a text its encoding is judged by (bytes). */
export const JUDGED_BYTES = 64 * 1024;

/** Where HTML and CSS look for what a text says of its encoding (bytes): HTML §13.2.3.2, CSS Syntax 3 §3.2. */
const PRESCAN_BYTES = 1024;

/** Escape sequences of ISO-2022-JP, whose bytes are all ASCII, and so would pass as UTF-8. */
// eslint-disable-next-line no-control-regex -- an escape is a control character
const ISO_2022_JP = /\u001B(?:\$[@B]|\([IJ])/;

// eslint-disable-next-line no-control-regex -- ASCII begins with control characters
const ASCII = /^[\0-\u007F]*$/;

/**
 * The encoding that a text is to be named with (Encoding standard, in lower
 * case): what it says itself, else UTF-8 when its bytes decode as that.
 * Undefined where it cannot be told: a client then does what it does with a
 * file. Two encodings with the same bytes can't be told apart, so what the
 * text says counts for more than its bytes.
 *
 * @param content the text or its beginning
 * @param size bytes of the whole text
 */
export function encodingIn(content: Buffer, kind: TextKind, size = content.length): string | undefined {
  const start = content.subarray(0, JUDGED_BYTES);
  const declared = markedEncoding(start) ?? declaredEncoding(start, kind);
  if (declared !== undefined) return declared;
  const text = start.toString("latin1");
  if (!isUtf8(size > start.length ? withoutCut(start) : start) || ISO_2022_JP.test(text)) return undefined;
  return kind === "html" && ASCII.test(text) && isLateOther(text) ? undefined : "utf-8";
}

/**
 * The encoding that browsers take a text in which is named with none: the one
 * of a `meta` element behind the first 1,024 bytes, else that of the document
 * which loads it, else the one that most of them take by default.
 */
export function assumedEncoding(content: Buffer, kind: TextKind, environment = "windows-1252"): string {
  const late = kind === "html" ? metaEncoding(content.toString("latin1", 0, JUDGED_BYTES)) : undefined;
  return late ?? environment;
}

/** That of a byte order mark, which counts for more than anything else (Encoding §6, BOM sniff). */
export function markedEncoding(start: Buffer): string | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return "utf-8";
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  return start[0] === 0xfe && start[1] === 0xff ? "utf-16be" : undefined;
}

/** Bytes of the byte order mark that a text in that encoding begins with. */
export function markLength(start: Buffer): number {
  const marked = markedEncoding(start);
  return marked === undefined ? 0 : marked === "utf-8" ? 3 : 2;
}

function declaredEncoding(start: Buffer, kind: TextKind): string | undefined {
  switch (kind) {
    case "html":
      return wideEncoding(start) ?? metaEncoding(start.toString("latin1", 0, PRESCAN_BYTES)) ?? xmlEncoding(start);
    case "xml":
      return wideEncoding(start) ?? xmlEncoding(start);
    case "css":
      return labelled(/^@charset "([^"]*)";/.exec(start.toString("latin1", 0, PRESCAN_BYTES))?.[1]);
    case "plain":
      return undefined;
  }
}

/** UTF-16 by the first characters of an XML declaration, where there is no byte order mark (XML, appendix F). */
function wideEncoding(start: Buffer): string | undefined {
  const first = start.toString("latin1", 0, 6);
  if (first === "<\0?\0x\0") return "utf-16le";
  return first === "\0<\0?\0x" ? "utf-16be" : undefined;
}

/** That of an XML declaration (XML §4.3.3; HTML, "get an XML encoding"). */
function xmlEncoding(start: Buffer): string | undefined {
  const declaration = /^<\?xml[^>]*?encoding\s*=\s*(?:"([^"\s>]*)"|'([^'\s>]*)')/.exec(
    start.toString("latin1", 0, PRESCAN_BYTES),
  );
  return labelled(declaration?.[1] ?? declaration?.[2]);
}

/** What a label inside a text means: a text whose label could be read as ASCII is not in UTF-16. */
function labelled(label: string | undefined): string | undefined {
  const encoding = label === undefined ? undefined : encodingOf(label);
  return encoding === "utf-16le" || encoding === "utf-16be" ? "utf-8" : encoding;
}

/** Whether a page in ASCII so far goes on in another encoding than UTF-8, as it says too late for the prescan. */
function isLateOther(text: string): boolean {
  const late = metaEncoding(text);
  return late !== undefined && late !== "utf-8";
}

/** Without the first bytes of a character whose last ones lie behind the end. */
function withoutCut(start: Buffer): Buffer {
  for (let back = 1; back <= 3; back++) {
    const byte = start[start.length - back] ?? 0;
    if (byte < 0x80) return start;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? start.subarray(0, start.length - back) : start;
  }
  return start;
}
