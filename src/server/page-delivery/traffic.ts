import { errorOf } from "../../errors.js";
import type { Learner, Observation, PageVersion } from "../../learn/learner.js";
import type { ObservedRequest } from "../../learn/observed-request.js";
import type { Client } from "../../learn/page-load.js";
import type { PageNeeds } from "../../scanner/types.js";
import type { FoundFile } from "../../files/file.js";
import { pathOf } from "../../io/request-target.js";
import type { Exchange } from "../http/exchange.js";
import type { Connection } from "../listen/connection.js";
import type { SiteRules } from "../middleware/site-rules.js";

export interface TrafficOptions {
  /** Makes the learner: with the first page that is asked for, as a start does not wait for it. */
  readonly load: () => Promise<Learner>;
  readonly rules: SiteRules;
  readonly isProxied: (target: string) => boolean;
  /** Takes what went wrong with learning: no response suffers from it. */
  readonly report: (error: Error) => void;
}

/** Shows a learner what clients ask a server for, and pages what was learned. */
export class Traffic {
  readonly #options: TrafficOptions;
  #learner: Learner | undefined;
  #loading: Promise<Learner> | undefined;
  /** Who is on a connection: nearly always the same. */
  readonly #clients = new WeakMap<Connection, Client>();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** What a page goes with, learned entries too; undefined when that can't be said without waiting. */
  peek(exchange: Exchange, file: FoundFile, needs: PageNeeds): PageNeeds | undefined {
    const learner = this.#learner;
    if (!isLoad(exchange)) return needs;
    return this.#safely(undefined, () => {
      const page = this.#page(exchange, file, needs);
      if (page === undefined) return needs;
      const all = exchange.pageNeeds ?? learner?.peek(page, kindOf(exchange));
      if (learner !== undefined && all !== undefined) this.#begin(learner, exchange, page, all);
      return all;
    });
  }

  /** The same, after a look at the files that it rests on. */
  async page(exchange: Exchange, file: FoundFile, needs: PageNeeds): Promise<PageNeeds> {
    if (!isLoad(exchange)) return needs;
    try {
      const page = this.#page(exchange, file, needs);
      if (page === undefined) return needs;
      const learner = (this.#learner = await (this.#loading ??= this.#load()));
      const all = exchange.pageNeeds ?? (await learner.page(page, kindOf(exchange)));
      this.#begin(learner, exchange, page, all);
      return all;
    } catch (error) {
      this.#report(error);
      return needs;
    }
  }

  /** What can't be loaded now is loaded with the next page. */
  async #load(): Promise<Learner> {
    try {
      return await this.#options.load();
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }

  /** What goes with a page that nobody has asked for yet, for a client with that `user-agent`. */
  async known(pathname: string, file: FoundFile, needs: PageNeeds, kind: string): Promise<PageNeeds> {
    const page = { pathname, file, needs, rules: this.#options.rules.version };
    return this.#learner?.peek(page, kind) ?? (await this.#learner?.page(page, kind)) ?? needs;
  }

  /** A request has arrived. Undefined when no load of a page is under way that it may belong to. */
  arrived(exchange: Exchange): Observation | undefined {
    const learner = this.#learner;
    if (learner === undefined || learner.isIdle || exchange.fields["sec-fetch-mode"] === "navigate") return undefined;
    if (this.#options.isProxied(exchange.target)) return undefined;
    return this.#safely(undefined, () => learner.arrived(this.#observed(exchange)));
  }

  async close(): Promise<void> {
    await this.#learner?.close();
  }

  /** Nobody's page is learned from where not everybody gets the same. */
  #page(exchange: Exchange, file: FoundFile, needs: PageNeeds): PageVersion | undefined {
    if (exchange.rules.page.audience !== undefined) return undefined;
    const pathname = pathOf(exchange.target);
    if (exchange.pageNeeds === undefined) this.#learner?.navigated(exchange.connection.id, pathname);
    return { pathname, file, needs, rules: this.#options.rules.version };
  }

  #begin(learner: Learner, exchange: Exchange, page: PageVersion, all: PageNeeds): void {
    if (exchange.pageNeeds !== undefined) return;
    exchange.pageNeeds = all;
    const { connection, target } = exchange;
    const { history } = connection;
    const time = Date.now();
    learner.begin(page, this.#observed(exchange), () => {
      const delivery = history.deliveries.findLast((one) => one.page === target && one.time >= time);
      const isNamed = (means: string) => means === "link" || means === "hint";
      return delivery && new Set(delivery.targets.flatMap((one) => (isNamed(one.means) ? one.target : [])));
    });
  }

  #observed(exchange: Exchange): ObservedRequest {
    const { connection, method, authority, target, fields } = exchange;
    const kind = kindOf(exchange);
    const known = this.#clients.get(connection);
    if (known?.kind === kind) return { client: known, method, authority, target, fields };
    const client = { connection: connection.id, name: `${connection.remoteAddress ?? ""} ${kind}`, kind };
    if (known === undefined) this.#whenClosed(connection);
    this.#clients.set(connection, client);
    return { client, method, authority, target, fields };
  }

  #whenClosed({ transport, id }: Connection): void {
    const closing = transport.protocol === "h2" ? transport.session : transport.socket;
    closing.once("close", () => this.#learner?.closed(id));
  }

  #safely<T>(otherwise: T, act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.#report(error);
      return otherwise;
    }
  }

  #report(error: unknown): void {
    this.#options.report(errorOf(error));
  }
}

/** Whether a browser loads the page in a tab, over whatever version of HTTP. */
const isLoad = ({ fields, target }: Exchange) =>
  // What a query asks for may be one person's.
  fields["sec-fetch-mode"] === "navigate" && fields["sec-fetch-dest"] === "document" && !target.includes("?");

const kindOf = ({ fields }: Exchange) => fields["user-agent"] ?? "";
