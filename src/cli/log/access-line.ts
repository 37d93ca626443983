import type { Delivery } from "../../delivery/history.js";
import { summarize } from "../../delivery/delivery-summary.js";
import type { RequestRecord } from "../../server/request-record.js";

/**
 * A line of Apache's common log format, `%h %l %u %t "%r" %>s %b`, and behind
 * it what that lacks: `%^FB %D` (microseconds to the first byte and to the
 * end) and in quotes what was delivered with a page.
 */
export function commonLine(record: RequestRecord): string {
  return `${request(record)} ${measures(record)}`;
}

/** The same in the combined format, which has `"%{Referer}i" "%{User-agent}i"` before that. */
export function combinedLine(record: RequestRecord): string {
  const { referer, userAgent } = record;
  return `${request(record)} ${quoted(referer)} ${quoted(userAgent)} ${measures(record)}`;
}

function request({ remoteAddress, time, method, target, httpVersion, status, bytes }: RequestRecord): string {
  const version = httpVersion === "2" ? "2.0" : httpVersion;
  const line = quoted(`${method} ${target} HTTP/${version}`);
  return `${remoteAddress ?? "-"} - - [${timestamp(time)}] ${line} ${status || "-"} ${bytes || "-"}`;
}

function measures({ firstByte, duration, delivery }: RequestRecord): string {
  return `${firstByte === undefined ? "-" : micros(firstByte)} ${micros(duration)} ${quoted(delivered(delivery))}`;
}

const micros = (milliseconds: number) => Math.round(milliseconds * 1000);

function delivered(delivery: Delivery | undefined): string | undefined {
  if (delivery === undefined) return undefined;
  const { push, pushBytes, hint, link, skipped } = summarize(delivery.targets);
  const left = [...skipped.values()].reduce((sum, number) => sum + number, 0);
  return `push=${push} pushBytes=${pushBytes} hint=${hint} link=${link} skipped=${left}`;
}

const SPECIAL = /[^ !#-[\]-~]/;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** In quotes, and escaped as Apache does it: no byte of a client ends the quotes or the line. */
function quoted(text = "-"): string {
  return SPECIAL.test(text) ? `"${Array.from(text, escape).join("")}"` : `"${text}"`;
}

function escape(character: string): string {
  if (!SPECIAL.test(character)) return character;
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  // A field is a string of bytes (RFC 9110 §5.5), of which Node makes characters below 256.
  const bytes = Buffer.from(character, character.charCodeAt(0) < 256 ? "latin1" : "utf8");
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

let second = 0;
let written = "";

/** `25/Nov/2026:22:43:52 +0100`, in local time. Made once a second, as it costs more than the rest of a line. */
function timestamp(time: number): string {
  const now = Math.floor(time / 1000);
  if (now !== second || written === "") {
    second = now;
    written = localTime(new Date(time));
  }
  return written;
}

function localTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}`;
  const offset = -date.getTimezoneOffset();
  const ahead = Math.abs(offset);
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(ahead / 60))}${two(ahead % 60)}`;
  return `${day}:${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
}
