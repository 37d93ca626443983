import { join } from "node:path";
import type { Scanner } from "../../scanner/scanner.js";
import type { Field } from "../../rules/headers/field.js";
import type { HeaderRules, RedirectRules, RuleRequest } from "../../rules/rule-set.js";
import { Lookups } from "../../files/lookups.js";
import type * as matching from "./match-rules.js";
import type { Exchange, HeaderTransform } from "../http/exchange.js";
import { NO_PAGE_RULES, type RequestRules } from "./request-rules.js";
import { RuleFile } from "./rule-file.js";

/** The names of the rule files in the root. They are never served. */
export const ruleFiles = ["_headers", "_redirects"] as const;

export interface SiteRulesOptions {
  /** The directory that holds `_headers` and `_redirects`; without one there are none. */
  readonly root: string | undefined;
  /** The path that the site is served below, "/" by default. */
  readonly base?: string;
  /** Fields of every response, those of the command line. */
  readonly fields: readonly Field[];
  /** `name:password` that every request has to bring, unless a rule names others for it. */
  readonly auth?: string | undefined;
  /** Told what is wrong with a rule file, once for each version of it. */
  readonly report: (error: Error) => void;
  readonly notice: (text: string) => void;
}

/** Whom requests are taken to ask before there are any. */
const UNKNOWN_HOST = "localhost";

/** Where there are no rules. */
export const NO_RULES: RequestRules = {
  action: undefined,
  needsPassword: false,
  isRefused: false,
  refusesFile: () => false,
  admits: () => true,
  admitsFile: () => true,
  audience: undefined,
  page: NO_PAGE_RULES,
  validators: undefined,
  contentType: undefined,
  makesStale: false,
  transformHeaders: undefined,
};

/** A request for a target that nobody has made yet. */
export const expectedRequest = (target: string, authority = UNKNOWN_HOST): RuleRequest => ({
  target,
  authority,
  fields: undefined,
});

/**
 * The rules of a site, as its rule files are now: their versions are looked at
 * with a request, every 250 ms at most. The code that applies rules is loaded
 * when there are any.
 */
export class SiteRules {
  readonly #options: SiteRulesOptions;
  readonly #headersFile: RuleFile<HeaderRules>;
  readonly #redirectsFile: RuleFile<RedirectRules>;
  readonly #looks = new Lookups(async () => (await this.#look(), true));
  #matching: typeof matching | undefined;
  /** Undefined where there are none. */
  #rules: matching.RuleSet | undefined;
  #version = 0;
  /** Rules for the fields of every response, beside those of the site. */
  headerTransforms: readonly HeaderTransform[] = [];
  #isUnknown = false;

  constructor(options: SiteRulesOptions) {
    this.#options = options;
    const { root, report, notice } = options;
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

  /** Looks at the files, when the last look was too long ago; else undefined. */
  look(): Promise<unknown> | undefined {
    return this.#looks.peek("") === undefined ? this.#looks.find("") : undefined;
  }

  /** The next request looks at the files. */
  invalidate(): void {
    this.#looks.invalidate();
  }

  /** What the rules say to a request. */
  of(request: RuleRequest): RequestRules {
    if (this.#rules === undefined || this.#matching === undefined) return NO_RULES;
    return this.#matching.matchRules(this.#rules, request);
  }

  /** Matches the rules with a request, and finds all that change the fields of its response, in their order. */
  apply(exchange: Exchange): void {
    if (this.#rules === undefined && this.headerTransforms.length === 0) return;
    exchange.rules = this.of(exchange);
    const others = this.headerTransforms.map((headerTransform) => headerTransform(exchange));
    const found = [exchange.rules.transformHeaders, ...others].filter((transform) => transform !== undefined);
    if (found.length === 0) return;
    exchange.transformHeaders = (status, fields) =>
      found.reduce((transformed, transform) => transform(status, transformed), fields);
  }

  /** The text of a rule file as it was read. */
  textOf(name: "_headers" | "_redirects"): string | undefined {
    return (name === "_headers" ? this.#headersFile : this.#redirectsFile).content;
  }

  /** By which URLs rewrites lead to pages; undefined without a file of them. Of paths within the base. */
  get rewritten(): RedirectRules["rewritten"] | undefined {
    return this.#rules?.redirects?.rewritten;
  }

  /** Nobody knows what is to be kept from whom: `_headers` is there, and can't be read. */
  get isUnknown(): boolean {
    return this.#isUnknown;
  }

  /** Another number each time that the rules have changed. */
  get version(): number {
    return this.#version;
  }

  /** A scanner that knows with which policies a page is served. */
  scanner(scanner: Pick<Scanner, "page">): Pick<Scanner, "page"> {
    return {
      page: (pathname, file, context) => {
        const { csp, audience } = this.of(expectedRequest(pathname)).page;
        return scanner.page(pathname, file, { csp, audience, ...context });
      },
    };
  }

  async #look(): Promise<void> {
    const { root, base = "/", fields, auth } = this.#options;
    if (root !== undefined) await Promise.all([this.#headersFile.look(), this.#redirectsFile.look()]);
    this.#isUnknown = this.#headersFile.isUnread;
    const [headers, redirects] = [this.#headersFile.rules, this.#redirectsFile.rules];
    const masters = auth === undefined ? [] : [auth];
    const isEmpty = headers === undefined && redirects === undefined && fields.length + masters.length === 0;
    if (!isEmpty) await this.#load();
    if (this.#rules?.headers === headers && this.#rules?.redirects === redirects && isEmpty === !this.#rules) return;
    this.#rules = isEmpty ? undefined : { headers, redirects, fields, masters, root, base };
    this.#version++;
  }

  async #load(): Promise<typeof matching> {
    return (this.#matching ??= await import("./match-rules.js"));
  }
}
