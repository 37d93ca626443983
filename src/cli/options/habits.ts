import { statSync } from "node:fs";
import { isDirectory } from "../../io/disk/is-directory.js";
import { H2PushError } from "../../errors.js";

/** Where a flag is known from. */
type Program = "vite" | "serve" | "http-server";

/** What is meant by a flag of another program: words of ours in its place, or a sentence that says what does it here. */
type Meaning = readonly string[] | string;

interface Habit {
  readonly flags: string;
  readonly of: readonly Program[];
  /** Whether a value follows: always, never, or only one of this form. A value behind `=` counts in any case. */
  readonly value: "always" | "never" | RegExp;
  readonly means: (value: string | undefined, args: readonly string[]) => Meaning;
  /** The flag is one of ours too: without a meaning, ours stays. */
  readonly ours?: true;
}

const BOOLEAN = /^(?:true|false)$/i;
const isOff = (value: string | undefined) => value?.toLowerCase() === "false";

const becomes =
  (...words: string[]) =>
  () =>
    words;
const says = (sentence: string) => () => sentence;
/** What is so anyway: asking for it changes nothing, asking for the contrary does not work. */
const always = (sentence: string) => (value: string | undefined) => (isOff(value) ? sentence : []);

const ALWAYS_HTTPS = "everything is served over HTTPS; plain HTTP is redirected there";
const ALWAYS_COMPRESSED = "--no-compress turns compression off";
const DEBUG = "NODE_DEBUG=h2push says what it decides, and --verbose names each target";
const BUILD = "this belongs to a build; h2push serves what was built";

