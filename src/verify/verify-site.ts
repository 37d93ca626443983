import { H2PushError, reasonOf } from "../errors.js";
import type { Announcement } from "../delivery/announcement.js";
import type { Destination } from "../manifest/destination.js";
import type { WrittenEntry, WrittenManifest } from "../manifest/read.js";
import { connectLive, type LiveConnection } from "./live-connection.js";
import { type FoundTarget, unanswered, verifyPage, type VerifiedPage } from "./verify-page.js";

export interface VerifyOptions {
  readonly announce: Announcement;
  /** Don't ask who signed the certificate. */
  readonly insecure: boolean;
  /** Called with each page as it is known. */
  readonly onPage: (page: VerifiedPage, count: number, total: number) => void;
}

/** Pages that are asked for at a time: a server that others use is not to feel it. */
const AT_ONCE = 4;
/** After so many pages in a row that had no answer, no more are asked for: each may take its whole time to fail. */
const MAX_UNANSWERED = 2 * AT_ONCE;

/**
 * Holds what a live server says of its pages against a list.
 *
 * @param url its origin; pages at its path and below are asked for
 * @throws {H2PushError} "listen" when nobody answers there
 */
export async function verifySite(url: URL, manifest: WrittenManifest, options: VerifyOptions): Promise<VerifiedPage[]> {
  const connect = (push: boolean) => connectLive(url, { push, insecure: options.insecure });
  const pages = [...manifest].filter(([pathname]) => pathname.startsWith(url.pathname));
  const known = new KnownTargets(() => connect(false));
  const results: VerifiedPage[] = [];
  let next = 0;
  let unansweredInARow = 0;
  const verified = async (pathname: string, entries: readonly WrittenEntry[]) => {
    if (unansweredInARow >= MAX_UNANSWERED)
      return unanswered(pathname, `not asked for, as ${MAX_UNANSWERED} others had no answer`);
    try {
      const sized = entries.map((entry) => ({ ...entry, bytes: 0 }));
      const find = (target: string, as: Destination) => known.of(target, as);
      const page = await verifyPage(url.origin, pathname, sized, options.announce, connect, find);
      unansweredInARow = 0;
      return page;
    } catch (error) {
      // That nobody answers at all is told of all.
      if (error instanceof H2PushError && results.every(({ failure }) => failure !== undefined)) throw error;
      unansweredInARow += 1;
      return unanswered(pathname, reasonOf(error));
    }
  };
  const worker = async () => {
    for (let page = pages[next]; page !== undefined; page = pages[next]) {
      next += 1;
      const result = await verified(...page);
      results.push(result);
      options.onPage(result, results.length, pages.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, pages.length) }, worker));
  } finally {
    known.close();
  }
  return results;
}

/** What is at each target, asked for once. */
class KnownTargets {
  readonly #connect: () => Promise<LiveConnection>;
  readonly #found = new Map<string, Promise<FoundTarget>>();
  #connection: Promise<LiveConnection> | undefined;

  constructor(connect: () => Promise<LiveConnection>) {
    this.#connect = connect;
  }

  of(target: string, as: Destination): Promise<FoundTarget> {
    const known =
      this.#found.get(target) ?? this.#ask(target, as).catch((error: unknown) => ({ failure: reasonOf(error) }));
    this.#found.set(target, known);
    return known;
  }

  close(): void {
    end(this.#connection);
  }

  /** Once more on a new connection: a server ends one when it has carried enough. */
  async #ask(target: string, as: Destination): Promise<FoundTarget> {
    const first = (this.#connection ??= this.#connect());
    first.catch(() => this.#connection === first && (this.#connection = undefined));
    try {
      return await (await first).find(target, as);
    } catch (error) {
      if (error instanceof H2PushError) throw error;
      if (this.#connection === first) {
        this.#connection = this.#connect();
        end(first);
      }
      return await (await this.#connection).find(target, as);
    }
  }
}

const end = (connection: Promise<LiveConnection> | undefined) =>
  void connection?.then((open) => open.close()).catch(() => undefined);
