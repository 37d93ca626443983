import { randomBytes } from "node:crypto";
import type { Given } from "./page-files.js";

/** A page that was served and has no stream yet is remembered for so long (milliseconds), and so many of them. */
const AWAITED_MS = 60_000;
const MAX_AWAITED = 100;

interface Served {
  /** Names this one response. */
  readonly load: string;
  readonly pathname: string;
  readonly given: Promise<Given>;
  readonly at: number;
}

/** Responses with pages whose streams have not begun: what changes meanwhile counts, too. */
export class ServedPages {
  /** Another run of the server names other responses. */
  readonly #run = randomBytes(6).toString("base64url");
  #loads = 0;
  #served: readonly Served[] = [];

  add(pathname: string, given: Promise<Given>): void {
    const at = performance.now();
    // It fails for whoever takes it.
    given.catch(() => undefined);
    const awaited = this.#served.filter((page) => at - page.at < AWAITED_MS);
    this.#served = [...awaited.slice(1 - MAX_AWAITED), { load: `${this.#run}-${++this.#loads}`, pathname, given, at }];
  }

  /** The name of the response that a page of that path goes out with now. */
  loadOf(pathname: string): string | undefined {
    return this.#served.findLast((page) => page.pathname === pathname)?.load;
  }

  /** What a page came with, once. */
  take(load: string): Promise<Given> | undefined {
    const found = this.#served.find((page) => page.load === load);
    this.#served = this.#served.filter((page) => page !== found);
    return found?.given;
  }
}
