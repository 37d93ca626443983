import type { BrowserContext } from "playwright-core";
import { isNavigation, settle, type Driver } from "../../browser/driver.js";
import type { ObservedSite, SeenRequest } from "../../browser/observed-site.js";
import type { DeliveredTarget } from "../../delivery/history.js";
import type { RequestRecord } from "../../server/request-record.js";
import type { Load, LoadedRequest } from "./measured-load.js";
import { NetworkEvents, type BrowserRequest } from "./network-events.js";
import { PAINT_SCRIPT, TIMES_SCRIPT, type PageTimes } from "./page-times.js";

/** Asked for now and then by the browser itself, of which no page knows. */
const BROWSERS_ICON = "/favicon.ico";

/**
 * Loads a page cold, and measures it: requests by the server, which sees all of them, times by the browser.
 *
 * @param rtt of the simulated network, in milliseconds
 * @param pause without a request, by which the load is over, in milliseconds
 * @throws {Error} when it can't be loaded, saying why
 */
export function measureLoad(
  driver: Driver,
  site: ObservedSite,
  pathname: string,
  times: { readonly rtt: number; readonly pause: number },
  signal: AbortSignal,
): Promise<Load> {
  return driver.inProfile(PAINT_SCRIPT, signal, (context, ended) => loadPage(context, site, pathname, times, ended));
}

async function loadPage(
  context: BrowserContext,
  site: ObservedSite,
  pathname: string,
  { rtt, pause }: { readonly rtt: number; readonly pause: number },
  signal: AbortSignal,
): Promise<Load> {
  const page = await context.newPage();
  const crashed = new Promise<never>((_, reject) => page.once("crash", () => reject(new Error("crashed"))));
  const visit = async () => {
    const { requests: sent } = await NetworkEvents.of(context, page);
    site.begin();
    const begun = Date.now();
    const response = await page.goto(site.origin + pathname, { timeout: 0, waitUntil: "load" });
    if (response?.ok() !== true) throw new Error(`was answered with ${response?.status() ?? "nothing"}`);
    await settle(page, site, signal, pause);
    if (site.requests.filter(isNavigation).length > 1) throw new Error("leads to another page");
    const times: PageTimes = await page.evaluate(TIMES_SCRIPT);
    // What was answered late is an earlier load's.
    const records = site.records.filter(({ time }) => time >= begun);
    const asked = new Set(sent.map(({ url }) => url.slice(site.origin.length)));
    const seen = site.requests.filter(({ target }) => target !== BROWSERS_ICON || asked.has(target));
    return loadOf({ origin: site.origin, pathname, rtt, seen, records, sent }, times);
  };
  return Promise.race([visit(), crashed]);
}

/** What is known of a load: what the server saw, in order, and answered; and what the browser says it has sent. */
interface Observed {
  readonly origin: string;
  readonly pathname: string;
  readonly rtt: number;
  readonly seen: readonly SeenRequest[];
  readonly records: readonly RequestRecord[];
  readonly sent: readonly BrowserRequest[];
}

function loadOf(observed: Observed, times: PageTimes): Load {
  const { origin, pathname, seen, sent } = observed;
  const delivered = observed.records.find(({ target }) => target === pathname)?.delivery?.targets ?? [];
  const isForeign = ({ url }: BrowserRequest) => /^https?:/.test(url) && !url.startsWith(`${origin}/`);
  const means = new Map(delivered.map(({ target, means }) => [target, means]));
  return {
    ttfb: times.ttfb,
    fcp: times.fcp,
    lcp: times.lcp,
    lcpElement: times.lcpElement,
    load: times.load,
    requests: requestsOf(observed, means, seen[0]?.time ?? 0),
    // By a 103 and by the page's own `Link`, it is one all the same.
    announced: [...new Set(delivered.flatMap(({ target, means }) => (means === "skipped" ? [] : target)))],
    left: delivered.flatMap(({ target, means, reason = "" }) => (means === "skipped" ? { target, reason } : [])),
    foreign: [...new Set(sent.filter(isForeign).map(({ url }) => new URL(url).host))],
  };
}

function requestsOf(observed: Observed, means: ReadonlyMap<string, DeliveredTarget["means"]>, begun: number) {
  const { origin, seen, sent } = observed;
  const began = sent.find(({ isPage }) => isPage)?.start ?? 0;
  const records = queuesBy(
    observed.records.toSorted((a, b) => a.time - b.time),
    ({ target }) => target,
  );
  const known = queuesBy(
    sent.filter(({ isFetched }) => isFetched),
    ({ url }) => url.slice(origin.length).replace(/#.*/s, ""),
  );
  const requests = seen.map((request): LoadedRequest => {
    const { target } = request;
    const record = records.get(target)?.shift();
    const browsers = known.get(target)?.shift();
    return {
      target,
      ...(request.method === "GET" ? {} : { method: request.method }),
      destination: (request.fields["sec-fetch-dest"] ?? "").replace("empty", ""),
      status: record?.status ?? 0,
      bytes: record?.bytes ?? 0,
      ...timesOf(browsers, began, record, begun, observed),
      ...(browsers === undefined ? {} : { priority: browsers.priority }),
      ...askerOf(request, browsers, observed),
      means: request === seen[0] ? "page" : meansOf(means.get(target)),
      isAhead: request.fields["sec-purpose"] !== undefined,
    };
  });
  return requests.toSorted((a, b) => a.start - b.start);
}

/** By the browser's clock; what it does not tell of, as what a 103 named, by the server's: half a round trip later and earlier. */
function timesOf(
  known: BrowserRequest | undefined,
  began: number,
  record: RequestRecord | undefined,
  begun: number,
  { rtt }: Observed,
): Pick<LoadedRequest, "start" | "first" | "end"> {
  const start = (record?.time ?? begun) - begun;
  const served = {
    start,
    first: start + (record?.firstByte ?? 0) + rtt,
    end: start + (record?.duration ?? 0) + rtt,
  };
  if (known === undefined) return served;
  const first = known.first === undefined ? served.first : known.first - began;
  return { start: known.start - began, first, end: known.end === undefined ? served.end : known.end - began };
}

function askerOf({ fields }: SeenRequest, known: BrowserRequest | undefined, { origin, pathname, seen }: Observed) {
  const asker = known?.isPage === true ? undefined : (known?.by ?? fields["referer"]);
  if (asker === undefined || !asker.startsWith(`${origin}/`)) return {};
  const by = asker.slice(origin.length).replace(/#.*/s, "");
  // A document without a file of that name is the page itself.
  return { by: seen.some(({ target }) => target === by) ? by : pathname };
}

const meansOf = (means: DeliveredTarget["means"] | undefined): LoadedRequest["means"] =>
  means === undefined || means === "skipped" ? "found" : means;

/** Those with the same key, in their order. */
function queuesBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T[]> {
  const queues = new Map<string, T[]>();
  for (const one of all) {
    const queue = queues.get(keyOf(one));
    if (queue === undefined) queues.set(keyOf(one), [one]);
    else queue.push(one);
  }
  return queues;
}
