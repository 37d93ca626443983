import { announcements, deliveryModes, type Announcement, type DeliveryMode } from "../../delivery/plan.js";
import { DEFAULT_VIEWPORT, type Viewport } from "../../scanner/css/media-queries.js";
import { tlsVersions, type TlsMin } from "../../tls/store/secure-context.js";
import {
  checkAnnounce,
  checkBase,
  checkCache,
  checkDelivery,
  checkFile,
  checkHeader,
  checkHost,
  checkNames,
  checkPushBytes,
  checkRedirect,
  checkSingle,
  checkSwitch,
  checkTlsMin,
  checkAuth,
  checkCors,
  checkProxy,
  checkViewport,
  wholeNumber,
} from "./option-checks.js";
import type { Option, OptionValue } from "./option.js";
import { checkPorts } from "../listen/ports.js";

/** Where to listen when nothing else was said. Free of privileges, and what other tools use for https beside 443. */
export const DEFAULT_PORT = 8443;

export const serverOptions = {
  port: {
    flags: "-p, --port <number>",
    description: "port to listen on, 0 for a free one",
    group: "Listening",
    common: true,
    example: "3000",
    default: DEFAULT_PORT,
    check: wholeNumber("a port", 0, 65_535),
  },
  host: {
    flags: "-H, --host <name>",
    description: "address to listen on",
    group: "Listening",
    common: true,
    example: "0.0.0.0",
    default: "localhost",
    check: checkHost,
  },
  redirect: {
    flags: "--redirect [port]",
    description: "send plain HTTP on this port to https (8080)",
    group: "Listening",
    default: undefined,
    check: checkRedirect,
  },
  delivery: {
    flags: "--delivery <means>",
    description: deliveryModes.join(", "),
    group: "Delivery",
    common: true,
    default: "auto",
    check: checkDelivery,
  },
  announce: {
    flags: "--announce <what>",
    description: `what Link and 103 name: ${announcements.join(", ")}`,
    group: "Delivery",
    common: true,
    default: "unseen",
    check: checkAnnounce,
  },
  allowHost: {
    flags: "--allow-host <name>",
    description: "answer for this host too, repeatable",
    group: "Listening",
    default: [],
    check: checkNames,
  },
  auth: {
    flags: "--auth <user:password>",
    description: "ask for a password; @FILE to read it from one",
    group: "Listening",
    example: "me:secret",
    default: undefined,
    secret: true,
    check: checkAuth,
  },
  single: {
    flags: "--single [file]",
    description: "page for paths without a file (index.html)",
    group: "Files",
    common: true,
    default: undefined,
    check: checkSingle,
  },
  base: {
    flags: "--base <path>",
    description: "serve the site below this path",
    group: "Files",
    example: "/repo/",
    default: "/",
    check: checkBase,
  },
  list: {
    flags: "--list",
    description: "list directories without an index page",
    group: "Files",
    common: true,
    default: false,
    check: checkSwitch,
  },
  dotfiles: {
    flags: "--dotfiles",
    description: "serve dotfiles",
    group: "Files",
    default: false,
    check: checkSwitch,
  },
  symlinks: {
    flags: "--symlinks",
    description: "follow links that lead out of the root",
    group: "Files",
    default: false,
    check: checkSwitch,
  },
  cache: {
    flags: "--cache <how>",
    description: "seconds, off, or immutable (names with a hash)",
    group: "Files",
    common: true,
    default: undefined,
    check: checkCache,
  },
  header: {
    flags: "--header <field>",
    description: "field of every response, repeatable",
    group: "Files",
    example: "'cache-control: no-store'",
    default: [],
    check: checkHeader,
  },
  compress: {
    flags: "--no-compress",
    description: "no br, zstd and gzip",
    group: "Files",
    default: true,
    check: checkSwitch,
  },
  memory: {
    flags: "--memory <MB>",
    description: "memory for small files",
    group: "Files",
    default: 64,
    check: wholeNumber("a number of megabytes", 0, 1_000_000),
  },
  cors: {
    flags: "--cors [origin]",
    description: "let pages of other origins read all (any)",
    group: "Files",
    common: true,
    default: undefined,
    check: checkCors,
  },
  coi: {
    flags: "--coi",
    description: "cross-origin isolation (COOP and COEP)",
    group: "Files",
    default: false,
    check: checkSwitch,
  },
  live: {
    flags: "--live",
    description: "reload pages when what they need changes",
    group: "Files",
    common: true,
    default: false,
    check: checkSwitch,
  },
  tlsMin: {
    flags: "--tls-min <version>",
    description: `oldest TLS to accept: ${tlsVersions.join(" or ")}`,
    group: "Certificate",
    default: "1.2",
    check: checkTlsMin,
  },
  pushCount: {
    flags: "--push-count <number>",
    description: "pushes for a page at most",
    group: "Delivery",
    default: 100,
    check: wholeNumber("a number of pushes", 0, 10_000),
  },
  pushBytes: {
    flags: "--push-bytes <bytes>",
    description: "bytes pushed, or window",
    group: "Delivery",
    default: 4 * 1024 * 1024,
    check: checkPushBytes,
  },
  serverTiming: {
    flags: "--server-timing",
    description: "say on each page what was pushed and linked",
    group: "Delivery",
    default: false,
    check: checkSwitch,
  },
  learn: {
    flags: "--no-learn",
    description: "do not learn from what clients ask for",
    group: "Delivery",
    default: true,
    check: checkSwitch,
  },
  learnFile: {
    flags: "--learn-file <file>",
    description: "keep what was learned across restarts",
    group: "Delivery",
    example: "learned.json",
    default: undefined,
    check: checkFile,
  },
  manifest: {
    flags: "--manifest <file>",
    description: "take what pages need from this file, and scan nothing",
    group: "What pages need",
    common: true,
    default: undefined,
    check: checkFile,
  },
  viewport: {
    flags: "--viewport <size>",
    description: "window that pages are scanned for: WIDTHxHEIGHT[@DENSITY] (default: 1280x720)",
    group: "What pages need",
    example: "390x844@3",
    default: DEFAULT_VIEWPORT,
    check: checkViewport,
  },
  watch: {
    flags: "--no-watch",
    description: "do not watch files: a change shows up to 350 ms later",
    group: "What pages need",
    default: true,
    check: checkSwitch,
  },
  proxy: {
    flags: "--proxy <path=url>",
    description: "pass requests below a path on, repeatable",
    group: "Network",
    common: true,
    example: "/api=http://localhost:3000",
    default: [],
    check: checkProxy,
  },
  proxyTimeout: {
    flags: "--proxy-timeout <seconds>",
    description: "seconds an upstream may stay silent; 0: no limit",
    group: "Network",
    default: 30,
    check: wholeNumber("a number of seconds", 0, 86_400),
  },
  rtt: {
    flags: "--rtt <ms>",
    description: "simulate a slow network: round-trip time",
    group: "Network",
    common: true,
    example: "100",
    default: 0,
    check: wholeNumber("a round-trip time in milliseconds", 0, 60_000),
  },
  kbps: {
    flags: "--kbps <number>",
    description: "simulate a slow network: bandwidth",
    group: "Network",
    common: true,
    example: "1600",
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
  /**
   * A name or an IP address; `localhost` (the default) means 127.0.0.1 and
   * ::1, `unix:PATH` a socket of the file system instead of a port.
   */
  readonly host?: string;
  /**
   * Answers plain HTTP on a port of its own, with 308 to the same place in
   * https; 0 picks a free one, `true` means 8080, or 80 beside 443.
   */
  readonly redirect?: number | string | boolean;
  /** How pages get what they need; "auto" by default. */
  readonly delivery?: DeliveryMode;
  /** What `Link` and 103 name: "unseen" (what a browser can't find in the HTML by itself), or "all". */
  readonly announce?: Announcement;
  /** Hosts to answer for, beside loopback names, addresses and the names of the certificate. */
  readonly allowHost?: readonly string[];
  /**
   * For single-page applications: the page in the root that answers
   * navigations to paths without a file; `true` means index.html.
   */
  readonly single?: string | boolean;
  /**
   * Serves the site below this path, "/repo/", as hosts of projects do; `/`
   * leads there. Routes, the proxy and live reload keep their paths.
   */
  readonly base?: string;
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
  /** Fields of every response, each as "name: value"; `Link` is delivered like what pages need. */
  readonly header?: readonly string[];
  /** Sends content in a coding where the client takes one: made here, or from files beside (`.br`, `.zst`, `.gz`). */
  readonly compress?: boolean;
  /** Megabytes of content that are kept in memory; 64 by default. */
  readonly memory?: number | string;
  /** Pages load anew when what they need has changed; stylesheets are swapped. Clients ask each time then, whatever `cache` says. */
  readonly live?: boolean;
  /** The oldest version of TLS to accept; "1.2" by default. */
  readonly tlsMin?: TlsMin;
  /** At most so many pushes for a page; 100 by default. */
  readonly pushCount?: number | string;
  /** At most so many bytes pushed for a page (4 MiB by default), or what the client's window leaves. */
  readonly pushBytes?: number | string;
  /** Says on each page what was pushed and linked, in a `server-timing` field. */
  readonly serverTiming?: boolean;
  /** Learns from what clients ask for what each page needs; true by default, false beside `manifest` and `delivery: "none"`, unless `learnFile` is given. */
  readonly learn?: boolean;
  /** A file (JSON) that keeps what was learned across restarts. */
  readonly learnFile?: string;
  /**
   * A manifest (JSON) to take what pages need from, instead of scanning them:
   * as `h2push manifest` writes it, or as http2-push-manifest does.
   */
  readonly manifest?: string;
  /** The window that pages are scanned for, as text "1280x720", "390x844@3"; 1280 × 720, one device pixel to a CSS pixel, by default. */
  readonly viewport?: Viewport | string;
  /** Watches the files that pages need, so that a change is seen at once; without it up to 350 ms later. */
  readonly watch?: boolean;
  /**
   * Lets only clients in that know `user:password` (RFC 7617); `@FILE` takes
   * it from the first line of a file. Covers every response.
   */
  readonly auth?: string;
  /** Lets pages of every origin (`true`, "*") or of one origin read every response. */
  readonly cors?: string | boolean;
  /** Makes pages cross-origin isolated, as SharedArrayBuffer asks for. */
  readonly coi?: boolean;
  /**
   * Passes requests on: `/api=http://localhost:3000` those for `/api` and for
   * what is below it. The path stays as it is, unless the URL has one: that
   * takes the place of the prefix (`/api=http://localhost:3000/` drops it).
   */
  readonly proxy?: readonly string[];
  /** How long an upstream may be silent when it is to answer, in seconds; 30 by default, 0 for ever. */
  readonly proxyTimeout?: number | string;
  /** Plays a slow network: its round-trip time in milliseconds. */
  readonly rtt?: number | string;
  /** Plays a slow network: its bandwidth each way in kilobits per second; 0 (the default) for no limit. */
  readonly kbps?: number | string;
}

/** The settings among options of which others are not the server's. */
export function settingsIn(given: GivenSettings): GivenSettings {
  return Object.fromEntries(Object.entries<OptionValue>({ ...given }).filter(([name]) => name in serverOptions));
}

/**
 * The settings that were given, checked, and the defaults of the others.
 *
 * @throws {H2PushError} "usage", naming the value
 */
export function checkSettings(given: GivenSettings): Settings {
  const values = Object.entries<Option<OptionValue>>(serverOptions).map(([name, option]) => {
    const value: unknown = Reflect.get(given, name);
    return [name, option.check(value ?? option.default)] as const;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each row's check gives the type of that row
  const settings = Object.fromEntries(values) as Settings;
  checkPorts(settings);
  return settings;
}
