import { H2PushError, errorOf } from "../errors.js";
import { destinationOf, fontType, isDestination, type Destination } from "./destination.js";
import { checkAttributes } from "./attributes.js";
import type { EntryMarks, LinkAttributes } from "./types.js";
import { otherManifest } from "./other-forms.js";
import { isObject, type JsonObject } from "../io/json-object.js";
import { baseOf, resolve } from "./resolve.js";

/** An entry of a manifest that was written down: its size is that of the file at hand. */
export interface WrittenEntry extends LinkAttributes, EntryMarks {
  readonly target: string;
  readonly as: Destination;
}

/** The entries of each page, by its URL path, in their order. */
export type WrittenManifest = ReadonlyMap<string, readonly WrittenEntry[]>;

/** Where in a manifest something is, for an error. */
export class ManifestPlace {
  readonly name: string;
  readonly page: string | undefined;
  readonly entry: string | undefined;

  /** @param name of the manifest's file */
  constructor(name: string, page?: string, entry?: string) {
    this.name = name;
    this.page = page;
    this.entry = entry;
  }

  /** The error that something there is not what it has to be. */
  wrong(what: string, value: unknown, hint: string): H2PushError {
    const page = this.page === undefined ? "" : `, page ${this.page}`;
    const entry = this.entry === undefined ? "" : `, entry ${this.entry}`;
    return new H2PushError("manifest", `${what}: ${shown(value)} (${this.name}${page}${entry})`, hint);
  }
}

/** A value as it stands in the manifest, cut where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/**
 * Reads a manifest: ours (`{ "version": 1, "pages": … }`), or that of
 * http2-push-manifest (`{ "/": { "/site.css": { "type": "style" } } }`, or the
 * list of the page "/" alone).
 *
 * @param name of its file, for errors
 * @throws {H2PushError} "manifest", naming page, entry and value
 */
export function readManifest(text: string, name: string): WrittenManifest {
  const place = new ManifestPlace(name);
  const json = parse(text, place);
  const other = otherManifest(json);
  if (other !== undefined) throw new H2PushError("manifest", `not an h2push manifest, but ${other}: ${name}`, FORMS);
  if (!isObject(json)) throw place.wrong("not a manifest", json, FORMS);
  if ("pages" in json || "version" in json) return readOurs(json, place);
  return readPushManifest(json, place);
}

const FORMS = "write one with h2push manifest --format json --out FILE, or with http2-push-manifest";

function parse(text: string, { name }: ManifestPlace): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = errorOf(error).message;
    const what = /^\s*</.test(text) ? "not JSON, but HTML or XML" : "not JSON";
    throw new H2PushError("manifest", `${what}: ${name} (${reason})`, FORMS, { cause: error });
  }
}

function readOurs({ version, pages }: JsonObject, place: ManifestPlace): WrittenManifest {
  if (version !== 1) throw place.wrong("not a version that is known here", version, 'it has to be "version": 1');
  if (!isObject(pages)) throw place.wrong("not pages", pages, 'it has to be "pages": { "/": [ … ] }');
  const read = Object.entries(pages).map(([page, entries]) => {
    const at = new ManifestPlace(place.name, page);
    const path = pagePath(page, at);
    if (!Array.isArray(entries)) throw at.wrong("not a list of entries", entries, "a page has a list: [ { … }, … ]");
    return [path, entries.map((entry: unknown, index) => readEntry(entry, index, at))] as const;
  });
  return new Map(read);
}

function readEntry(entry: unknown, index: number, { name, page }: ManifestPlace): WrittenEntry {
  const number = String(index + 1);
  if (!isObject(entry)) throw new ManifestPlace(name, page, number).wrong("not an entry", entry, ENTRY);
  const { target, as, bytes: _, ...attributes } = entry;
  const place = new ManifestPlace(name, page, typeof target === "string" ? target : number);
  if (typeof as !== "string" || !isDestination(as)) {
    throw place.wrong('not a destination in "as"', as, "for example style, script, font, image, fetch");
  }
  return { target: checkTarget(target, place), as, ...checkAttributes(attributes, place) };
}

/**
 * An entry as a program of ours has written it.
 *
 * @throws {H2PushError} "manifest"
 */
export const checkEntry = (entry: unknown): WrittenEntry => readEntry(entry, 0, new ManifestPlace("entry"));

const ENTRY = 'an entry is { "target": "/site.css", "rel": "preload", "as": "style" }';

/** A target of this site as it goes over the wire. */
function checkTarget(target: unknown, place: ManifestPlace): string {
  const hint = "a target is a path from the root, for example /css/site.css?v=3";
  if (typeof target !== "string" || !target.startsWith("/")) throw place.wrong("not a target", target, hint);
  const resolved = resolve(target, baseOf("/"));
  if ("left" in resolved) throw place.wrong("not a target of this site", target, hint);
  return resolved.target;
}

/** The canonical URL path that a page's key means; a file's path without its slash counts, too. */
function pagePath(page: string, place: ManifestPlace): string {
  const resolved = resolve(page.startsWith("/") ? page : `/${page}`, baseOf("/"));
  if ("left" in resolved) throw place.wrong("not a page", page, "a page is a URL path: /, /docs/ or /about.html");
  return resolved.pathname.replace(/\/index\.html$/, "/");
}

function readPushManifest(json: JsonObject, place: ManifestPlace): WrittenManifest {
  const values = Object.values(json);
  const single = values.length > 0 && values.every((value) => isObject(value) && typeof value["type"] === "string");
  const pages = Object.entries(single ? { "/": json } : json).map(([page, entries]) => {
    const at = new ManifestPlace(place.name, page);
    const path = pagePath(page, at);
    if (!isObject(entries)) throw at.wrong("not the entries of a page", entries, FORMS);
    return [path, Object.entries(entries).map(([target, entry]) => readPushEntry(target, entry, at))] as const;
  });
  return new Map(pages);
}

/** Its `weight` means nothing: stream weights are gone from HTTP/2 (RFC 9113 §5.3.2), and nobody writes another than 1. */
function readPushEntry(target: string, entry: unknown, { name, page }: ManifestPlace): WrittenEntry {
  const place = new ManifestPlace(name, page, target);
  if (!isObject(entry)) throw place.wrong("not an entry", entry, 'an entry is "/site.css": { "type": "style" }');
  const { type = "", weight: _, ...attributes } = entry;
  if (typeof type !== "string" || (type !== "" && !isDestination(type))) {
    throw place.wrong('not a destination in "type"', type, 'for example style, script, font, image, or ""');
  }
  const path = checkTarget(target.startsWith("/") ? target : `/${target}`, place);
  const as = type === "" ? destinationOf(path.replace(/\?.*$/s, "")) : type;
  return { target: path, as, ...linkOf(as, path), ...checkAttributes(attributes, place) };
}

/** What the form leaves open, and a browser has to be told. */
function linkOf(as: Destination, path: string): LinkAttributes {
  if (as === "font") {
    const type = fontType(path.replace(/\?.*$/s, ""));
    return { rel: "preload", crossorigin: "anonymous", ...(type === undefined ? {} : { type }) };
  }
  if (as === "script") return { rel: /\.mjs(?:\?|$)/.test(path) ? "modulepreload" : "preload" };
  return as === "style" || as === "image" ? { rel: "preload" } : {};
}
