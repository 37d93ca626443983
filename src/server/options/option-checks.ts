import { announcements } from "../../delivery/announcement.js";
import { deliveryModes } from "../../delivery/plan.js";
import { H2PushError } from "../../errors.js";
import { parseViewport, type Viewport } from "../../scanner/css/media-queries.js";
import { parseField } from "../../rules/headers/field.js";
import { isCredentials } from "../../rules/guards/basic-auth.js";
import { parseProxyRule } from "../proxy/proxy-rule.js";
import type { CachePolicy } from "../../files/freshness.js";
import { normalizeNames } from "../../tls/issue/certificate-names.js";
import { tlsVersions } from "../../tls/store/secure-context.js";

const wrong = (message: string, hint?: string) => new H2PushError("usage", message, hint);

/** A check for a whole number within bounds, given as a number or in digits. */
export function wholeNumber(what: string, from: number, to: number) {
  const check = (value: unknown): number => {
    const number = typeof value === "string" && /^\d{1,12}$/.test(value.trim()) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= from && number <= to) return number;
    throw wrong(`not ${what}: ${String(value)}`, `it must be a whole number from ${from} to ${to}`);
  };
  return Object.assign(check, { json: { type: "integer", minimum: from, maximum: to } as const });
}

/** A check for a percentage, with decimals or without. */
export function percentage(what: string, to: number) {
  const check = (value: unknown): number => {
    const number = typeof value === "string" && /^\d{1,3}(\.\d{1,6})?$/.test(value.trim()) ? Number(value) : value;
    if (typeof number === "number" && number >= 0 && number <= to) return number;
    throw wrong(`not ${what}: ${String(value)}`, `it must be a number from 0 to ${to}`);
  };
  return Object.assign(check, { json: { type: "number", minimum: 0, maximum: to } as const });
}

/** A check for one of the words that an option knows. */
export function oneOf<const Word extends string>(what: string, words: readonly Word[]) {
  const check = (value: unknown): Word => {
    const word = words.find((known) => known === value);
    if (word !== undefined) return word;
    throw wrong(`no such ${what}: ${String(value)}`, `choose one of ${words.join(", ")}`);
  };
  return Object.assign(check, { json: { enum: words } });
}

export const checkJobs = wholeNumber("a number of threads", 1, 64);

const checkBytes = wholeNumber('a number of bytes or "window"', 0, 2 ** 40);

export function checkPushBytes(value: unknown): number | "window" {
  return value === "window" ? value : checkBytes(value);
}
checkPushBytes.json = { anyOf: [checkBytes.json, { enum: ["window"] }] };

export function checkSwitch(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw wrong(`neither true nor false: ${String(value)}`);
}

export function checkNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return normalizeNames(value.map(String));
  throw wrong(`not a list of hosts: ${String(value)}`);
}

/** URL path of the page, or undefined. */
export function checkSingle(value: unknown): string | undefined {
  if (value === undefined || value === false) return undefined;
  const file = typeof value === "string" ? value : "index.html";
  const names = file.replace(/^\.?\//, "").split("/");
  // `--single ./site` takes the root for the file.
  if (/\.x?html?$/i.test(file)) return `/${names.map(encodeURIComponent).join("/")}`;
  throw wrong(`not a page: ${file}`, "the root goes first: h2push ./site --single");
}

/** Never names it. */
export function checkPassphrase(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "" && value !== "@")) return value;
  throw wrong("not a passphrase", "or @FILE, to read it from the first line of a file");
}

/** The path of the page to open: true means the site's own; undefined opens none. */
export function checkOpen(value: unknown): string | true | undefined {
  if (value === undefined || value === false) return undefined;
  // Two slashes would name another host.
  if (value === true || (typeof value === "string" && /^\/(?![/\\])[^\s\\]*$/.test(value))) return value;
  throw wrong(
    `not a path of the site: ${typeof value === "string" ? value : typeof value}`,
    "for example --open /docs/; the root goes first: h2push ./site --open",
  );
}

/** Never names the password. */
export function checkAuth(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && (/^@./.test(value) || isCredentials(value))) return value;
  throw wrong("not user:password", "or @FILE, to read it from the first line of a file");
}

/** "*", an origin, or undefined. */
export function checkCors(value: unknown): string | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true || value === "*") return "*";
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && url.origin !== "null" && `${url.origin}/` === url.href) return url.origin;
  throw wrong(
    `not an origin: ${typeof value === "string" ? value : typeof value}`,
    "for example --cors https://app.example",
  );
}

