import type { DeliveredTarget, Delivery } from "../../delivery/history.js";
import { readPriority } from "../../delivery/priority.js";
import { errorName } from "../frames/protocol.js";
import { cut, note, sizeOf, type ObservedConnection, type ObservedExchange, type InspectedRecord } from "./observed.js";
import type { InspectedLoad, InspectedRequest, Means, Outcome } from "./types.js";

/** Requests of a load that are kept. */
const MAX_REQUESTS = 500;

/** A load is over when nothing was under way for so long (milliseconds). */
const QUIET_MS = 2000;

/** A record's own size, beside its texts (bytes, about). */
const RECORD_BYTES = 300;

/** Content bytes that were sent on a stream of a connection whose frames are read; 0 for others. */
type SentOn = (connection: number, stream: number) => number;

type LoadStart = ReturnType<typeof startOf>;

/** One load of a page: what was asked for, when, and what became of it. */
export class Load {
  readonly id: number;
  readonly #start: LoadStart;
  /** What its connection was given, until it is known what of that is this page's. */
  #history: ObservedConnection["history"] | undefined;
  readonly #requests: InspectedRecord[] = [];
  /** The URLs that may be a `referer` of its requests. */
  readonly #members = new Set<string>();
  #delivery: Delivery | undefined;
  #hint = 0;
  #omitted = 0;
  #open = 0;
  /** Characters of its texts. */
  #texts = 0;
  #touched: number;
  /** Changes each time that something has happened. */
  version = 0;

  constructor(id: number, page: ObservedExchange) {
    this.id = id;
    this.#start = startOf(page);
    this.#history = page.connection.history;
    this.#touched = page.arrived;
  }

  get page(): string {
    return this.#start.page;
  }

  get connection(): number {
    return this.#start.connection;
  }

  /** Bytes that it takes, about. */
  get size(): number {
    return RECORD_BYTES * (1 + this.#requests.length) + this.#texts;
  }

  /** Whether a request with that `referer`, a path and query of this site, may belong to it. */
  includes(referer: string): boolean {
    return this.#members.has(referer);
  }

  /** Whether it is loaded by the same client, over whatever connection. */
  isOf({ connection, fields }: ObservedExchange): boolean {
    const { remoteAddress, client } = this.#start;
    return connection.remoteAddress === remoteAddress && (fields["user-agent"] ?? "") === client;
  }

  isOver(now: number): boolean {
    return this.#open === 0 && now - this.#touched >= QUIET_MS;
  }

  /** Adds a request; counts it when it is one too many. */
  add(record: InspectedRecord): void {
    this.#changed();
    if (this.#requests.length >= MAX_REQUESTS) return this.omit();
    record.load = this;
    this.#requests.push(record);
    this.#members.add(record.target);
    this.#texts += sizeOf(record);
    if (record.running !== undefined) this.#open++;
  }

  /** A request of it is not kept. */
  omit(): void {
    this.#omitted++;
  }

  /** One of its responses has ended. */
  ended(record: InspectedRecord): void {
    this.#open--;
    if (record === this.#requests[0]) this.#settle();
    this.#changed();
  }

  /** Its 103 has left. */
  hinted(): void {
    this.#hint = performance.now();
    this.#changed();
  }

  /** What went with the page is known. */
  delivered(delivery: Delivery): void {
    this.#delivery = delivery;
    this.#history = undefined;
    this.#changed();
  }

  /** What was planned for a page that came to its end, or not, without more being told. */
  #settle(): void {
    this.#delivery ??= this.#planned();
    this.#history = undefined;
  }

  #changed(): void {
    this.version++;
    this.#touched = performance.now();
  }

  /** How it stands now. */
  snapshot(sentOn: SentOn): InspectedLoad {
    const { page, connection, authority, protocol, client, time, start } = this.#start;
    const targets = (this.#delivery ?? this.#planned())?.targets ?? [];
    const isOver = this.isOver(performance.now());
    const requests = this.#told(targets, sentOn);
    const asked = new Set(requests.map(({ target }) => target));
    const known = new Set(targets.map(({ target }) => target));
    const isUnused = ({ means, target }: DeliveredTarget) =>
      (means === "link" || means === "hint") && !asked.has(target);
    return {
      id: this.id,
      page,
      authority,
      connection,
      protocol,
      client,
      time,
      start: this.#clock(start),
      ...(this.#hint === 0 ? {} : { hint: this.#clock(this.#hint) }),
      isOver,
      requests,
      omitted: this.#omitted,
      targets,
      unlisted: unique(requests.filter((one) => one.means === "found" && !known.has(one.target))),
      twice: twiceSent(requests),
      unused: isOver ? unique(targets.filter(isUnused)) : [],
    };
  }

  /** What was planned for the page, while it is on its way. */
  #planned(): Delivery | undefined {
    const { page, time } = this.#start;
    return this.#history?.deliveries.findLast((one) => one.page === page && one.time >= time - 1);
  }

  #told(targets: readonly DeliveredTarget[], sentOn: SentOn): InspectedRequest[] {
    const delivered = new Map(targets.filter((one) => one.means !== "skipped").map((one) => [one.target, one]));
    const asked = new Set<string>();
    return this.#requests.map((record) => {
      const by = delivered.get(record.target);
      const again = asked.has(record.target);
      asked.add(record.target);
      return { ...this.#tell(record, sentOn), means: this.#meansOf(record, by), again, learned: by?.by !== undefined };
    });
  }

