import { join } from "node:path";
import type { Audience } from "../manifest/lookup.js";
import type { Scanner } from "../manifest/scanner.js";
import type { Field } from "../rules/field.js";
import type * as siteRules from "../rules/site-rules.js";
import type {
  FieldChanges,
  FieldRequest,
  HeaderRules,
  RedirectRules,
  RuleAction,
  RuleRequest,
} from "../rules/site-rules.js";
import { Lookups } from "../static/lookups.js";
import type { Dresser } from "./dressing.js";
import { RuleFile } from "./rule-file.js";

/** The names of the rule files in the root. They are never served. */
export const ruleFiles = ["_headers", "_redirects"] as const;

export interface SiteRulesOptions {
  /** The directory that holds `_headers` and `_redirects`; without one there are none. */
  readonly root: string | undefined;
  /** Fields of every response, those of the command line. */
  readonly fields: readonly Field[];
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

/**
 * The rules of a site, as its rule files are now: their versions are looked at
 * with a request, every 250 ms at most. The code that applies rules is loaded
 * when there are any.
 */
export class SiteRules {
  readonly #fields: readonly Field[];
  readonly #root: string | undefined;
  readonly #headersFile: RuleFile<HeaderRules>;
  readonly #redirectsFile: RuleFile<RedirectRules>;
  readonly #looks = new Lookups(async () => (await this.#look(), true));
  #engine: Engine | undefined;
  #headers: HeaderRules | undefined;
  #redirects: RedirectRules | undefined;

  constructor({ root, fields, report, notice }: SiteRulesOptions) {
    this.#root = root;
    this.#fields = fields;
    const file = (name: string) => ({ file: join(root ?? "", name), name, report, notice });
    this.#headersFile = new RuleFile({
      ...file("_headers"),
      read: async (text) => (await this.#load()).readHeaders(text),
    });
    this.#redirectsFile = new RuleFile({
      ...file("_redirects"),
      read: async (text) => (await this.#load()).readRedirects(text),
    });
  }

  /** Looks at the files, when the last look was too long ago at that time (`performance.now()`); else undefined. */
  look(now: number): Promise<unknown> | undefined {
    return this.#looks.recall("", now) === undefined ? this.#looks.get("") : undefined;
  }

  /** The next request looks at the files. */
  lookAgain(): void {
    this.#looks.forget();
  }

  /** What `_redirects` makes of a request. Undefined leaves it as it is. */
  action(request: RuleRequest): RuleAction | undefined {
    return this.#redirects === undefined ? undefined : this.#engine?.actionFor(this.#redirects, request);
  }

  /** Whether `_headers` asks for a name and a password that the request does not bring. */
  refuses(request: RuleRequest): boolean {
    const guarding = this.#headers?.guarding;
    if (guarding === undefined || guarding.size === 0) return false;
    return this.#engine?.isRefused(guarding, request, request.fields?.authorization) === true;
  }

  /** Whether everyone who got a page gets this, too: what asks for another password is none of their business. */
  admits(request: FieldRequest, audience: Audience | undefined): boolean {
    const wanted = this.#credentialsFor(request);
    if (wanted.length === 0) return true;
    const given = audience?.credentials ?? [];
    return given.length > 0 && given.every((pair) => wanted.includes(pair));
  }

  /** Those who get a page. Undefined where everyone does, and gets the same. */
  audience(page: FieldRequest): Audience | undefined {
    const credentials = this.#credentialsFor(page);
    const namesHosts = this.#headers?.guarding.namesHosts === true || this.#redirects?.namesHosts === true;
    if (credentials.length === 0 && !namesHosts) return undefined;
    const { authority } = page;
    return { key: JSON.stringify([namesHosts ? authority : "", ...credentials]), authority, credentials };
  }

  #credentialsFor(request: FieldRequest): readonly string[] {
    const guarding = this.#headers?.guarding;
    if (guarding === undefined || guarding.size === 0) return [];
    return this.#engine?.credentialsFor(guarding, request) ?? [];
  }

  /** What a page is to be delivered with. */
  page(request: FieldRequest): PageRules {
    const changes = this.#changes(request);
    const audience = this.audience(request);
    if (changes === undefined) return audience === undefined ? NONE : { ...NONE, audience };
    const [csp = [], link] = [changes.get("content-security-policy"), changes.get("link")?.join(", ")];
    return { csp, link, audience };
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
  readonly dresser: Dresser = (request) => {
    const engine = this.#engine;
    const changes = this.#changes(request);
    if (engine === undefined || changes === undefined) return undefined;
    return (status, fields) => engine.changeFields(changes, status, fields);
  };

  #changes(request: FieldRequest): FieldChanges | undefined {
    if (this.#headers === undefined && this.#fields.length === 0) return undefined;
    return this.#engine?.changesFor(this.#headers, this.#fields, request);
  }

  async #look(): Promise<void> {
    if (this.#fields.length > 0) await this.#load();
    if (this.#root === undefined) return;
    [this.#headers, this.#redirects] = await Promise.all([this.#headersFile.look(), this.#redirectsFile.look()]);
  }

  async #load(): Promise<Engine> {
    return (this.#engine ??= await import("../rules/site-rules.js"));
  }
}
