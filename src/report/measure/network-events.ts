import type { BrowserContext, CDPSession, Page } from "playwright-core";

/** A request as the browser tells it. Times are milliseconds by its own clock. */
export interface BrowserRequest {
  readonly url: string;
  readonly priority: string;
  /** URL of the file that asked for it. */
  readonly by: string | undefined;
  readonly isPage: boolean;
  start: number;
  first: number | undefined;
  end: number | undefined;
  /** It went over the network, as far as the browser knows. */
  isFetched: boolean;
}

/** What a page's requests are, by the DevTools protocol. */
export class NetworkEvents {
  readonly requests: BrowserRequest[] = [];
  readonly #open = new Map<string, BrowserRequest>();

  static async of(context: BrowserContext, page: Page): Promise<NetworkEvents> {
    const session = await context.newCDPSession(page);
    const events = new NetworkEvents();
    events.#listen(session);
    await session.send("Network.enable");
    return events;
  }

  #listen(session: CDPSession): void {
    session.on("Network.requestWillBeSent", ({ requestId, request, timestamp, initiator, type, documentURL }) => {
      const before = this.#open.get(requestId);
      // A redirect goes on under the same number.
      if (before !== undefined) before.end ??= timestamp * 1000;
      const { url, initialPriority: priority } = request;
      const isPage = type === "Document" && url === documentURL;
      const started = { start: timestamp * 1000, first: undefined, end: undefined, isFetched: true };
      const sent = { url, priority, by: askerOf(initiator, documentURL), isPage, ...started };
      this.requests.push(sent);
      this.#open.set(requestId, sent);
    });
    session.on("Network.requestServedFromCache", ({ requestId }) => this.#change(requestId, { isFetched: false }));
    session.on("Network.responseReceived", ({ requestId, response }) => {
      const { timing, fromDiskCache = false } = response;
      if (fromDiskCache) this.#change(requestId, { isFetched: false });
      if (timing === undefined) return;
      const at = (offset: number) => timing.requestTime * 1000 + offset;
      this.#change(requestId, { start: at(timing.sendStart), first: at(timing.receiveHeadersEnd) });
    });
    const ended = ({ requestId, timestamp }: { requestId: string; timestamp: number }) =>
      this.#change(requestId, { end: timestamp * 1000 });
    session.on("Network.loadingFinished", ended);
    session.on("Network.loadingFailed", ended);
  }

  #change(id: string, change: Partial<BrowserRequest>): void {
    const request = this.#open.get(id);
    if (request !== undefined) Object.assign(request, change);
  }
}

interface Initiator {
  readonly type: string;
  readonly url?: string;
  readonly stack?: { readonly callFrames: readonly { readonly url: string }[] };
}

/** The file that asks: the one whose code is at work, the stylesheet, else the document. */
function askerOf({ url, stack }: Initiator, document: string): string | undefined {
  const frame = stack?.callFrames.find((frame) => frame.url !== "");
  return url ?? frame?.url ?? document;
}