export function checkProxy(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw wrong(`not a list of PATH=URL: ${String(value)}`);
  const rules = value.map(String);
  const prefixes = rules.map((rule) => parseProxyRule(rule).prefix);
  const twice = prefixes.find((prefix, at) => prefixes.indexOf(prefix) !== at);
  if (twice !== undefined) {
    throw wrong(`two upstreams for ${twice === "" ? "/" : twice}`, "each path has one: leave out the others, --proxy");
  }
  return rules;
}

/** As it goes over the wire, with a slash at both ends. */
export function checkBase(value: unknown): string {
  const hint = "for example --base /repo/";
  if (typeof value !== "string" || value === "" || /[?#\\]|\/\/|:/.test(value)) {
    throw wrong(`not a path: ${JSON.stringify(value)}`, hint);
  }
  const path = `/${value}/`.replaceAll(/\/{2,}/g, "/");
  const { pathname } = new URL(path, "https://h2push.invalid");
  // `./` would mean another path on each page.
  if (pathname.split("/").length === path.split("/").length) return pathname;
  throw wrong(`not a path from the root: ${value}`, hint);
}

export function checkFile(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw wrong(`not a file: ${JSON.stringify(value)}`, "pass its path");
}

export function checkGlobs(value: unknown): readonly string[] {
  const hint = "for example --live-ignore '*.map'";
  if (!Array.isArray(value)) throw wrong(`not a list of globs: ${String(value)}`, hint);
  const globs = value.map(String);
  const bad = globs.find((glob) => /^[./]*$/.test(glob) || glob.length > 1000);
  if (bad !== undefined) throw wrong(`not a glob: ${JSON.stringify(bad.slice(0, 40))}`, hint);
  return globs;
}

export function checkViewport(value: unknown): Viewport {
  const viewport = typeof value === "string" ? parseViewport(value) : value;
  if (isViewport(viewport)) return viewport;
  throw wrong(`not a viewport: ${String(value)}`, "for example --viewport 1280x720 or 390x844@3");
}

function isViewport(value: unknown): value is Viewport {
  if (typeof value !== "object" || value === null || !("colorScheme" in value)) return false;
  if (value.colorScheme !== "light" && value.colorScheme !== "dark") return false;
  const sizes = ["width", "height", "density"].map((name): unknown => Reflect.get(value, name));
  return sizes.every((size) => typeof size === "number" && size > 0 && Number.isFinite(size));
}

const checkSeconds = wholeNumber('a number of seconds, "off" or "immutable"', 0, 31_536_000);

export function checkCache(value: unknown): CachePolicy {
  if (value === undefined) return "default";
  if (value === "off" || value === "immutable") return value;
  return checkSeconds(value);
}
checkCache.json = { anyOf: [checkSeconds.json, { enum: ["off", "immutable"] }] };

/** Lines of `name: value`. */
export function checkHeader(value: unknown): readonly string[] {
  const hint = "for example --header 'cache-control: no-store'";
  if (!Array.isArray(value)) throw wrong(`not a list of fields: ${String(value)}`, hint);
  return value.map((line) => {
    const field = parseField(String(line));
    if (typeof field === "string") throw wrong(field, hint);
    return `${field.name}: ${field.value}`;
  });
}

export function checkHost(value: unknown): string {
  if (typeof value === "string" && /^(?!unix:$|-)(?:[\w.:-]+|unix:[^\0]+)$/.test(value)) return value;
  throw wrong(`not a host name or address: ${String(value)}`, "for example localhost or 0.0.0.0");
}

export const checkPort = wholeNumber("a port", 0, 65_535);

/** True leaves the port to the server. */
export function checkRedirect(value: unknown): number | true | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return value;
  // `--redirect ./site` takes the root for the port.
  if (typeof value !== "string" || /^-?\d/.test(value)) return checkPort(value);
  throw wrong(`not a port: ${value}`, "the root goes first: h2push ./site --redirect");
}
checkRedirect.json = checkPort.json;

export const checkDelivery = oneOf("delivery", deliveryModes);
export const checkAnnounce = oneOf("announcement", announcements);
export const checkTlsMin = oneOf("version of TLS", tlsVersions);

const checkSigner = oneOf("authority", ["h2push", "mkcert"]);

/** Who signs our own certificate; undefined leaves the default. */
export const checkAuthority = Object.assign(
  (value: unknown) => (value === undefined ? undefined : checkSigner(value)),
  { json: checkSigner.json },
);
