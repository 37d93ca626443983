import type { OutgoingHttpHeaders } from "node:http";
import { relative, sep } from "node:path";
import type { Audience } from "../../scanner/lookup.js";
import { encodePath } from "../../rules/redirects/canonical.js";
import { applyRedirects } from "../../rules/redirects/redirect.js";
import { brings } from "../../rules/guards/basic-auth.js";
import type { Guards } from "../../rules/guards/guards.js";
import type { Field } from "../../rules/headers/field.js";
import { changeFields, changesFor, type FieldChanges } from "../../rules/headers/fields.js";
import type { HeaderRules, RedirectRules, RuleAction, RuleRequest } from "../../rules/rule-set.js";
import { withBase, withoutBase } from "../../files/base.js";
import { parseHttpDate } from "../../files/conditions/http-date.js";
import type { Validators } from "../../files/conditions/precondition.js";
import { NO_PAGE_RULES, type PageRules, type RequestRules } from "./request-rules.js";

export { readHeaders, readRedirects } from "../../rules/rule-set.js";

/** The rules of a site at one moment. */
export interface RuleSet {
  readonly headers: HeaderRules | undefined;
  readonly redirects: RedirectRules | undefined;
  /** Fields of every response, those of the command line. */
  readonly fields: readonly Field[];
  /** Each `name:password` of the command line: one of them opens everything. */
  readonly masters: readonly string[];
  /** The directory that holds the files. */
  readonly root: string | undefined;
  /** The path that the site is served below: rules speak of what lies below it, as if it were not there. */
  readonly base: string;
}

/** Fields that the preload of a 103 sends otherwise than the page that needs the target (Chromium 156, measured). */
const VARIES = /\*|(?<![\w-])(?:accept|origin|referer|purpose|priority|sec-[\w-]+)(?![\w-])/i;

/** Applies the rules of a site to one request. */
export function matchRules(rules: RuleSet, request: RuleRequest): RequestRules {
  return new MatchedRules(rules, request);
}

class MatchedRules implements RequestRules {
  readonly #rules: RuleSet;
  readonly #request: RuleRequest;
  /** Rules that ask for a password, where there are any. */
  readonly #guards: Guards | undefined;
  // What was found out, undefined too, is in a list of one.
  #action: readonly [RuleAction | undefined] | undefined;
  /** Names of the request's fields that redirects have looked at. */
  readonly #lookedAt = new Set<string>();
  #changes: readonly [FieldChanges | undefined] | undefined;
  #wanted: readonly [readonly string[] | undefined] | undefined;

  constructor(rules: RuleSet, request: RuleRequest) {
    this.#rules = rules;
    this.#request = request;
    const guards = rules.headers?.guards;
    this.#guards = guards === undefined || guards.size === 0 ? undefined : guards;
  }

