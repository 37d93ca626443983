import { deliveryModes, type DeliveryMode } from "../delivery/plan.js";
import { H2PushError } from "../errors.js";
import { DEFAULT_VIEWPORT, parseViewport, type Viewport } from "../manifest/media.js";
import type { CachePolicy } from "../static/freshness.js";
import { normalizeNames } from "../tls/names.js";
import { tlsVersions, type TlsMin } from "../tls/secure-context.js";

/** What an option can be set to. */
export type OptionValue = string | number | boolean | undefined | readonly string[] | Viewport;

/** One option: declared here once, for the command line and the library alike. */
export interface Option<T> {
  /** As commander has it. */
  readonly flags: string;
  readonly description: string;
  readonly default: T;
  /**
   * The value that was meant.
   *
   * @throws {H2PushError} "usage", naming the value
   */
  readonly check: (value: unknown) => T;
}

/** Where to listen when nothing else was said. Free of privileges, and what other tools use for https beside 443. */
export const DEFAULT_PORT = 8443;

export const serverOptions = {
  port: {
    flags: "-p, --port <number>",
    description: "port to listen on, 0 for a free one",
    default: DEFAULT_PORT,
    check: wholeNumber("a port", 0, 65_535),
  },
  host: {
    flags: "-H, --host <name>",
    description: "address to listen on",
    default: "localhost",
    check: checkHost,
  },
  delivery: {
    flags: "--delivery <means>",
    description: deliveryModes.join(", "),
    default: "auto",
    check: checkDelivery,
  },
  allowHost: {
    flags: "--allow-host <name>",
    description: "answer for this host too, repeatable",
    default: [],
    check: checkNames,
  },
  single: {
    flags: "--single [file]",
    description: "page for paths without a file (index.html)",
    default: undefined,
    check: checkSingle,
  },
  list: {
    flags: "--list",
    description: "list directories without an index page",
    default: false,
    check: checkSwitch,
  },
  dotfiles: {
    flags: "--dotfiles",
    description: "serve dotfiles",
    default: false,
    check: checkSwitch,
  },
  symlinks: {
    flags: "--symlinks",
    description: "follow links that lead out of the root",
    default: false,
    check: checkSwitch,
  },
  cache: {
    flags: "--cache <how>",
    description: "seconds, off, or immutable (names with a hash)",
    default: undefined,
    check: checkCache,
  },
  compress: {
    flags: "--no-compress",
    description: "no br, zstd and gzip",
    default: true,
    check: checkSwitch,
  },
  memory: {
    flags: "--memory <MB>",
    description: "memory for small files",
    default: 64,
    check: wholeNumber("a number of megabytes", 0, 1_000_000),
  },
  tlsMin: {
    flags: "--tls-min <version>",
    description: `oldest TLS to accept: ${tlsVersions.join(" or ")}`,
    default: "1.2",
    check: checkTlsMin,
  },
  pushCount: {
    flags: "--push-count <number>",
    description: "pushes for a page at most",
    default: 100,
    check: wholeNumber("a number of pushes", 0, 10_000),
  },
  pushBytes: {
    flags: "--push-bytes <bytes>",
    description: "bytes pushed, or window",
    default: 4 * 1024 * 1024,
    check: checkPushBytes,
  },
  serverTiming: {
    flags: "--server-timing",
    description: "say on each page what was pushed and linked",
    default: false,
    check: checkSwitch,
  },
  manifest: {
    flags: "--manifest <file>",
    description: "take what pages need from this file, and scan nothing",
    default: undefined,
    check: checkFile,
  },
  viewport: {
    flags: "--viewport <size>",
    description: "window that pages are scanned for: WIDTHxHEIGHT[@DENSITY] (default: 1280x720)",
    default: DEFAULT_VIEWPORT,
    check: checkViewport,
  },
  watch: {
    flags: "--no-watch",
    description: "do not watch files: a change shows up to 350 ms later",
    default: true,
    check: checkSwitch,
  },
  rtt: {
    flags: "--rtt <ms>",
    description: "play a slow network: round-trip time",
    default: 0,
    check: wholeNumber("a round-trip time in milliseconds", 0, 60_000),
  },
  kbps: {
    flags: "--kbps <number>",
    description: "play a slow network: bandwidth",
    default: 0,
    check: wholeNumber("a number of kilobits per second", 0, 100_000_000),
  },
} as const satisfies Record<string, Option<OptionValue>>;

