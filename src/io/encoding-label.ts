/**
 * The encoding that a label names (Encoding standard §4.2), in lower case;
 * undefined for a label that nobody knows, and for those that decode to
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
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
