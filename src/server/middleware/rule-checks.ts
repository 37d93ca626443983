import { join, relative, sep } from "node:path";
import type { Audience } from "../../scanner/lookup.js";
import type { Scanner } from "../../scanner/scanner.js";
import { encodePath } from "../../rules/redirects/canonical.js";
import type { Field } from "../../rules/headers/field.js";
import type { Guards } from "../../rules/guards/guards.js";
import type * as siteRules from "../../rules/site-rules.js";
import type {
  FieldChanges,
  FieldRequest,
  HeaderRules,
  RedirectRules,
  RuleAction,
  RuleRequest,
} from "../../rules/site-rules.js";
import { withBase, withoutBase } from "../../files/base.js";
import { parseHttpDate } from "../../files/conditions/http-date.js";
import type { Validators } from "../../files/conditions/precondition.js";
import { Lookups } from "../../files/lookups.js";
import type { HeaderTransform } from "../http/response-headers.js";
import { RuleFile } from "./rule-file.js";

/** The names of the rule files in the root. They are never served. */
export const ruleFiles = ["_headers", "_redirects"] as const;

export interface SiteRulesOptions {
  /** The directory that holds `_headers` and `_redirects`; without one there are none. */
  readonly root: string | undefined;
  /** The path that the site is served below, "/" by default: rules speak of what lies below it, as if it were not there. */
  readonly base?: string;
  /** Fields of every response, those of the command line. */
  readonly fields: readonly Field[];
  /** `name:password` that every request has to bring, unless a rule names others for it. */
  readonly auth?: string | undefined;
  /** Told what is wrong with a rule file, once for each version of it. */
  readonly report: (error: Error) => void;
  readonly notice: (text: string) => void;
}

/** What rules say of a page beside what goes into its response as it is. */
export interface PageRules {
  /** Values of `Content-Security-Policy`. */
  readonly csp: readonly string[];
  /** The `Link` field. */
  readonly link: string | undefined;
  /** For whom what it needs is looked up. */
  readonly audience: Audience | undefined;
}

const NONE: PageRules = { csp: [], link: undefined, audience: undefined };

type Engine = typeof siteRules;

/** Whom requests are taken to ask before there are any. */
export const UNKNOWN_HOST = "localhost";

/** Fields that the preload of a 103 sends otherwise than the page that needs the target (Chromium 156, measured). */
const VARIES = /\*|(?<![\w-])(?:accept|origin|referer|purpose|priority|sec-[\w-]+)(?![\w-])/i;

/**
 * The rules of a site, as its rule files are now: their versions are looked at
 * with a request, every 250 ms at most. The code that applies rules is loaded
 * when there are any.
 */
export class SiteRules {
  readonly #fields: readonly Field[];
  readonly #master: readonly string[];
  readonly #root: string | undefined;
  readonly #base: string;
  #version = 0;
  #versioned: HeaderRules | undefined;
  readonly #headersFile: RuleFile<HeaderRules>;
  readonly #redirectsFile: RuleFile<RedirectRules>;
  readonly #looks = new Lookups(async () => (await this.#look(), true));
  #engine: Engine | undefined;

