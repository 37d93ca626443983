import { language, text } from "./language.js";

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(language, { style: "percent" });

/** @param {number} value */
export const number = (value) => whole.format(value);

/** @param {number} ms */
export function duration(ms) {
  return ms < 2000 ? text("unit.ms", { value: whole.format(ms) }) : text("unit.s", { value: tenths.format(ms / 1000) });
}

/** @param {number} part of 1 */
export const percent = (part) => share.format(part);

/** @param {number} bytes */
export const megabytes = (bytes) => text("unit.MB", { value: tenths.format(bytes / 1_000_000) });

/** Kilobits per second; 0 for no limit. @param {number} kbps */
export function bandwidth(kbps) {
  if (kbps === 0) return text("network.unlimited");
  return kbps < 1000 ? text("unit.kbit", { value: whole.format(kbps) }) : text("unit.mbit", { value: kbps / 1000 });
}

/** @param {Date} date */
export const timeOfDay = (date) => date.toLocaleTimeString(language, { hour12: false });

/** Names of ALPN protocols (RFC 7301) in words. @param {string} protocol */
export function protocolName(protocol) {
  return { h3: "HTTP/3", h2: "HTTP/2", "http/1.1": "HTTP/1.1" }[protocol] ?? (protocol || text("word.unknown"));
}