/** Flags of vite 8, serve 14 and http-server 14 that h2push has under another name, in another form, or not. */
const HABITS: readonly Habit[] = [
  { flags: "--host", of: ["vite"], value: /^[^-]/, means: bareHost, ours: true },
  { flags: "-c, --config", of: ["http-server"], value: /^-?\d+$/, means: cacheTime, ours: true },
  { flags: "-C", of: ["serve"], value: /^[^-]/, means: certificateOrCors, ours: true },
  { flags: "-o, --open", of: ["vite", "http-server"], value: /^[^-]/, means: pageOrRoot, ours: true },
  {
    flags: "-P",
    of: ["http-server"],
    value: "always",
    means: says("--proxy /api=URL forwards what is below a path; /=URL everything"),
  },
  {
    flags: "--proxy-options",
    of: ["http-server"],
    value: "always",
    means: says("--proxy PATH=URL has no options but --proxy-timeout"),
  },
  { flags: "--https, --tls, --ssl", of: ["vite", "http-server"], value: BOOLEAN, means: always(ALWAYS_HTTPS) },
  { flags: "--no-https, --no-tls, --no-ssl", of: ["vite", "http-server"], value: "never", means: says(ALWAYS_HTTPS) },
  {
    flags: "-s",
    of: ["serve", "http-server"],
    value: "never",
    means: says("--single serves a single-page application (serve), --quiet logs nothing (http-server)"),
  },
  { flags: "--silent", of: ["http-server"], value: BOOLEAN, means: (value) => (isOff(value) ? [] : ["--quiet"]) },
  {
    flags: "-S",
    of: ["serve", "http-server"],
    value: "never",
    means: says("HTTPS is always on (http-server); --symlinks follows links that lead out of the root (serve)"),
  },
  { flags: "-l, --listen", of: ["serve"], value: "always", means: endpoint },
  { flags: "--logLevel", of: ["vite"], value: "always", means: logLevel },
  { flags: "-a", of: ["http-server"], value: "always", means: (value = "") => ["--host", value] },
  { flags: "-d, --debug", of: ["serve", "vite", "http-server"], value: BOOLEAN, means: listingOrDebug },
  { flags: "-i", of: ["http-server"], value: BOOLEAN, means: always("index.html is always served for its directory") },
  { flags: "-g, --gzip, -b, --brotli", of: ["http-server"], value: BOOLEAN, means: always(ALWAYS_COMPRESSED) },
  { flags: "-u, --no-compression", of: ["serve"], value: "never", means: becomes("--no-compress") },
  { flags: "-e, --ext", of: ["http-server"], value: /^\.?\w{1,5}$/, means: extension },
  { flags: "-L, --no-request-logging", of: ["serve"], value: "never", means: becomes("--log", "off") },
  {
    flags: "-U, --utc",
    of: ["http-server"],
    value: BOOLEAN,
    means: says("--log common has times with their zone, --log json in UTC"),
  },
  {
    flags: "--log-ip",
    of: ["http-server"],
    value: BOOLEAN,
    means: says("--log common, combined and json have the address of the client"),
  },
  { flags: "-n, --no-clipboard", of: ["serve"], value: "never", means: becomes() },
  { flags: "--no-etag", of: ["serve"], value: "never", means: says("--cache off keeps clients from storing anything") },
  { flags: "--no-port-switching, --strictPort", of: ["serve", "vite"], value: BOOLEAN, means: strictPort },
  { flags: "--ssl-cert", of: ["serve"], value: "always", means: (value = "") => ["--cert", value] },
  { flags: "--ssl-key", of: ["serve"], value: "always", means: (value = "") => ["--key", value] },
  { flags: "--ssl-pass", of: ["serve"], value: "always", means: (value = "") => ["--passphrase", `@${value}`] },
  {
    flags: "-t",
    of: ["http-server"],
    value: /^\d+$/,
    means: says("--idle-timeout ends idle connections, --stall-timeout transfers that make no progress (seconds)"),
  },
  {
    flags: "--username, --password",
    of: ["http-server"],
    value: "always",
    means: says("--auth user:password, or --auth @FILE, which no list of processes shows"),
  },
  { flags: "-r, --robots", of: ["http-server"], value: BOOLEAN, means: says("put a robots.txt into the directory") },
  {
    flags: "--mimetypes",
    of: ["http-server"],
    value: "always",
    means: says("a line content-type: in _headers sets the type of paths"),
  },
  { flags: "--outDir", of: ["vite"], value: "always", means: (value = "") => [value] },
  { flags: "-m, --mode", of: ["vite"], value: "always", means: says(BUILD) },
  { flags: "-f, --filter", of: ["vite"], value: "always", means: says(DEBUG) },
  {
    flags: "--force, --bypass-lock, --experimentalBundle, --emptyOutDir, --minify, --sourcemap, --ssr",
    of: ["vite"],
    value: BOOLEAN,
    means: says(BUILD),
  },
  {
    flags: "--profile",
    of: ["vite"],
    value: "never",
    means: says("node --cpu-prof writes a profile of any program of Node"),
  },
  { flags: "--configLoader", of: ["vite"], value: "always", means: says("-c FILE reads a configuration in JSON") },
  { flags: "--clearScreen, --no-clearScreen", of: ["vite"], value: BOOLEAN, means: becomes() },
];

/** `--host` alone: every address, as vite has it. */
function bareHost(value: string | undefined): Meaning {
  return ["--host", value ?? "0.0.0.0"];
}

/** `-c-1`, `-c10`: no configuration file has such a name, unless it is there. */
function cacheTime(value: string | undefined): Meaning {
  if (value === undefined || !/^-?\d+$/.test(value) || statSync(value, { throwIfNoEntry: false }) !== undefined) {
    return value === undefined ? ["-c"] : ["-c", value];
  }
  return `-c reads a configuration file here; ${value.startsWith("-") ? "--cache off" : `--cache ${value}`} says how long clients keep files`;
}

function certificateOrCors(value: string | undefined): Meaning {
  return value === undefined
    ? "-C names a certificate here, and takes its file; --cors lets other origins in"
    : ["-C", value];
}