  get action(): RuleAction | undefined {
    return (this.#action ??= [this.#matchRedirects()])[0];
  }

  get needsPassword(): boolean {
    return this.#passwords !== undefined;
  }

  get isRefused(): boolean {
    return this.#lacks(this.#passwords);
  }

  refusesFile(file: string): boolean {
    return this.#lacks(this.#passwordsOf(file));
  }

  admits(audience: Audience | undefined): boolean {
    return this.#isFor(audience, this.#passwords);
  }

  admitsFile(file: string, audience: Audience | undefined): boolean {
    return this.#isFor(audience, this.#passwordsOf(file));
  }

  get audience(): Audience | undefined {
    const credentials = this.#guards === undefined ? undefined : this.#passwords;
    const namesHosts = this.#guards?.namesHosts === true || this.#rules.redirects?.all.namesHosts === true;
    if (credentials === undefined && !namesHosts) return undefined;
    const { authority } = this.#request;
    const key = JSON.stringify([namesHosts ? authority : "", ...(credentials ?? [])]);
    return { key, authority, credentials: credentials ?? [] };
  }

  get page(): PageRules {
    const changes = this.#fieldChanges;
    const { audience } = this;
    if (changes === undefined) return audience === undefined ? NO_PAGE_RULES : { ...NO_PAGE_RULES, audience };
    const [csp = [], integrityPolicy = []] = ["content-security-policy", "integrity-policy"].map((name) =>
      changes.get(name),
    );
    return { csp, integrityPolicy, link: changes.get("link")?.join(", "), audience };
  }

  get validators(): Partial<Validators> | undefined {
    const { headers, fields } = this.#rules;
    if (headers?.setsValidators !== true && fields.length === 0) return undefined;
    const changes = this.#fieldChanges;
    const etag = changes?.get("etag")?.at(-1);
    const lastModified = parseHttpDate(changes?.get("last-modified")?.at(-1) ?? "");
    if (etag === undefined && lastModified === undefined) return undefined;
    return {
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified, isRedated: false }),
    };
  }

  get contentType(): string | undefined {
    const changes = this.#fieldChanges;
    return changes?.has("content-type") === true ? (changes.get("content-type")?.join(", ") ?? "") : undefined;
  }

  get makesStale(): boolean {
    const changes = this.#fieldChanges;
    if (changes === undefined) return false;
    const value = changes.get("cache-control")?.join(", ") ?? "";
    return /\bno-store\b|\bno-cache\b|\bmax-age=0\b/i.test(value) || VARIES.test(changes.get("vary")?.join(", ") ?? "");
  }

  get transformHeaders() {
    const changes = this.#withVary(this.#fieldChanges);
    if (changes === undefined) return undefined;
    return (status: number, fields: OutgoingHttpHeaders) => changeFields(changes, status, fields);
  }

  /** Whoever stores the response has to know by which fields it was chosen (RFC 9110 §12.5.5). */
  #withVary(changes: FieldChanges | undefined): FieldChanges | undefined {
    if (this.#rules.redirects?.hasConditions !== true) return changes;
    this.#action ??= [this.#matchRedirects()];
    if (this.#lookedAt.size === 0) return changes;
    return new Map([...(changes ?? []), ["vary", [...(changes?.get("vary") ?? []), ...this.#lookedAt]]]);
  }

  #matchRedirects(): RuleAction | undefined {
    const { redirects, base } = this.#rules;
    const target = withoutBase(base, this.#request.target);
    if (redirects === undefined || target === undefined) return undefined;
    const action = applyRedirects(redirects.all, { ...this.#request, target }, this.#lookedAt);
    return action === undefined ? undefined : below(base, action);
  }

  get #fieldChanges(): FieldChanges | undefined {
    return (this.#changes ??= [this.#matchHeaders()])[0];
  }

  #matchHeaders(): FieldChanges | undefined {
    const { headers, fields, base } = this.#rules;
    const { target, authority } = this.#request;
    // What is answered outside of the base is no file of the site; what holds for all paths holds for it.
    return changesFor(headers?.all, fields, { target: withoutBase(base, target) ?? target, authority });
  }

  /** The pairs of a rule and those of the command line; undefined where everyone may come in. */
  get #passwords(): readonly string[] | undefined {
    return (this.#wanted ??= [this.#matchPasswords()])[0];
  }

  #matchPasswords(): readonly string[] | undefined {
    const { masters } = this.#rules;
    const ruled = this.#guards && this.#ruledPasswords(this.#guards);
    if (ruled !== undefined) return [...ruled, ...masters];
    return masters.length > 0 ? masters : undefined;
  }

  /** A pattern with the base in it counts, too: whoever wrote one meant to close something. */
  #ruledPasswords(guards: Guards): readonly string[] | undefined {
    const { target, authority } = this.#request;
    const below = withoutBase(this.#rules.base, target);
    const targets = below === undefined || below === target ? [target] : [below, target];
    const [first, ...others] = targets.flatMap((target) => {
      const pairs = guards.wanted({ target }, authority);
      return pairs === undefined ? [] : [pairs];
    });
    return first?.filter((pair) => others.every((pairs) => pairs.includes(pair)));
  }

  #passwordsOf(file: string): readonly string[] | undefined {
    const { root, masters } = this.#rules;
    if (this.#guards === undefined || root === undefined) return undefined;
    const path = relative(root, file).split(sep);
    // Beyond the root a file has no path of its own here.
    if (path[0] === "..") return undefined;
    const ruled = this.#guards.wanted({ file: `/${path.map(encodePath).join("/")}` }, this.#request.authority);
    return ruled && [...ruled, ...masters];
  }

  #lacks(wanted: readonly string[] | undefined): boolean {
    return wanted !== undefined && !brings(this.#request.fields?.authorization, wanted);
  }

  #isFor(audience: Audience | undefined, wanted: readonly string[] | undefined): boolean {
    // With no rule for it, the password of the command line is everyone's.
    if (wanted === undefined || this.#guards === undefined) return true;
    const given = audience?.credentials ?? [];
    return given.length > 0 && given.every((pair) => wanted.includes(pair));
  }
}

/** What a rule says, with the base in front of the paths of this site. */
function below(base: string, action: RuleAction): RuleAction {
  if (action.kind === "rewrite") return { ...action, pathname: withBase(base, action.pathname) };
  if (action.kind === "unknown" || !action.location.startsWith("/")) return action;
  return { ...action, location: withBase(base, action.location) };
}
