/**
 * Reads an HTTP date: the three forms of RFC 9110 §5.6.7, of which the last
 * names no zone and means UTC.
 *
 * @returns milliseconds since the epoch, or undefined for anything else
 */
export function parseHttpDate(text: string): number | undefined {
  const fixed = /^[A-Z][a-z]{2,8}, \d\d[ -][A-Z][a-z]{2}[ -](?:\d\d){1,2} \d\d:\d\d:\d\d GMT$/.test(text);
  const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(text);
  if (!fixed && !asctime) return undefined;
  const date = Date.parse(asctime ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : date;
}
