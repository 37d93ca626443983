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

let second = 0;
let text = "";

/** The time of day as a field has it (RFC 9110 §5.6.7). */
export function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
