import { isObject } from "../../io/json-object.js";

type SpecifierMap = ReadonlyMap<string, URL | undefined>;

/** An import map (HTML §8.1.6.6), resolved; several of a page count as one. */
export interface ImportMap {
  readonly imports: SpecifierMap;
  /** By prefix of the importing script's URL, the longest first. */
  readonly scopes: readonly (readonly [prefix: string, map: SpecifierMap])[];
  /** Integrity metadata by URL, for modules whose element says none. */
  readonly integrity: ReadonlyMap<string, string>;
  /** It is made of several, of which a browser may take the first alone. */
  readonly isMerged: boolean;
}

const NONE: ImportMap = { imports: new Map(), scopes: [], integrity: new Map(), isMerged: false };

function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
}

/** A specifier that is a URL: absolute, or beginning with `/`, `./` or `../`. */
function urlLike(specifier: string, base: URL): URL | undefined {
  return /^(?:\/|\.\.?\/)/.test(specifier) ? parseUrl(specifier, base) : parseUrl(specifier);
}

/** Scopes that count: each import is held against them all. */
const MAX_SCOPES = 10_000;

/** Reads import maps in the order in which the page has them; one that is no valid JSON object counts for nothing. */
export function readImportMaps(texts: readonly string[], base: URL): ImportMap {
  if (texts.length === 0) return NONE;
  const imports = new Map<string, URL | undefined>();
  const scopes = new Map<string, Map<string, URL | undefined>>();
  const integrity = new Map<string, string>();
  for (const text of texts) {
    const map = parseJson(text);
    if (!isObject(map)) continue;
    addAll(imports, map["imports"], base);
    addIntegrity(integrity, map["integrity"], base);
    if (!isObject(map["scopes"])) continue;
    for (const [prefix, specifiers] of Object.entries(map["scopes"])) {
      if (scopes.size >= MAX_SCOPES) break;
      const url = parseUrl(prefix, base)?.href;
      if (url === undefined) continue;
      const scope = scopes.get(url) ?? new Map<string, URL | undefined>();
      addAll(scope, specifiers, base);
      scopes.set(url, scope);
    }
  }
  return { imports, scopes: [...scopes].sort(([a], [b]) => (a < b ? 1 : -1)), integrity, isMerged: texts.length > 1 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first map to name a specifier counts. */
function addAll(into: Map<string, URL | undefined>, specifiers: unknown, base: URL): void {
  if (!isObject(specifiers)) return;
  for (const [specifier, address] of Object.entries(specifiers)) {
    const key = urlLike(specifier, base)?.href ?? specifier;
    if (specifier === "" || into.has(key)) continue;
    const url = typeof address === "string" ? urlLike(address, base) : undefined;
    const isBroken = specifier.endsWith("/") && url?.href.endsWith("/") === false;
    into.set(key, isBroken ? undefined : url);
  }
}

function addIntegrity(into: Map<string, string>, integrity: unknown, base: URL): void {
  if (!isObject(integrity)) return;
  for (const [address, metadata] of Object.entries(integrity)) {
    const url = urlLike(address, base)?.href;
    if (url !== undefined && typeof metadata === "string" && !into.has(url)) into.set(url, metadata);
  }
}

/** Resolves a module specifier (HTML §8.1.6.5); undefined where a browser throws. */
export function resolveModule(specifier: string, base: URL, map: ImportMap): URL | undefined {
  const url = urlLike(specifier, base);
  const key = url?.href ?? specifier;
  for (const [prefix, scope] of map.scopes) {
    if (prefix !== base.href && !(prefix.endsWith("/") && base.href.startsWith(prefix))) continue;
    const match = lookUp(key, scope);
    if (match !== "none") return match;
  }
  const match = lookUp(key, map.imports);
  return match === "none" ? url : match;
}

/** A longer specifier has no prefix in any map: each of its slashes would be looked up. */
const MAX_PREFIXED_LENGTH = 4096;

/** The longest key that ends with a slash and begins the specifier, or the specifier itself. */
function lookUp(key: string, map: SpecifierMap): URL | undefined | "none" {
  if (map.has(key)) return map.get(key);
  if (key.length > MAX_PREFIXED_LENGTH) return "none";
  for (let slash = key.lastIndexOf("/"); slash >= 0; slash = slash === 0 ? -1 : key.lastIndexOf("/", slash - 1)) {
    const prefix = key.slice(0, slash + 1);
    if (!map.has(prefix)) continue;
    const address = map.get(prefix);
    const url = address === undefined ? undefined : parseUrl(key.slice(slash + 1), address);
    return address !== undefined && url?.href.startsWith(address.href) === true ? url : undefined;
  }
  return "none";
}
