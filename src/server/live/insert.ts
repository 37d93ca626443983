import type { Insertion } from "../../static/insertion.js";
import { SCRIPT } from "./client.js";
import { insertionPoint } from "./insertion-point.js";

type Encoding = "utf-16le" | "utf-16be" | "ascii";

/**
 * The script element that goes into a page, and where. `async`: it never holds
 * up the parser. An external script is what `script-src 'self'` allows; where
 * the page's scripts have a nonce it takes theirs.
 *
 * @param start the beginning of the page's content
 */
export function scriptInsertion(start: Buffer, contentType: string): Insertion | undefined {
  const isXml = contentType.includes("xml");
  const { encoding, mark } = encodingOf(start);
  const text = decode(start.subarray(mark), encoding);
  const at = insertionPoint(text, isXml);
  if (at === undefined) return undefined;
  const bytes = encode(scriptElement(nonceIn(text), isXml), encoding);
  return { at: mark + at * (encoding === "ascii" ? 1 : 2), bytes };
}

/** The text of a page's beginning, as far as it is ASCII. */
export function textOf(start: Buffer): string {
  const { encoding, mark } = encodingOf(start);
  return decode(start.subarray(mark), encoding);
}

/** In XML with its namespace, whatever the root element is. */
function scriptElement(nonce: string | undefined, isXml: boolean): string {
  const attributes = [
    ...(isXml ? [`xmlns="http://www.w3.org/1999/xhtml"`] : []),
    `src="${SCRIPT}"`,
    ...(nonce === undefined ? [] : [`nonce="${nonce}"`]),
    isXml ? `async="async"` : "async",
  ];
  return `<script ${attributes.join(" ")}></script>`;
}

/** The nonce of the first element that has one; in its alphabet (CSP 3 §2.3.1), which needs no escapes. */
export function nonceIn(text: string): string | undefined {
  const tag =
    /<(?:script|style|link)\s(?:"[^"]*"|'[^']*'|[^>"'])*?(?<=[\s"'/])nonce\s*=\s*["']?([\w+/-]+={0,2})(?=["'\s>])/i;
  return tag.exec(text)?.[1];
}

/** The content security policies that `meta` elements give. */
export function metaPolicies(text: string): readonly string[] {
  const metas = text.match(/<meta\s(?:"[^"]*"|'[^']*'|[^>"'])*>/gi) ?? [];
  return metas
    .filter((meta) => /(?<=[\s"'/])http-equiv\s*=\s*["']?content-security-policy["'\s/>]/i.test(meta))
    .flatMap((meta) => /(?<=[\s"'/])content\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(meta)?.slice(1) ?? [])
    .filter((policy) => policy !== undefined)
    .map((policy) => policy.replaceAll(/&(?:#0*39|#x0*27|apos);/gi, "'"));
}

/** A byte order mark counts for more than the `charset` that a file is served with (HTML §13.2.3.2). */
function encodingOf(start: Buffer): { readonly encoding: Encoding; readonly mark: number } {
  const [first, second, third] = start;
  if (first === 0xff && second === 0xfe) return { encoding: "utf-16le", mark: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: "utf-16be", mark: 2 };
  return { encoding: "ascii", mark: first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0 };
}

/** Text whose indices are those of the bytes, or of pairs of them. */
function decode(bytes: Buffer, encoding: Encoding): string {
  if (encoding === "ascii") return bytes.toString("latin1");
  const pairs = bytes.subarray(0, bytes.length & ~1);
  return encoding === "utf-16le" ? pairs.toString("utf16le") : Buffer.from(pairs).swap16().toString("utf16le");
}

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === "ascii") return Buffer.from(text, "latin1");
  return encoding === "utf-16le" ? Buffer.from(text, "utf16le") : Buffer.from(text, "utf16le").swap16();
}
