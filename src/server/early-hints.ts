import { constants } from "node:http2";
import { readLinks } from "../delivery/link.js";
import type { Exchange } from "./exchange.js";

/** A response that takes longer is worth a 103 (milliseconds); one that is ready sooner carries its own `Link`. */
const SLOW = 20;

/** Pages whose links are remembered; the oldest go first. */
const REMEMBERED = 1000;

/**
 * The `Link` values that a route gave with its latest response for a path: a
 * slow route will most likely give them again, and a 103 can say so while it
 * is at work.
 */
export class LearnedLinks {
  readonly #byPath = new Map<string, string>();

  of(target: string): string | undefined {
    return this.#byPath.get(pathOf(target));
  }

  /** @param link the `Link` field of the response for that target */
  learn(target: string, link: string | undefined): void {
    const path = pathOf(target);
    this.#byPath.delete(path);
    if (link === undefined) return;
    this.#byPath.set(path, link);
    if (this.#byPath.size > REMEMBERED) {
      for (const oldest of this.#byPath.keys()) {
        this.#byPath.delete(oldest);
        break;
      }
    }
  }
}

const pathOf = (target: string) => target.replace(/\?.*$/s, "");

/**
 * The 103 of one response (RFC 8297). At most one: a browser reads only the
 * first; over HTTP/2 and for a navigation, as it reads no other; and never
 * after the final response.
 */
export class EarlyHints {
  readonly #exchange: Exchange;
  readonly #help: boolean;
  #sent: readonly string[] = [];

  /** @param help whether a 103 gains anything with this certificate */
  constructor(exchange: Exchange, help: boolean) {
    this.#exchange = exchange;
    this.#help = help;
  }

  /** The link-values that were sent. */
  get sent(): readonly string[] {
    return this.#sent;
  }

  /**
   * @param links values of a `Link` field
   * @returns whether they were sent
   * @throws {TypeError} for a value with characters that a field can't hold; Node checks them only from 24.18 and 26.2 on
   */
  send(links: string | readonly string[]): boolean {
    const values = typeof links === "string" ? [links] : links;
    for (const value of values) {
      if (!/^[\t\x20-\x7e]*$/.test(value)) throw new TypeError(`not a Link value: ${JSON.stringify(value)}`);
    }
    const { stream, fields } = this.#exchange;
    if (!this.#help || this.#sent.length > 0 || stream === undefined || stream.destroyed || stream.headersSent)
      return false;
    if (fields["sec-fetch-mode"] !== "navigate" || values.every((value) => readLinks(value).length === 0)) return false;
    stream.additionalHeaders({ [constants.HTTP2_HEADER_STATUS]: 103, link: values.join(", ") });
    this.#sent = values;
    return true;
  }

  /** Waits for an answer; when it is slow, says meanwhile what came with the one before. */
  async whileSlow<T>(answer: Promise<T>, learned: string | undefined): Promise<T> {
    if (learned === undefined) return answer;
    const timer = setTimeout(() => this.send(learned), SLOW);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}
