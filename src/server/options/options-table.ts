import { announcements, type Announcement } from "../../delivery/announcement.js";
import { deliveryModes, type DeliveryMode } from "../../delivery/plan.js";
import { DEFAULT_VIEWPORT, type Viewport } from "../../scanner/css/media-queries.js";
import { tlsVersions, type TlsMin } from "../../tls/store/secure-context.js";
import {
  checkAnnounce,
  checkAuth,
  checkBase,
  checkCache,
  checkCors,
  checkDelivery,
  checkFile,
  checkGlobs,
  checkHeader,
  checkHost,
  checkNames,
  checkPort,
  checkProxy,
  checkPushBytes,
  checkRedirect,
  checkSingle,
  checkSwitch,
  checkTlsMin,
  checkViewport,
  percentage,
  wholeNumber,
} from "./option-checks.js";
import { optionsOf, type Option, type OptionsNamed, type OptionValue } from "./option.js";
import { checkPorts } from "../listen/ports.js";

/** The default port: it needs no privileges, and other tools use it for HTTPS too. */
export const DEFAULT_PORT = 8443;

const listening = optionsOf("Listening");
const delivering = optionsOf("Delivery");
const files = optionsOf("Files");
const certificate = optionsOf("Certificate");
const needs = optionsOf("What pages need");
const limits = optionsOf("Limits");
const network = optionsOf("Network");
const output = optionsOf("Output");

const seconds = wholeNumber("a number of seconds", 0, 86_400);

const delay = wholeNumber("a number of milliseconds", 0, 60_000);

const NONE: readonly string[] = [];

