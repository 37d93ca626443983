import { essenceOf } from "../io/text/media-type-essence.js";

/** A file under the root, as the server would serve it, and its version. */
export interface SiteFile {
  /** Absolute path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly dev: number;
  readonly ino: number;
  /** Names its content, where its times may not tell two versions apart. */
  readonly digest?: string | undefined;
  /** What is in it, where it is no file: a page that was made for one request. `digest` then names it. */
  readonly content?: Uint8Array;
  /** Its `Content-Type`, "" without one; undefined where that is not known. */
  readonly type?: string | undefined;
}

/** A request that a page makes, as far as it matters for what it gets. */
export interface LookupTarget {
  /** Path-absolute, percent-encoded, with its query. */
  readonly target: string;
  /** For a document of its own, a frame's: a single-page application answers these with its page. */
  readonly navigates: boolean;
}

/** What the server would answer. */
export type LookedUp =
  | FileAnswer
  /** Nothing that a list may name: no file of the site, or not for everyone. It is not missing either. */
  | { readonly kind: "other"; readonly reason: string }
  /** With what the system says when it is there and can't be read: "EACCES". */
  | { readonly kind: "missing"; readonly unreadable?: string };

export interface FileAnswer extends SiteFile {
  readonly kind: "file";
}

/** Those who get the same answers, where a site does not answer everyone alike. */
export interface Audience {
  /** Tells it from others. */
  readonly key: string;
  /** `:authority` or `host` of their requests. */
  readonly authority: string;
  /** Names with passwords: each of them has given one of these. */
  readonly credentials: readonly string[];
}

/** Says what the server would answer. Without an audience, everyone who knows no password. */
export type Lookup = (asked: LookupTarget, audience: Audience | undefined) => Promise<LookedUp>;

/** Whether two answers come to the same: the same version of the same file, if it is one. */
export function isSameAnswer(a: LookedUp, b: LookedUp): boolean {
  if (a === b) return true;
  if (a.kind !== "file" || b.kind !== "file") return a.kind === b.kind && reasonOf(a) === reasonOf(b);
  const sameFile = a.file === b.file && a.dev === b.dev && a.ino === b.ino;
  const sameTimes = a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
  return sameFile && sameTimes && a.size === b.size && a.digest === b.digest && a.type === b.type;
}

function reasonOf(answer: LookedUp): string | undefined {
  if (answer.kind === "other") return answer.reason;
  return answer.kind === "missing" ? answer.unreadable : undefined;
}

/** JavaScript media types (MIME Sniffing §4.6). */
const SCRIPT = /^(?:(?:application|text)\/(?:x-)?(?:ecma|java)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/;

const TYPES = { script: SCRIPT, style: /^text\/css$/, json: /^(?:application|text)\/json$|\+json$/ };

/** Whether a media type is one of JavaScript; a script of another type is data. */
export function isScriptType(type: string): boolean {
  return SCRIPT.test(type.toLowerCase());
}

/**
 * Whether a browser takes a file for what it is loaded as. A module script or
 * a stylesheet of another media type is fetched and refused: our responses say
 * `nosniff`, with which that holds in quirks mode, too.
 */
export function isServedAs(kind: keyof typeof TYPES, { type }: SiteFile): boolean {
  return type === undefined || TYPES[kind].test(essenceOf(type));
}
