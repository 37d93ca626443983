const { lang } = document.documentElement;
const whole = new Intl.NumberFormat(lang, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(lang, { timeStyle: "medium" });

/** @param {number} value */
export const number = (value) => whole.format(value);

/** "812 B", "14.2 kB" (powers of 1,000). @param {number} bytes */
export const size = (bytes) =>
  Math.abs(bytes) < 1000 ? `${whole.format(bytes)} B` : `${tenths.format(bytes / 1000)} kB`;

/** @param {number} ms */
export const duration = (ms) => (ms < 2000 ? `${tenths.format(ms)} ms` : `${tenths.format(ms / 1000)} s`);

/** Time of day. @param {number} ms since the epoch */
export const timeOfDay = (ms) => clock.format(ms);

/** Names of protocols as people write them. @param {"h2" | "http/1.1"} protocol */
export const protocolName = (protocol) => (protocol === "h2" ? "HTTP/2" : "HTTP/1.1");