export const serverOptions = {
  port: listening("-p, --port <number>", "port to listen on, 0 for a free one", checkPort, DEFAULT_PORT, {
    example: "3000",
  }),
  host: listening("-H, --host <name>", "address to listen on", checkHost, "localhost", { example: "0.0.0.0" }),
  redirect: listening(
    "--redirect [port]",
    "redirect plain HTTP on this port to https (8080)",
    checkRedirect,
    undefined,
  ),
  delivery: delivering("--delivery <means>", deliveryModes.join(", "), checkDelivery, "auto"),
  announce: delivering(
    "--announce <what>",
    `what Link and 103 name: ${announcements.join(", ")}`,
    checkAnnounce,
    "unseen",
  ),
  allowHost: listening("--allow-host <name>", "accept requests for this host too, repeatable", checkNames, NONE),
  auth: listening("--auth <user:password>", "ask for a password; @FILE reads it from a file", checkAuth, undefined, {
    example: "me:secret",
    secret: true,
  }),
  single: files("--single [file]", "page for paths without a file (index.html)", checkSingle, undefined),
  base: files("--base <path>", "serve the site below this path", checkBase, "/", { example: "/repo/" }),
  list: files("--list", "list directories without an index page", checkSwitch, false),
  dotfiles: files("--dotfiles", "serve dotfiles", checkSwitch, false),
  symlinks: files("--symlinks", "follow links that lead out of the root", checkSwitch, false),
  cache: files("--cache <how>", "seconds, off, or immutable (names with a hash)", checkCache, undefined),
  header: files("--header <field>", "add a field to every response, repeatable", checkHeader, NONE, {
    example: "'cache-control: no-store'",
  }),
  compress: files("--no-compress", "do not compress responses", checkSwitch, true),
  memory: files("--memory <MB>", "memory for small files", wholeNumber("a number of megabytes", 0, 1_000_000), 64),
  cors: files("--cors [origin]", "let other origins read responses (any origin)", checkCors, undefined),
  coi: files("--coi", "isolate pages from other origins (COOP, COEP)", checkSwitch, false),
  live: files("--live", "reload pages when what they need changes", checkSwitch, false),
  liveIgnore: files("--live-ignore <glob>", "files whose changes --live leaves out, repeatable", checkGlobs, NONE, {
    example: "'*.map'",
  }),
  liveDelay: files("--live-delay <ms>", "reload when nothing has changed for so long", delay, 0, { example: "300" }),
  tlsMin: certificate("--tls-min <version>", `oldest TLS to accept: ${tlsVersions.join(" or ")}`, checkTlsMin, "1.2"),
  pushCount: delivering(
    "--push-count <number>",
    "push at most this many files with a page",
    wholeNumber("a number of pushes", 0, 10_000),
    100,
  ),
  pushBytes: delivering(
    "--push-bytes <bytes>",
    "push at most this many bytes with a page, or window",
    checkPushBytes,
    4 * 1024 * 1024,
  ),
  serverTiming: delivering("--server-timing", "report deliveries in a Server-Timing field", checkSwitch, false),
  learn: delivering("--no-learn", "do not learn from what clients ask for", checkSwitch, true),
  learnFile: delivering("--learn-file <file>", "keep what was learned in this file", checkFile, undefined, {
    example: "learned.json",
  }),
  manifest: needs("--manifest <file>", "read what pages need from this file; scan nothing", checkFile, undefined),
  viewport: needs(
    "--viewport <size>",
    "viewport to scan for: WIDTHxHEIGHT[@DENSITY] (default: 1280x720)",
    checkViewport,
    DEFAULT_VIEWPORT,
    { example: "390x844@3" },
  ),
  watch: needs("--no-watch", "do not watch files; changes show within half a second", checkSwitch, true),
  maxConnections: limits(
    "--max-connections <number>",
    "most connections; the longest-idle one is closed to admit another",
    wholeNumber("a number of connections", 1, 1_000_000),
    4000,
  ),
  maxStreams: limits(
    "--max-streams <number>",
    "requests at a time on an HTTP/2 connection",
    wholeNumber("a number of requests", 1, 10_000),
    128,
  ),
  idleTimeout: limits("--idle-timeout <seconds>", "end HTTP/2 connections without requests; 0: never", seconds, 120),
  headerTimeout: limits(
    "--header-timeout <seconds>",
    "time allowed to receive a request's headers; 0: no limit",
    seconds,
    15,
  ),
  stallTimeout: limits(
    "--stall-timeout <seconds>",
    "end a transfer that makes no progress for this long; 0: never",
    seconds,
    60,
  ),
  proxy: network("--proxy <path=url>", "forward requests below a path, repeatable", checkProxy, NONE, {
    example: "/api=http://localhost:3000",
  }),
  proxyTimeout: network("--proxy-timeout <seconds>", "how long an upstream may stay silent; 0: no limit", seconds, 30),
  rtt: network(
    "--rtt <ms>",
    "simulate a slow network: round trip",
    wholeNumber("a round-trip time in milliseconds", 0, 60_000),
    0,
    { example: "100" },
  ),
  kbps: network(
    "--kbps <number>",
    "simulate a slow network: bandwidth",
    wholeNumber("a number of kilobits per second", 0, 100_000_000),
    0,
    { example: "1600" },
  ),
  loss: network(
    "--loss <percent>",
    "simulate a slow network: packets that are lost",
    percentage("a percentage of packets", 50),
    0,
    { example: "1" },
  ),
  inspect: output("--inspect", "show loads and frames live at /.h2push/", checkSwitch, false),
  inspectPublic: output("--inspect-public", "let other machines look there, too", checkSwitch, false),
} satisfies OptionsNamed<keyof GivenSettings>;

/** Every option with its value. */
export type Settings = {
  readonly [Name in keyof typeof serverOptions]: ReturnType<(typeof serverOptions)[Name]["check"]>;
};

