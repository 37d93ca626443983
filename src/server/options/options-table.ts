import { announcements } from "../../delivery/announcement.js";
import { deliveryModes } from "../../delivery/plan.js";
import { DEFAULT_VIEWPORT } from "../../scanner/css/media-queries.js";
import { tlsVersions } from "../../tls/store/secure-context.js";
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
import type { GivenSettings } from "./given-settings.js";
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
  watch: needs("--no-watch", "do not watch files; changes show within a second", checkSwitch, true),
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
