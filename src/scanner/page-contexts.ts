import type { DocumentFacts } from "./html/facts.js";
import type { Context } from "./needs-list.js";
import { baseOf, documentBase } from "../manifest/resolve.js";
import { ContentSecurityPolicy } from "./url/csp.js";

/** A page as it is asked for, and its `Content-Security-Policy` fields. */
type AskedPage = Pick<Context, "file" | "pathname"> & { readonly policies: readonly string[] };

/** What counts at an offset of a page's HTML: what references resolve against, and what policies allow. */
export class PageContexts {
  /** Where the page's own URL is the base. */
  readonly before: Context;
  /** Behind the `base` element, and for scripts. */
  readonly after: Context;
  /** All policies of the page. */
  readonly policy: ContentSecurityPolicy;
  readonly #byField: ContentSecurityPolicy;
  readonly #policyFrom: number;
  readonly #baseFrom: number;

  constructor({ file, pathname, policies }: AskedPage, { base, encoding, policies: inHtml }: DocumentFacts) {
    this.before = { file, pathname, base: baseOf(pathname), encoding };
    this.after = { ...this.before, base: documentBase(base?.href, this.before.base) };
    this.policy = new ContentSecurityPolicy([...policies, ...inHtml.map(({ content }) => content)]);
    this.#byField = new ContentSecurityPolicy(policies);
    this.#policyFrom = inHtml[0]?.offset ?? 0;
    this.#baseFrom = base?.offset ?? 0;
  }

  at(offset: number): Context {
    return offset < this.#baseFrom ? this.before : this.after;
  }

  policyAt(offset: number): ContentSecurityPolicy {
    return offset < this.#policyFrom ? this.#byField : this.policy;
  }
}
