import { markedEncoding, markLength } from "../../io/encoding/charset.js";
import type { Insertion } from "../../files/representation/insertion.js";
import { SCRIPT } from "./client.js";
import { insertionPoint } from "./insertion-point.js";

/** How the characters of ASCII are written: in a byte each, or in two. */
type Unit = "byte" | "little-endian pair" | "big-endian pair";

/** What a script element says beside where its script is. */
interface ScriptKind {
  /** That of the policy; without one, that of the page's first element with one counts. */
  readonly nonce?: string | undefined;
  /** The page is another server's: it has to say itself which files of ours it rests on. */
  readonly upstream?: boolean;
}

/**
 * The script element that goes into a page, and where. `async`: it never holds
 * up the parser. An external script is what `script-src 'self'` allows; where
 * the page's scripts have a nonce it takes theirs. Undefined where its place
 * is not certain: the page stays as it is.
 *
 * @param start the beginning of the page's content
 * @param contentType names the encoding, where one is known
 */
export function scriptInsertion(
  start: Buffer,
  contentType: string,
  { nonce, upstream = false }: ScriptKind = {},
): Insertion | undefined {
  const isXml = contentType.includes("xml");
  const unit = unitOf(start, contentType);
  const mark = markLength(start);
  const text = decode(start.subarray(mark), unit);
  const at = insertionPoint(text, isXml);
  // Behind an escape sequence of ISO-2022-JP, bytes of ASCII may be parts of other characters.
  if (at === undefined || text.slice(0, at).includes("\u001B")) return undefined;
  const bytes = encode(scriptElement({ nonce: nonce ?? nonceIn(text), upstream }, isXml), unit);
  return { at: mark + at * (unit === "byte" ? 1 : 2), bytes };
}

/** The text of a page's beginning, as far as it is ASCII. */
export function textOf(start: Buffer, contentType = ""): string {
  return decode(start.subarray(markLength(start)), unitOf(start, contentType));
}

/** In XML with its namespace, whatever the root element is. */
function scriptElement({ nonce, upstream = false }: ScriptKind, isXml: boolean): string {
  const attributes = [
    ...(isXml ? [`xmlns="http://www.w3.org/1999/xhtml"`] : []),
    `src="${SCRIPT}"`,
    ...(nonce === undefined ? [] : [`nonce="${nonce}"`]),
    ...(upstream ? [`data-upstream=""`] : []),
    isXml ? `async="async"` : "async",
  ];
  return `<script ${attributes.join(" ")}></script>`;
}

/** The nonce of the first element that has one; in its alphabet (CSP 3 §2.3.1), which needs no escapes. */
export function nonceIn(text: string): string | undefined {
  const tag =
    /<(?:script|style|link)\s(?:"[^"]*"|'[^']*'|[^<>"'])*?(?<=[\s"'/])nonce\s*=\s*["']?([\w+/-]+={0,2})(?=["'\s>])/i;
  return tag.exec(text)?.[1];
}

/** The content security policies that `meta` elements give. */
export function metaPolicies(text: string): readonly string[] {
  const metas = text.match(/<meta\s(?:"[^"]*"|'[^']*'|[^<>"'])*>/gi) ?? [];
  return metas
    .filter((meta) => /(?<=[\s"'/])http-equiv\s*=\s*["']?content-security-policy["'\s/>]/i.test(meta))
    .flatMap((meta) => /(?<=[\s"'/])content\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(meta)?.slice(1) ?? [])
    .filter((policy) => policy !== undefined)
    .map((policy) => policy.replaceAll(/&(?:#0*39|#x0*27|apos);/gi, "'"));
}

function unitOf(start: Buffer, contentType: string): Unit {
  const encoding = markedEncoding(start) ?? /charset=([\w-]+)/i.exec(contentType)?.[1]?.toLowerCase();
  if (encoding === "utf-16le") return "little-endian pair";
  return encoding === "utf-16be" ? "big-endian pair" : "byte";
}

/** Text whose indices are those of the bytes, or of pairs of them. */
function decode(bytes: Buffer, unit: Unit): string {
  if (unit === "byte") return bytes.toString("latin1");
  const pairs = bytes.subarray(0, bytes.length & ~1);
  return unit === "little-endian pair" ? pairs.toString("utf16le") : Buffer.from(pairs).swap16().toString("utf16le");
}

function encode(text: string, unit: Unit): Buffer {
  if (unit === "byte") return Buffer.from(text, "latin1");
  const pairs = Buffer.from(text, "utf16le");
  return unit === "little-endian pair" ? pairs : pairs.swap16();
}
