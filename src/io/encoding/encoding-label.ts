/**
 * The encoding that a label names (Encoding standard §4.2), in lower case;
 * undefined for an unknown label, and for those that decode to
 * nothing ("replacement").
 */
export function encodingOf(label: string): string | undefined {
  if (/^\s*utf-?8\s*$/i.test(label)) return "utf-8";
  try {
    return new TextDecoder(label).encoding.toLowerCase();
  } catch {
    // The two that browsers know and Node does not.
    return /^\s*(iso-8859-16|x-user-defined)\s*$/i.exec(label)?.[1]?.toLowerCase();
  }
}

/** Text of bytes in an encoding; in UTF-8 where Node does not know that one. A byte order mark is dropped. */
export function decode(bytes: Uint8Array, encoding: string): string {
  try {
    const text = new TextDecoder(encoding).decode(bytes);
    return encoding === "windows-1252" ? text.replaceAll(/[\u0080-\u009F]/g, inWindows1252) : text;
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** What 0x80 to 0x9F are in windows-1252 (Encoding standard, "index windows-1252"): Node 20 takes it for ISO-8859-1. */
const WINDOWS_1252 =
  "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F" +
  "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

const inWindows1252 = (char: string) => WINDOWS_1252.charAt(char.charCodeAt(0) - 0x80);