/** Every option with its value. */
export type Settings = {
  readonly [Name in keyof typeof serverOptions]: ReturnType<(typeof serverOptions)[Name]["check"]>;
};

/** What may be given for each option: its value, or the text of a number. */
export interface GivenSettings {
  /** Fails when it is taken. Without one: 8443, or the next that is free. 0 picks a free one. */
  readonly port?: number | string;
  /** A name or an IP address; `localhost` (the default) means 127.0.0.1 and ::1. */
  readonly host?: string;
  /** How pages get what they need; "auto" by default. */
  readonly delivery?: DeliveryMode;
  /** Hosts to answer for, beside loopback names, addresses and the names of the certificate. */
  readonly allowHost?: readonly string[];
  /**
   * For single-page applications: the page in the root that answers
   * navigations to paths without a file; `true` means index.html.
   */
  readonly single?: string | boolean;
  /** Lists directories without an index page. */
  readonly list?: boolean;
  /** Serves dotfiles; `.well-known` is served without. */
  readonly dotfiles?: boolean;
  /** Follows symbolic links that lead out of the root. */
  readonly symlinks?: boolean;
  /**
   * How long clients may use what they have without asking: seconds, "off"
   * (they store nothing), or "immutable" (names with a content hash for a
   * year). Without it they ask each time, for stylesheets after two seconds.
   */
  readonly cache?: number | string;
  /** Sends content in a coding where the client takes one: made here, or from files beside (`.br`, `.zst`, `.gz`). */
  readonly compress?: boolean;
  /** Megabytes of content that are kept in memory; 64 by default. */
  readonly memory?: number | string;
  /** The oldest version of TLS to accept; "1.2" by default. */
  readonly tlsMin?: TlsMin;
  /** At most so many pushes for a page; 100 by default. */
  readonly pushCount?: number | string;
  /** At most so many bytes pushed for a page (4 MiB by default), or what the client's window leaves. */
  readonly pushBytes?: number | string;
  /** Says on each page what was pushed and linked, in a `server-timing` field. */
  readonly serverTiming?: boolean;
  /**
   * A manifest (JSON) to take what pages need from, instead of scanning them:
   * as `h2push manifest` writes it, or as http2-push-manifest does.
   */
  readonly manifest?: string;
  /** The window that pages are scanned for, as text "1280x720", "390x844@3"; 1280 × 720, one device pixel to a CSS pixel, by default. */
  readonly viewport?: Viewport | string;
  /** Watches the files that pages need, so that a change is seen at once; without it up to 350 ms later. */
  readonly watch?: boolean;
  /** Plays a slow network: its round-trip time in milliseconds. */
  readonly rtt?: number | string;
  /** Plays a slow network: its bandwidth each way in kilobits per second; 0 (the default) for no limit. */
  readonly kbps?: number | string;
}

/**
 * The settings that were given, checked, and the defaults of the others.
 *
 * @throws {H2PushError} "usage", naming the value
 */
