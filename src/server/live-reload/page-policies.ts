import type { OutgoingHttpHeaders } from "node:http";
import type { TransformedRequest } from "../http/exchange.js";
import { tellOnce } from "../../io/tell-once.js";
import { pathOf } from "../../io/request-target.js";
import type { SiteLookup } from "../files/site-lookup.js";
import { metaPolicies, nonceIn } from "./script-insertion.js";
import { nonceAsked, obstacleIn, obstacleInMeta } from "./csp-warnings.js";

export interface PagePoliciesOptions {
  readonly lookup: SiteLookup;
  /** Told what the user should know of, in a sentence. */
  readonly notice: (text: string) => void;
}

/** What a page says of its policy. */
interface Inside {
  readonly nonce: string | undefined;
  /** Those of its `meta` elements. */
  readonly policies: readonly string[];
}

/** Says once of a page which of its policies keeps it from being told of changes. */
export class PagePolicies {
  readonly #options: PagePoliciesOptions;
  readonly #insides = new Map<string, Inside>();
  readonly #passed = new WeakSet<TransformedRequest>();
  readonly #notice: (key: string, text: string) => void;

  constructor(options: PagePoliciesOptions) {
    this.#options = options;
    this.#notice = tellOnce(options.notice);
  }

  /** @param text the beginning of the page that lies in the file */
  learn(file: string, text: string): void {
    this.#insides.set(file, { nonce: nonceIn(text), policies: metaPolicies(text) });
  }

  /** The page that answers a request is another server's: its script has the nonce that its policy asks for. */
  passesOn(request: TransformedRequest): void {
    this.#passed.add(request);
  }

  /** @param fields those that a page goes out with */
  check(request: TransformedRequest, fields: OutgoingHttpHeaders): void {
    const pathname = pathOf(request.target);
    const policy = [fields["content-security-policy"] ?? []].flat().map(String).join(",");
    const inside = this.#passed.has(request) ? { nonce: nonceAsked(policy), policies: [] } : this.#insideOf(request);
    if (inside === undefined) return;
    const page = { nonce: inside.nonce, authority: request.authority };
    const obstacle = obstacleIn(policy, page) ?? obstacleInMeta(inside.policies, page);
    if (obstacle === undefined) return;
    const notice = `${pathname} does not reload by itself, its content security policy forbids it: ${obstacle}`;
    this.#notice(notice, notice);
  }

  /** Of the page that was just found for a request. */
  #insideOf(request: TransformedRequest): Inside | undefined {
    const found = this.#options.lookup.peek(request);
    return found === undefined ? undefined : this.#insides.get(found.file);
  }
}
