import { decode } from "../../io/encoding/encoding-label.js";

/** The bytes of each character in one encoding. */
type Table = ReadonlyMap<string, readonly number[]>;

/** Encodings whose characters are neither one nor two bytes: they are not written. */
const OTHERS = new Set(["gb18030", "iso-2022-jp", "iso-8859-16", "x-user-defined"]);

/** Encodings with characters of two bytes (Encoding standard §10 on). */
const DOUBLE = new Set(["big5", "euc-jp", "euc-kr", "gbk", "shift_jis"]);

/** Characters that Big5 has twice, and writes with the second (Encoding standard §5, "index Big5 pointer"). */
const SECOND_IN_BIG5 = new Set("\u2550\u255e\u2561\u256a\u5341\u5345");

const tables = new Map<string, Table>();

/**
 * A reference with its query as a browser writes it that is in an encoding
 * other than UTF-8: in the bytes of that encoding (URL standard, "percent-encode
 * after encoding"). In UTF-16 there is UTF-8 in URLs, too.
 *
 * @returns undefined where it can't be told
 */
export function inEncoding(url: string, encoding: string): string | undefined {
  if (encoding.startsWith("utf-")) return url;
  const [, before = "", query = "", after = ""] = /^([^#?]*\?)([^#]*)(.*)$/s.exec(url) ?? [];
  if (!/[^\0-\u007F]/.test(query)) return url;
  if (OTHERS.has(encoding)) return undefined;
  const table = tableOf(encoding);
  return before + query.replaceAll(/[^\0-\u007F]/gu, (char) => written(char, table)) + after;
}

function written(char: string, table: Table): string {
  const bytes = table.get(char);
  // What the encoding lacks is a character reference, percent-encoded.
  if (bytes === undefined) return `%26%23${char.codePointAt(0)}%3B`;
  return bytes.map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : hex(byte))).join("");
}

/** Whether a byte stands in a query as it is (URL standard, "special-query percent-encode set"). */
const isPlain = (byte: number) => byte > 0x20 && byte < 0x7f && !"\"#<>'".includes(String.fromCharCode(byte));

const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

function tableOf(encoding: string): Table {
  let table = tables.get(encoding);
  if (table === undefined) tables.set(encoding, (table = makeTable(encoding)));
  return table;
}

/** Node only reads these encodings: what one or two bytes can be is read, and turned round. */
function makeTable(encoding: string): Table {
  const table = new Map<string, readonly number[]>();
  const add = (bytes: readonly number[]) => {
    const char = decode(Uint8Array.from(bytes), encoding);
    if (char.length === 0 || char.includes("\uFFFD") || Array.from(char).length > 1) return;
    if (!table.has(char) || (encoding === "big5" && SECOND_IN_BIG5.has(char))) table.set(char, bytes);
  };
  for (let byte = 0x80; byte <= 0xff; byte += 1) add([byte]);
  if (!DOUBLE.has(encoding)) return table;
  for (let first = encoding === "big5" ? 0xa1 : 0x81; first < 0xff; first += 1) {
    // NEC's rows of Shift_JIS are read and not written.
    if (encoding === "shift_jis" && (first === 0xed || first === 0xee)) continue;
    for (let second = 0x40; second < 0xff; second += 1) add([first, second]);
  }
  return table;
}
