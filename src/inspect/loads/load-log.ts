import type { Delivery } from "../../delivery/history.js";
import { RateLimit } from "../../io/rate-limit.js";
import { Load } from "./inspected-load.js";
import { note, openRecord, type ObservedExchange, type InspectedRecord } from "./observed.js";

/** Loads that are kept. */
const MAX_LOADS = 200;

/** Bytes that they take together, about. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Loads of one connection that a request may still belong to. */
const MAX_CURRENT = 8;

/** What is written down while nobody looks: enough for somebody who browses, and no work under load. */
const UNWATCHED = { requests: [2000, 400], loads: [100, 20] } as const;

/** The last loads of pages, made of the requests that a server tells of. */
export class LoadLog {
  readonly #loads: Load[] = [];
  /** By connection, oldest first. */
  readonly #current = new Map<number, Load[]>();
  readonly #isWatched: () => boolean;
  readonly #requestLimit = new RateLimit(...UNWATCHED.requests);
  readonly #loadLimit = new RateLimit(...UNWATCHED.loads);
  #last = 0;

  /** @param isWatched whether somebody looks */
  constructor(isWatched: () => boolean) {
    this.#isWatched = isWatched;
  }

  /** Oldest first. */
  get all(): readonly Load[] {
    return this.#loads;
  }

  find(id: number): Load | undefined {
    return this.#loads.find((load) => load.id === id);
  }

  /** A request has arrived. */
  arrived(exchange: ObservedExchange): void {
    if (isNavigation(exchange)) {
      const record = this.#record(exchange, this.#loadLimit);
      if (record !== undefined) this.#begin(record, exchange);
    } else if (exchange.fields["sec-fetch-mode"] !== undefined) {
      const load = this.#loadOf(exchange);
      if (load !== undefined) this.#add(load, exchange);
    }
    // Of other clients it shows when they are answered what they have asked for.
    else this.#record(exchange, this.#requestLimit);
  }

  /** A page is about to be sent, with what it needs. */
  delivering(exchange: ObservedExchange): void {
    const { inspected } = exchange;
    if (inspected !== undefined && inspected.load === undefined) this.#begin(inspected, exchange);
  }

  /** A promise was made with a page, and is answered by `reply`. */
  promised(page: ObservedExchange, reply: ObservedExchange): void {
    const load = page.inspected?.load;
    if (load === undefined) return;
    reply.inspected = openRecord(reply, true);
    this.#join(load, reply.inspected);
  }

  /** The 103 of a page has left. */
  hinted(page: ObservedExchange): void {
    page.inspected?.load?.hinted();
  }

  /** A request was answered, and that went with it. Its response may have ended before. */
  answered(exchange: ObservedExchange, delivery: Delivery | undefined): void {
    const record = exchange.inspected;
    if (record === undefined) return;
    if (record.load === undefined) this.#assign(record, exchange, delivery !== undefined);
    if (delivery !== undefined && record.target === record.load?.page) record.load.delivered(delivery);
  }

  /** A response has ended, or its client has gone. */
  closed(exchange: ObservedExchange): void {
    const record = exchange.inspected;
    if (record === undefined) return;
    note(record, exchange);
    record.end = performance.now();
    record.running = undefined;
    record.load?.ended(record);
  }

  /** A connection has closed: no further request comes on it. */
  left(connection: number): void {
    this.#current.delete(connection);
  }

  #record(exchange: ObservedExchange, limit: RateLimit): InspectedRecord | undefined {
    return this.#isAdmitted(limit, exchange.arrived) ? (exchange.inspected = openRecord(exchange, false)) : undefined;
  }

  #add(load: Load, exchange: ObservedExchange): void {
    const record = this.#record(exchange, this.#requestLimit);
    if (record === undefined) load.omit();
    else this.#join(load, record);
  }

  #join(load: Load, record: InspectedRecord): void {
    load.add(record);
    this.#trim();
  }

  #isAdmitted(limit: RateLimit, now: number): boolean {
    if (this.#isWatched()) return true;
    if (limit.left(now) < 1) return false;
    limit.take(now);
    return true;
  }

  /** What is not known to be a page belongs to one, or to none. */
  #assign(record: InspectedRecord, exchange: ObservedExchange, isPage: boolean): void {
    // What a page has asked for is no page of its own, though the answer may be HTML: that it is missing.
    const { status, sent, method, fields } = exchange;
    const isDocument = method === "GET" && status === 200 && isHtml(String(sent["content-type"] ?? ""));
    if (isPage || (isDocument && fields.referer === undefined)) this.#begin(record, exchange);
    else {
      const load = this.#loadOf(exchange);
      if (load !== undefined) this.#join(load, record);
    }
  }

  #begin(record: InspectedRecord, exchange: ObservedExchange): void {
    const load = new Load(++this.#last, exchange);
    const { id } = exchange.connection;
    load.add(record);
    this.#loads.push(load);
    const current = this.#current.get(id) ?? [];
    this.#current.set(id, [...current.filter(({ page }) => page !== load.page), load].slice(-MAX_CURRENT));
    this.#trim();
  }

  #trim(): void {
    let size = this.#loads.reduce((sum, load) => sum + load.size, 0);
    while (this.#loads.length > MAX_LOADS || (size > MAX_BYTES && this.#loads.length > 1)) {
      const oldest = this.#loads.shift();
      size -= oldest?.size ?? 0;
      if (oldest !== undefined) this.#forget(oldest);
    }
  }

  /** A load that is not kept is nobody's, also where its connection stays open or has closed before. */
  #forget(load: Load): void {
    const left = this.#current.get(load.connection)?.filter((one) => one !== load) ?? [];
    if (left.length > 0) this.#current.set(load.connection, left);
    else this.#current.delete(load.connection);
  }

  /**
   * The load that a request belongs to: the newest that its `referer` is a part
   * of, on its connection or on another of the same client; without such a one,
   * the newest of its connection that is not over.
   */
  #loadOf(exchange: ObservedExchange): Load | undefined {
    const { fields, authority, connection, arrived } = exchange;
    const here = this.#current.get(connection.id) ?? [];
    const referer = (fields.referer ?? "").slice(`https://${authority}`.length);
    const refers = (load: Load) => referer !== "" && load.includes(referer);
    return (
      here.findLast(refers) ??
      this.#loads.findLast((load) => refers(load) && load.isOf(exchange)) ??
      here.findLast((load) => !load.isOver(arrived))
    );
  }
}

/** Whether a browser loads a page in a tab. */
const isNavigation = ({ fields }: ObservedExchange) =>
  fields["sec-fetch-mode"] === "navigate" && fields["sec-fetch-dest"] === "document";

const isHtml = (type: string) => /^(?:text\/html|application\/xhtml\+xml)\b/i.test(type);
