import type { OutgoingHttpHeaders } from "node:http";
import type { FileTree } from "../../static/tree.js";
import type { DressedRequest } from "../dressing.js";
import { pathOf } from "../send-file.js";
import { metaPolicies, nonceIn } from "./insert.js";
import { obstacleIn, obstacleInMeta } from "./policy.js";

export interface PagePoliciesOptions {
  readonly tree: FileTree;
  /** URL path of the page that answers navigations to paths without a file. */
  readonly single: string | undefined;
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
  readonly #told = new Set<string>();

  constructor(options: PagePoliciesOptions) {
    this.#options = options;
  }

  /** @param text the beginning of the page that lies in the file */
  learn(file: string, text: string): void {
    this.#insides.set(file, { nonce: nonceIn(text), policies: metaPolicies(text) });
  }

  /** @param fields those that a page goes out with */
  check({ target, fields: request }: DressedRequest, fields: OutgoingHttpHeaders): void {
    const pathname = pathOf(target);
    const inside = this.#insideOf(pathname);
    if (inside === undefined) return;
    const page = { nonce: inside.nonce, authority: String(request[":authority"] ?? request.host ?? "") };
    const policies = [fields["content-security-policy"] ?? []].flat().map(String);
    const obstacle = obstacleIn(policies.join(","), page) ?? obstacleInMeta(inside.policies, page);
    const key = `${pathname} ${obstacle ?? ""}`;
    if (obstacle === undefined || this.#told.has(key)) return;
    this.#told.add(key);
    this.#options.notice(`${pathname} does not reload by itself, its content security policy forbids it: ${obstacle}`);
  }

  /** Of the page that was just found for a path. */
  #insideOf(pathname: string): Inside | undefined {
    const { tree, single } = this.#options;
    const now = performance.now();
    for (const path of [pathname, single ?? pathname]) {
      const found = tree.recall(path, now);
      if (found?.kind === "file") return this.#insides.get(found.file);
    }
    return undefined;
  }
}