  constructor({ root, base = "/", fields, auth, report, notice }: SiteRulesOptions) {
    this.#root = root;
    this.#base = base;
    this.#fields = fields;
    this.#master = auth === undefined ? [] : [auth];
    const file = (name: string) => ({ file: join(root ?? "", name), name, report, notice });
    this.#headersFile = new RuleFile({
      ...file("_headers"),
      read: async (text) => (await this.#load()).readHeaders(text),
      opens: (before, next) => before.guards.loosenedBy(next?.guards),
      unread: "nothing is answered until it can",
    });
    this.#redirectsFile = new RuleFile({
      ...file("_redirects"),
      read: async (text) => (await this.#load()).readRedirects(text),
      unread: "no rule of it holds",
    });
  }

  /** Looks at the files, when the last look was too long ago at that time (`performance.now()`); else undefined. */
  look(now: number): Promise<unknown> | undefined {
    return this.#looks.peek("", now) === undefined ? this.#looks.get("") : undefined;
  }

  /** The next request looks at the files. */
  lookAgain(): void {
    this.#looks.forget();
  }

  /** What `_redirects` makes of a request. Undefined leaves it as it is. */
  action(request: RuleRequest): RuleAction | undefined {
    if (this.#redirects === undefined) return undefined;
    const target = withoutBase(this.#base, request.target);
    if (target === undefined) return undefined;
    const action = this.#engine?.actionFor(this.#redirects, { ...request, target });
    return this.#base === "/" || action === undefined ? action : this.#below(action);
  }

  /** By which URLs rewrites lead to pages; undefined without a file of them. Of paths within the base. */
  get rewritten(): RedirectRules["rewritten"] | undefined {
    return this.#redirects?.rewritten;
  }

  /** Nobody knows what is to be kept from whom: `_headers` is there, and can't be read. */
  get unknown(): boolean {
    return this.#headersFile.isUnread;
  }

  /** Whether a request needs a name and a password. */
  guards(request: FieldRequest): boolean {
    return this.#wanted(request) !== undefined;
  }

  /** Whether a request needs a name and a password that it does not bring. */
  refuses(request: RuleRequest): boolean {
    return this.#isRefused(this.#wanted(request), request);
  }

  /** The same for the file that would answer it, by its real path: a rewrite or a link may lead there. */
  refusesFile(request: Omit<RuleRequest, "target">, file: string): boolean {
    return this.#isRefused(this.#wantedForFile(file, request.authority), request);
  }

  #isRefused(wanted: readonly string[] | undefined, { fields }: Pick<RuleRequest, "fields">): boolean {
    return wanted !== undefined && this.#engine?.brings(fields?.authorization, wanted) !== true;
  }

  /** Whether everyone who got a page gets this, too: what asks for another password is none of their business. */
  admits(request: FieldRequest, audience: Audience | undefined): boolean {
    return this.#isFor(audience, this.#wanted(request));
  }

  admitsFile(file: string, authority: string, audience: Audience | undefined): boolean {
    return this.#isFor(audience, this.#wantedForFile(file, authority));
  }

  #isFor(audience: Audience | undefined, wanted: readonly string[] | undefined): boolean {
    // With no rule for it, the password of the command line is everyone's.
    if (wanted === undefined || this.#guards === undefined) return true;
    const given = audience?.credentials ?? [];
    return given.length > 0 && given.every((pair) => wanted.includes(pair));
  }

  /** Those who get a page. Undefined where everyone does, and gets the same. */
  audience(page: FieldRequest): Audience | undefined {
    const credentials = this.#guards === undefined ? undefined : this.#wanted(page);
    const namesHosts = this.#guards?.namesHosts === true || this.#redirects?.all.namesHosts === true;
    if (credentials === undefined && !namesHosts) return undefined;
    const { authority } = page;
    const key = JSON.stringify([namesHosts ? authority : "", ...(credentials ?? [])]);
    return { key, authority, credentials: credentials ?? [] };
  }

  get #guards(): Guards | undefined {
    const guards = this.#headers?.guards;
    return guards === undefined || guards.size === 0 ? undefined : guards;
  }

  /** The pairs of a rule and that of the command line; undefined where everyone may come in. */
  #wanted({ target, authority }: FieldRequest): readonly string[] | undefined {
    const ruled = this.#ruled(target, authority);
    if (ruled !== undefined) return [...ruled, ...this.#master];
    return this.#master.length > 0 ? this.#master : undefined;
  }

  /** A pattern with the base in it counts, too: whoever wrote one meant to close something. */
  #ruled(target: string, authority: string): readonly string[] | undefined {
    const guards = this.#guards;
    if (guards === undefined) return undefined;
    const below = withoutBase(this.#base, target);
    const targets = below === undefined || below === target ? [target] : [below, target];
    const [first, ...others] = targets.flatMap((read) => {
      const pairs = guards.wanted({ target: read }, authority);
      return pairs === undefined ? [] : [pairs];
    });
    return first?.filter((pair) => others.every((pairs) => pairs.includes(pair)));
  }

  #wantedForFile(file: string, authority: string): readonly string[] | undefined {
    if (this.#guards === undefined || this.#root === undefined) return undefined;
    const path = relative(this.#root, file).split(sep);
    // Beyond the root a file has no path of its own here.
    if (path[0] === "..") return undefined;
    const ruled = this.#guards.wanted({ file: `/${path.map(encodePath).join("/")}` }, authority);
    return ruled && [...ruled, ...this.#master];
  }

  #below(action: RuleAction): RuleAction {
    if (action.kind === "rewrite") return { ...action, pathname: withBase(this.#base, action.pathname) };
    if (action.kind === "unknown" || !action.location.startsWith("/")) return action;
    return { ...action, location: withBase(this.#base, action.location) };
  }

  /** What a page is to be delivered with. */
  page(request: FieldRequest): PageRules {
    const changes = this.#changes(request);
    const audience = this.audience(request);
    if (changes === undefined) return audience === undefined ? NONE : { ...NONE, audience };
    const [csp = [], link] = [changes.get("content-security-policy"), changes.get("link")?.join(", ")];
    return { csp, link, audience };
  }

  /** Validators that a rule gives to a file in the place of its own: conditions are about these. */
  validators(request: FieldRequest): Partial<Validators> | undefined {
    if (this.#headers?.setsValidators !== true && this.#fields.length === 0) return undefined;
    const changes = this.#changes(request);
    const etag = changes?.get("etag")?.at(-1);
    const lastModified = parseHttpDate(changes?.get("last-modified")?.at(-1) ?? "");
    if (etag === undefined && lastModified === undefined) return undefined;
    return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
  }

  /** The `Content-Type` that a rule gives to a file in the place of its own, "" where it takes that away. */
  contentType(request: FieldRequest): string | undefined {
    const changes = this.#changes(request);
    return changes?.has("content-type") === true ? (changes.get("content-type")?.join(", ") ?? "") : undefined;
  }

  /** Another number each time that the rules for fields have changed. */
  get version(): number {
    if (this.#headers !== this.#versioned) this.#version++;
    this.#versioned = this.#headers;
    return this.#version;
  }

  /** Whether a rule says that a response is stale the moment it arrives, or another for a request that is not a preload. */
  makesStale(request: FieldRequest): boolean {
    const changes = this.#changes(request);
    if (changes === undefined) return false;
    const value = changes.get("cache-control")?.join(", ") ?? "";
    return /\bno-store\b|\bno-cache\b|\bmax-age=0\b/i.test(value) || VARIES.test(changes.get("vary")?.join(", ") ?? "");
  }

  /** A scanner that knows with which policies a page is served. */
  scanner(scanner: Pick<Scanner, "page">): Pick<Scanner, "page"> {
    return {
      page: (pathname, file, context) => {
        const { csp, audience } = this.page({ target: pathname, authority: UNKNOWN_HOST });
        return scanner.page(pathname, file, { csp, audience, ...context });
      },
    };
  }

  /** Gives each response the fields that `_headers` and the command line want. */
  readonly headerTransform: HeaderTransform = (request) => {
    const engine = this.#engine;
    const changes = this.#changes(request);
    if (engine === undefined || changes === undefined) return undefined;
    return (status, fields) => engine.changeFields(changes, status, fields);
  };

  #changes(request: FieldRequest): FieldChanges | undefined {
    if (this.#headers === undefined && this.#fields.length === 0) return undefined;
    // What is answered outside of the base is no file of the site; what holds for all paths holds for it.
    const target = withoutBase(this.#base, request.target) ?? request.target;
    return this.#engine?.changesFor(this.#headers, this.#fields, { target, authority: request.authority });
  }

  async #look(): Promise<void> {
    if (this.#fields.length + this.#master.length > 0) await this.#load();
    if (this.#root !== undefined) await Promise.all([this.#headersFile.look(), this.#redirectsFile.look()]);
  }

  get #headers(): HeaderRules | undefined {
    return this.#headersFile.rules;
  }

  get #redirects(): RedirectRules | undefined {
    return this.#redirectsFile.rules;
  }

  async #load(): Promise<Engine> {
    return (this.#engine ??= await import("../../rules/site-rules.js"));
  }
}