/** What may be given for each option: its value, or the text of a number. */
export interface GivenSettings {
  /** An error if it is in use. Without one: 8443, or the next free one. 0 picks a free one. */
  readonly port?: number | string;
  /**
   * A name or an IP address; `localhost` (the default) means 127.0.0.1 and
   * ::1, `unix:PATH` a socket of the file system instead of a port.
   */
  readonly host?: string;
  /**
   * Redirects plain HTTP on a port of its own to HTTPS, with 308; 0 picks a free one, `true` means 8080, or 80 beside 443.
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
   * How long clients may use what they have without revalidating: seconds, "off"
   * (they store nothing), or "immutable" (names with a content hash for a
   * year). Without it they revalidate each time, stylesheets after two seconds.
   */
  readonly cache?: number | string;
  /** Fields of every response, each as "name: value"; `Link` is delivered like what pages need. */
  readonly header?: readonly string[];
  /** Sends compressed content where the client accepts it: compressed here, or from files beside it (`.br`, `.zst`, `.gz`). */
  readonly compress?: boolean;
  /** Megabytes (of 1,000,000 bytes) of content that are kept in memory; 64 by default. */
  readonly memory?: number | string;
  /** Reloads pages when what they need has changed; stylesheets are swapped. Clients then revalidate, whatever `cache` says. */
  readonly live?: boolean;
  /** Globs of files (paths from the root, as in .gitignore) whose changes do not count for `live`. */
  readonly liveIgnore?: readonly string[];
  /** For how many milliseconds nothing must have changed before `live` tells pages; 0 by default, which means 60 to 100. */
  readonly liveDelay?: number | string;
  /** The oldest version of TLS to accept; "1.2" by default. */
  readonly tlsMin?: TlsMin;
  /** Most files pushed with a page; 100 by default. */
  readonly pushCount?: number | string;
  /** Most bytes pushed with a page (4 MiB by default), or "window": as much as the client's window allows. */
  readonly pushBytes?: number | string;
  /** Reports in a `server-timing` field of each page what was pushed and linked. */
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
  /** Watches the files that pages need: a change is seen at once, without it up to half a second later. */
  readonly watch?: boolean;
  /**
   * Requires `user:password` (RFC 7617) for every request; `@FILE` reads it
   * from the first line of a file.
   */
  readonly auth?: string;
  /** Lets pages of every origin (`true`, "*") or of one origin read every response. */
  readonly cors?: string | boolean;
  /** Makes pages cross-origin isolated, as SharedArrayBuffer asks for. */
  readonly coi?: boolean;
  /**
   * Most connections at a time, 4,000 by default; fewer where the system lets the
   * process open fewer files. The one that has been idle longest gives way to a new one.
   */
  readonly maxConnections?: number | string;
  /** Most requests that are open at a time on a connection of HTTP/2; 128 by default. */
  readonly maxStreams?: number | string;
  /** After how many seconds without an open request a connection of HTTP/2 is ended; 120 by default, 0 for never. */
  readonly idleTimeout?: number | string;
  /** Within how many seconds a client has to begin HTTP/2, and to send the fields of a request; 15 by default, 0 for any time. */
  readonly headerTimeout?: number | string;
  /**
   * After how many seconds a response is ended of which bytes wait and its client takes none, and a request whose
   * content does not come; 60 by default, 0 for never. Not the quiet: streams of events and WebSockets stay open.
   */
  readonly stallTimeout?: number | string;
  /**
   * Forwards requests: `/api=http://localhost:3000` those for `/api` and below.
   * The path is kept, unless the URL has one: that replaces the prefix
   * (`/api=http://localhost:3000/` drops it).
   */
  readonly proxy?: readonly string[];
  /** How long an upstream may stay silent, in seconds; 30 by default, 0 for no limit. */
  readonly proxyTimeout?: number | string;
  /** Simulates a slow network: its round-trip time in milliseconds. */
  readonly rtt?: number | string;
  /** Simulates a slow network: its bandwidth each way in kilobits per second; 0 (the default) for no limit. */
  readonly kbps?: number | string;
  /** Simulates a slow network: percentage of packets that are lost, from 0 to 50. */
  readonly loss?: number | string;
  /** Shows at `/.h2push/` how pages are loaded, live, and the frames of connections that begin while somebody looks. */
  readonly inspect?: boolean;
  /** Lets other machines look there, too. */
  readonly inspectPublic?: boolean;
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
