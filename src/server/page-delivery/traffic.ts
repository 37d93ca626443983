import type { Learner, Observation, ObservedRequest, PageVersion } from "../../learn/learner.js";
import type { PageNeeds } from "../../scanner/scanner.js";
import type { FoundFile } from "../../files/file.js";
import { pathOf } from "../files/send-file.js";
import type { Exchange } from "../http/exchange.js";
import type { SiteRules } from "../middleware/rule-checks.js";

/** Shows a learner what clients ask a server for. */
export class Traffic {
  readonly #learner: Learner;
  readonly #rules: SiteRules;
  readonly #isProxied: (target: string) => boolean;
  readonly #begun = new WeakSet<Exchange>();
  readonly #connections = new WeakSet<object>();

  constructor(learner: Learner, rules: SiteRules, isProxied: (target: string) => boolean) {
    this.#learner = learner;
    this.#rules = rules;
    this.#isProxied = isProxied;
  }

  /** What a page goes with, learned entries too; undefined when that can't be said without waiting. */
  peek(exchange: Exchange, file: FoundFile, needs: PageNeeds): PageNeeds | undefined {
    const page = this.#page(exchange, file, needs);
    if (page === undefined) return needs;
    const all = this.#learner.peek(page, kindOf(exchange));
    if (all !== undefined) this.#begin(exchange, page);
    return all;
  }

  async page(exchange: Exchange, file: FoundFile, needs: PageNeeds): Promise<PageNeeds> {
    const page = this.#page(exchange, file, needs);
    if (page === undefined) return needs;
    const all = await this.#learner.page(page, kindOf(exchange));
    this.#begin(exchange, page);
    return all;
  }

  /** A request has arrived. */
  arrived(exchange: Exchange): Observation | undefined {
    return this.#learner.isIdle || this.#isProxied(exchange.target)
      ? undefined
      : this.#learner.arrived(observed(exchange));
  }

  /** Nobody's page is learned from where not everybody gets the same. */
  #page({ target, authority }: Exchange, file: FoundFile, needs: PageNeeds): PageVersion | undefined {
    if (this.#rules.audience({ target, authority }) !== undefined) return undefined;
    return { pathname: pathOf(target), file, needs, rules: this.#rules.version };
  }

  #begin(exchange: Exchange, page: PageVersion): void {
    const { connection, target } = exchange;
    if (this.#begun.has(exchange)) return;
    this.#begun.add(exchange);
    const { transport, history, id } = connection;
    if (!this.#connections.has(connection)) {
      this.#connections.add(connection);
      const carrier = transport.protocol === "h2" ? transport.session : transport.socket;
      carrier.once("close", () => this.#learner.closed(id));
    }
    const time = Date.now();
    this.#learner.begin(page, observed(exchange), () => {
      const delivery = history.deliveries.findLast((one) => one.page === target && one.time >= time);
      const isNamed = (means: string) => means === "link" || means === "hint";
      return delivery && new Set(delivery.targets.flatMap((one) => (isNamed(one.means) ? one.target : [])));
    });
  }
}

const kindOf = ({ fields }: Exchange) => fields["user-agent"] ?? "";

function observed({ connection, method, authority, target, fields }: Exchange): ObservedRequest {
  const kind = fields["user-agent"] ?? "";
  const client = { connection: connection.id, name: `${connection.remoteAddress ?? ""} ${kind}`, kind };
  return { client, method, authority, target, fields };
}
