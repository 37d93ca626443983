import type { OutgoingHttpHeaders } from "node:http";
import type { Audience } from "../../scanner/lookup.js";
import type { RuleAction } from "../../rules/rule-set.js";
import type { Validators } from "../../files/conditions/precondition.js";

/** What rules say of a page beside what goes into its response as it is. */
export interface PageRules {
  /** Values of `Content-Security-Policy`. */
  readonly csp: readonly string[];
  /** Those of `Integrity-Policy`. */
  readonly integrityPolicy: readonly string[];
  /** The `Link` field. */
  readonly link: string | undefined;
  /** For whom what it needs is looked up. */
  readonly audience: Audience | undefined;
}

/**
 * What the rules of a site say to one request: `_headers`, `_redirects`, and
 * the fields and the password of the command line. Each is matched when it is
 * first asked for, and once.
 */
export interface RequestRules {
  /** What `_redirects` makes of the request. Undefined leaves it as it is. */
  readonly action: RuleAction | undefined;
  /** The request needs a name and a password. */
  readonly needsPassword: boolean;
  /** It needs a name and a password that it does not bring. */
  readonly isRefused: boolean;
  /** The same for the file that would answer it, by its real path: a rewrite or a link may lead there. */
  refusesFile(file: string): boolean;
  /** Whether everyone who got a page gets this, too: what asks for another password is none of their business. */
  admits(audience: Audience | undefined): boolean;
  admitsFile(file: string, audience: Audience | undefined): boolean;
  /** Those who get the page. Undefined where everyone does, and gets the same. */
  readonly audience: Audience | undefined;
  /** What a page is to be delivered with. */
  readonly page: PageRules;
  /** Validators that a rule gives to a file in the place of its own: conditions are about these. */
  readonly validators: Partial<Validators> | undefined;
  /** The `Content-Type` that a rule gives to a file in the place of its own, "" where it takes that away. */
  readonly contentType: string | undefined;
  /** The response is stale the moment it arrives, or another for a request that is not a preload. */
  readonly makesStale: boolean;
  /** Gives the response the fields that rules want. */
  readonly transformHeaders: ((status: number, fields: OutgoingHttpHeaders) => OutgoingHttpHeaders) | undefined;
}

export const NO_PAGE_RULES: PageRules = { csp: [], integrityPolicy: [], link: undefined, audience: undefined };