/** `-o ./site`: a directory is the one to serve; a path of the site begins with a slash. */
function pageOrRoot(value: string | undefined, args: readonly string[]): Meaning {
  if (value === undefined) return ["--open"];
  const hasRoot = args[0]?.startsWith("-") === false;
  return !hasRoot && isDirectory(value) ? [value, "--open"] : [`--open=${value}`];
}

/** `3000`, `tcp://0.0.0.0:3000`, `unix:/tmp/site.sock`: serve's forms; vite has its level of logging there. */
function endpoint(value = ""): Meaning {
  if (/^\d+$/.test(value)) return ["--port", value];
  if (/^unix:./.test(value)) return ["--host", value];
  const url = /^tcp:\/\/./.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined)
    return logLevels.has(value)
      ? logLevel(value)
      : "--port 3000, --host 0.0.0.0 or --host unix:PATH says where to listen";
  return ["--host", url.hostname.replace(/^\[(.*)\]$/, "$1"), ...(url.port === "" ? [] : ["--port", url.port])];
}

const logLevels: ReadonlySet<string> = new Set(["info", "warn", "error", "silent"]);

function logLevel(value = ""): Meaning {
  if (!logLevels.has(value)) return "--quiet, --verbose and --log say what is logged";
  return value === "info" ? [] : ["--quiet"];
}

function listingOrDebug(value: string | undefined): Meaning {
  if (value === undefined) return `directories are listed with --list; ${DEBUG}`;
  return isOff(value) ? [] : ["--list"];
}

function extension(value = "html"): Meaning {
  return /^\.?html$/.test(value) ? [] : "paths find files with .html added; _redirects can lead elsewhere";
}

/** A port that is given is never exchanged for another. */
function strictPort(value: string | undefined, args: readonly string[]): Meaning {
  const isGiven = args.some((arg) => /^(?:-p|--port|-l|--listen)/.test(arg));
  return isOff(value) || isGiven ? [] : "a port that is given is the one or none: -p 8443";
}

const BY_FLAG = new Map(HABITS.flatMap((habit) => habit.flags.split(", ").map((flag) => [flag, habit] as const)));

/** The flag, the value that is written onto it, and what is known of it. */
function habitIn(word: string): { flag: string; attached: string | undefined; habit: Habit } | undefined {
  const [, flag = "", attached] = /^(--[^=]+|-[A-Za-z])(?:=?(.+))?$/s.exec(word) ?? [];
  const habit = BY_FLAG.get(flag);
  return habit === undefined ? undefined : { flag, attached, habit };
}

/**
 * The words of the command line with those of ours in the place of flags that
 * people know from vite, serve and http-server.
 *
 * @param takesValue whether a flag of ours has its value in the next word
 * @throws {H2PushError} "usage" with a sentence that says what does it here
 */
export function translateHabits(args: readonly string[], takesValue: (flag: string) => boolean): readonly string[] {
  const translated: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    const next = args[at + 1];
    const known = habitIn(word);
    if (known === undefined) {
      translated.push(word);
      if (takesValue(word) && next !== undefined) translated.push(args[++at] ?? "");
      continue;
    }
    const follows = known.attached === undefined && isValue(known.habit, next);
    const means = known.habit.means(known.attached ?? (follows ? next : undefined), args);
    if (typeof means === "string") throw elsewhere(known.flag, known.habit, means);
    translated.push(...means);
    if (follows) at++;
  }
  return translated;
}

function isValue({ value }: Habit, next: string | undefined): boolean {
  if (next === undefined || value === "never") return false;
  return value === "always" || value.test(next);
}

/** Never names the value: it may be a password. */
function elsewhere(flag: string, { of, ours }: Habit, sentence: string): H2PushError {
  const message =
    ours === true
      ? `${flag} is not what it is in ${of.join(" and ")}`
      : `no such flag, as in ${of.join(" and ")}: ${flag}`;
  return new H2PushError("usage", message, sentence);
}