export function checkSettings(given: GivenSettings): Settings {
  const { port, host, delivery, tlsMin, pushCount, pushBytes, serverTiming, rtt, kbps } = serverOptions;
  const { allowHost, single, list, dotfiles, symlinks, cache, compress, memory } = serverOptions;
  const { manifest, viewport, watch } = serverOptions;
  return {
    port: port.check(given.port ?? port.default),
    host: host.check(given.host ?? host.default),
    delivery: delivery.check(given.delivery ?? delivery.default),
    allowHost: allowHost.check(given.allowHost ?? allowHost.default),
    single: single.check(given.single),
    list: list.check(given.list ?? list.default),
    dotfiles: dotfiles.check(given.dotfiles ?? dotfiles.default),
    symlinks: symlinks.check(given.symlinks ?? symlinks.default),
    cache: cache.check(given.cache),
    compress: compress.check(given.compress ?? compress.default),
    memory: memory.check(given.memory ?? memory.default),
    tlsMin: tlsMin.check(given.tlsMin ?? tlsMin.default),
    pushCount: pushCount.check(given.pushCount ?? pushCount.default),
    pushBytes: pushBytes.check(given.pushBytes ?? pushBytes.default),
    serverTiming: serverTiming.check(given.serverTiming ?? serverTiming.default),
    manifest: manifest.check(given.manifest),
    viewport: viewport.check(given.viewport ?? viewport.default),
    watch: watch.check(given.watch ?? watch.default),
    rtt: rtt.check(given.rtt ?? rtt.default),
    kbps: kbps.check(given.kbps ?? kbps.default),
  };
}

/** A check for a whole number within bounds, given as a number or in digits. */
function wholeNumber(what: string, from: number, to: number): (value: unknown) => number {
  return (value) => {
    const number = typeof value === "string" && /^\d{1,12}$/.test(value.trim()) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= from && number <= to) return number;
    throw new H2PushError("usage", `not ${what}: ${String(value)}`, `it is a whole number from ${from} to ${to}`);
  };
}

function checkPushBytes(value: unknown): number | "window" {
  if (value === "window") return value;
  return wholeNumber('a number of bytes or "window"', 0, 2 ** 40)(value);
}

function checkSwitch(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new H2PushError("usage", `neither true nor false: ${String(value)}`);
}

function checkNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return normalizeNames(value.map(String));
  throw new H2PushError("usage", `not a list of hosts: ${String(value)}`);
}

/** URL path of the page, or undefined. */
function checkSingle(value: unknown): string | undefined {
  if (value === undefined || value === false) return undefined;
  const file = typeof value === "string" ? value.replace(/^\.?\//, "") : "index.html";
  // `--single ./site` takes the root for the file.
  if (/\.x?html?$/i.test(file)) return `/${file.split("/").map(encodeURIComponent).join("/")}`;
  throw new H2PushError("usage", `not a page: ${file}`, "the root goes first: h2push ./site --single");
}

function checkFile(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new H2PushError("usage", `not a file: ${JSON.stringify(value)}`, "pass its path");
}

function checkViewport(value: unknown): Viewport {
  const viewport = typeof value === "string" ? parseViewport(value) : value;
  if (isViewport(viewport)) return viewport;
  throw new H2PushError("usage", `not a viewport: ${String(value)}`, "for example --viewport 1280x720 or 390x844@3");
}

function isViewport(value: unknown): value is Viewport {
  if (typeof value !== "object" || value === null || !("colorScheme" in value)) return false;
  if (value.colorScheme !== "light" && value.colorScheme !== "dark") return false;
  const sizes = ["width", "height", "density"].map((name): unknown => Reflect.get(value, name));
  return sizes.every((size) => typeof size === "number" && size > 0 && Number.isFinite(size));
}

function checkCache(value: unknown): CachePolicy {
  if (value === undefined) return "default";
  if (value === "off" || value === "immutable") return value;
  return wholeNumber('a number of seconds, "off" or "immutable"', 0, 31_536_000)(value);
}

function checkTlsMin(value: unknown): TlsMin {
  const version = tlsVersions.find((known) => known === value);
  if (version !== undefined) return version;
  throw new H2PushError("usage", `no such version of TLS: ${String(value)}`, `choose ${tlsVersions.join(" or ")}`);
}

function checkHost(value: unknown): string {
  if (typeof value === "string" && /^[\w.:-]+$/.test(value)) return value;
  throw new H2PushError("usage", `not a host name or address: ${String(value)}`, "for example localhost or 0.0.0.0");
}

function checkDelivery(value: unknown): DeliveryMode {
  const mode = deliveryModes.find((known) => known === value);
  if (mode !== undefined) return mode;
  throw new H2PushError("usage", `no such delivery: ${String(value)}`, `choose one of ${deliveryModes.join(", ")}`);
}
