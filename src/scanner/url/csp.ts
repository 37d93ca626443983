import type { Destination } from "../../manifest/destination.js";

/** The values of a policy's directives, by their names in lower case. */
export type Directives = ReadonlyMap<string, readonly string[]>;

/** Reads a serialized policy; of a directive given twice the first counts (CSP 3 §2.2.1). */
export function parsePolicy(text: string): Directives {
  const directives = new Map<string, readonly string[]>();
  for (const part of text.split(";")) {
    const [given = "", ...values] = part.trim().split(/\s+/);
    const name = given.toLowerCase();
    if (name !== "" && !directives.has(name)) directives.set(name, values);
  }
  return directives;
}

/** The directive of a policy that says whether a destination may be loaded; undefined where none does. */
export function governingDirective(directives: Directives, destination: Destination): string | undefined {
  return [...GOVERNING[destination], "default-src"].find((name) => directives.has(name));
}

/** Directives that govern a destination, the most specific first (CSP 3 §6.8.3). */
const GOVERNING: Readonly<Record<Destination, readonly string[]>> = {
  audio: ["media-src"],
  document: ["frame-src", "child-src"],
  embed: ["object-src"],
  fetch: ["connect-src"],
  font: ["font-src"],
  image: ["img-src"],
  json: ["connect-src"],
  object: ["object-src"],
  script: ["script-src-elem", "script-src"],
  style: ["style-src-elem", "style-src"],
  track: ["media-src"],
  video: ["media-src"],
};

/**
 * Whether a source may allow a load from the page's own origin. A host is
 * taken for another's, unless it is this machine: the server's public names
 * are not known here.
 */
function allowsOwnOrigin(source: string): boolean {
  if (source === "'self'" || source === "'strict-dynamic'" || source === "*") return true;
  if (source === "https:" || source === "http:") return true;
  if (/^'(?:nonce|sha256|sha384|sha512)-/.test(source)) return true;
  return /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?::|\/|$)/.test(source);
}

/**
 * Whether sources allow all of the page's own origin, whoever asks: an
 * announcement has no nonce and no hash, and beside 'strict-dynamic' no
 * origin counts (CSP 3 §6.7.2.5).
 */
function isOpenToAll(sources: readonly string[]): boolean {
  const hasPath = (source: string) => /^(?:https?:\/\/)?[^/]+\/./.test(source);
  const isMarked = (source: string) => /^'(?:nonce|sha256|sha384|sha512)-/.test(source);
  if (sources.includes("'strict-dynamic'")) return false;
  return sources.some((source) => allowsOwnOrigin(source) && !isMarked(source) && !hasPath(source));
}

/** CSP 3 §6.7.3.3. */
function allowsInline(source: string): boolean {
  return source === "'unsafe-inline'" || /^'(?:nonce|sha256|sha384|sha512)-/.test(source);
}

function allows(
  directives: Directives,
  destination: Destination,
  by: (sources: readonly string[]) => boolean,
): boolean {
  const name = governingDirective(directives, destination);
  return name === undefined || by(directives.get(name) ?? []);
}

/** Which kinds of loads from the page's own origin its policies forbid altogether. */
export class ContentSecurityPolicy {
  readonly #policies: readonly Directives[];
  /** What was found out: a page has many references, and a policy may be long. */
  readonly #known = new Map<string, boolean>();

  /** Takes the values of `Content-Security-Policy` fields and `meta` elements; each must allow a load. */
  constructor(values: readonly string[]) {
    this.#policies = values.flatMap((value) => value.toLowerCase().split(",")).map(parsePolicy);
  }

  /**
   * Whether no script or `style` element in the page itself counts. A nonce
   * or a hash counts as allowing it: which elements have it is not looked at.
   */
  forbidsInline(kind: "script" | "style"): boolean {
    const inline = (sources: readonly string[]) => sources.some(allowsInline);
    return this.#once(`inline ${kind}`, () => !this.#policies.every((directives) => allows(directives, kind, inline)));
  }

  forbids(destination: Destination): boolean {
    return this.#once(`forbids ${destination}`, () => this.#forbids(destination));
  }

  /** Whether any target of the page's own origin may be loaded, whoever asks for it: an announcement, or an `@import`. */
  allowsAll(destination: Destination): boolean {
    return this.#once(`all ${destination}`, () =>
      this.#policies.every((directives) => allows(directives, destination, isOpenToAll)),
    );
  }

  /** Whether the page has an origin of its own that nothing is the same as: what needs CORS is refused to it. */
  get isOpaque(): boolean {
    return this.#once("opaque", () =>
      this.#policies.some((directives) => directives.get("sandbox")?.includes("allow-same-origin") === false),
    );
  }

  #once(question: string, find: () => boolean): boolean {
    let known = this.#known.get(question);
    if (known === undefined) this.#known.set(question, (known = find()));
    return known;
  }

  #forbids(destination: Destination): boolean {
    return this.#policies.some((directives) => {
      const sandbox = directives.get("sandbox");
      if (destination === "script" && sandbox !== undefined && !sandbox.includes("allow-scripts")) return true;
      return !allows(directives, destination, (sources) => sources.some(allowsOwnOrigin));
    });
  }
}