  #meansOf({ isPush, target }: InspectedRecord, by: DeliveredTarget | undefined): Means {
    if (isPush) return "push";
    if (target === this.page) return "page";
    return by?.means === "link" || by?.means === "hint" ? by.means : "found";
  }

  #tell(record: InspectedRecord, sentOn: SentOn): Omit<InspectedRequest, "means" | "again" | "learned"> {
    if (record.running !== undefined) note(record, record.running);
    const { stream, connection, method, target, by, status, bytes, encoding, type, code } = record;
    return {
      stream,
      connection,
      method,
      target,
      by,
      status,
      encoding,
      type,
      ...readPriority(record.priority === "" ? undefined : record.priority),
      start: this.#clock(record.start),
      ...(record.first === 0 ? {} : { first: this.#clock(record.first) }),
      ...(record.end === 0 ? {} : { end: this.#clock(record.end) }),
      bytes: stream === 0 ? bytes : Math.max(bytes, sentOn(connection, stream)),
      outcome: outcomeOf(record),
      ...(code === 0 ? {} : { code: errorName(code) }),
    };
  }

  /** Milliseconds since its connection began, with two decimals. */
  #clock(time: number): number {
    return Math.round((time - this.#start.opened) * 100) / 100;
  }
}

function outcomeOf({ running, complete, code }: InspectedRecord): Outcome {
  if (running !== undefined) return "open";
  if (complete) return "complete";
  return code === 0 ? "gone" : "reset";
}

const unique = (named: readonly { readonly target: string }[]) => [...new Set(named.map(({ target }) => target))];

/** Targets whose content was sent more than once, pushed or asked for. */
function twiceSent(requests: readonly InspectedRequest[]): string[] {
  const isWhole = ({ status, outcome, method }: InspectedRequest) =>
    status === 200 && outcome === "complete" && method === "GET";
  const times = new Map<string, number>();
  for (const { target } of requests.filter(isWhole)) times.set(target, (times.get(target) ?? 0) + 1);
  return [...times].flatMap(([target, count]) => (count > 1 ? target : []));
}

/** What of a page's request is told of its load. Nothing else of it stays. */
function startOf({ httpVersion, connection, arrived, target, authority, fields }: ObservedExchange) {
  return {
    page: cut(target),
    authority: cut(authority),
    connection: connection.id,
    remoteAddress: connection.remoteAddress,
    opened: connection.opened,
    protocol: httpVersion === "2" ? ("h2" as const) : ("http/1.1" as const),
    client: cut(fields["user-agent"] ?? ""),
    start: arrived,
    time: Math.round(Date.now() - (performance.now() - arrived)),
  };
}
