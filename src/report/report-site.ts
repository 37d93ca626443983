import { setTimeout as after } from "node:timers/promises";
import type { Driver } from "../browser/driver.js";
import { ObservedSite } from "../browser/observed-site.js";
import { writeLink } from "../delivery/link.js";
import { pathOf } from "../io/request-target.js";
import type { PageNeeds } from "../scanner/types.js";
import type { Route } from "../server/routes/route.js";
import type { SiteSource } from "../server/scan/scan-options.js";
import type { PemPair } from "../tls/issue/certificate.js";
import { loadByClient } from "./measure/client-load.js";
import type { Load } from "./measure/measured-load.js";
import { measureLoad } from "./measure/measure-load.js";
import type { Network } from "./measure/networks.js";
import type { Way } from "./measure/ways.js";

export interface ReportSiteOptions {
  readonly site: SiteSource;
  readonly certificate: PemPair;
  readonly network: Network;
  /** How long the server thinks before it answers with a page (milliseconds). */
  readonly think: number;
  readonly needs: ReadonlyMap<string, PageNeeds>;
}

/** A load of a page that teaches, and one that shows what was learned. */
const LEARNING_LOADS = 2;

/** Loads in a row, until one is told what is known: one of ten goes without what was learned. */
const MOST_TRIES = 3;

/** A load is over when nothing was asked for so long after the load event, and a round trip (milliseconds). */
const PAUSE = 400;

/** The site, served by one of the ways. */
export class ReportSite {
  readonly way: Way;
  readonly #options: ReportSiteOptions;
  readonly #site: ObservedSite;
  /** What a 103 names while the server thinks; it does so for no other pages. */
  readonly #thinking: Map<string, readonly string[]>;

  private constructor(way: Way, options: ReportSiteOptions, site: ObservedSite, thinking: Map<string, string[]>) {
    this.way = way;
    this.#options = options;
    this.#site = site;
    this.#thinking = thinking;
  }

  static async open(way: Way, options: ReportSiteOptions): Promise<ReportSite> {
    const thinking = new Map<string, string[]>();
    const { root, base = "/", single = false, viewport } = options.site;
    const { rtt, kbps, loss = 0 } = options.network;
    const site = await ObservedSite.open({
      root,
      base,
      single,
      ...(viewport === undefined ? {} : { viewport }),
      certificate: options.certificate,
      rtt,
      kbps,
      loss,
      ...way.options,
      routes: options.think === 0 ? [] : [thinkingRoute(options.think, thinking)],
    });
    return new ReportSite(way, options, site, thinking);
  }

  /**
   * Loads a page so that the server has read and compressed what it needs, and has learned.
   *
   * @returns what it tells the browser, as a text: two ways with the same one give the same page
   */
  async prepare(pathname: string, driver: Driver, signal: AbortSignal): Promise<string> {
    const learns = this.way.options.learn === true;
    const least = learns ? LEARNING_LOADS : 1;
    const pause = learns ? this.#pause : 0;
    for (let load = 1; load <= MOST_TRIES; load++) {
      await this.#measure(pathname, driver, pause, signal);
      if (load >= least && this.#isListed(pathname)) break;
    }
    const told = this.#told(pathname);
    const hinted = new Set(told.flatMap(({ target, means }) => (means === "hint" ? target : [])));
    const entries = this.#options.needs.get(pathname)?.entries.filter(({ target }) => hinted.has(target)) ?? [];
    this.#thinking.set(
      pathname,
      entries.flatMap((entry) => writeLink(entry) ?? []),
    );
    return JSON.stringify(told);
  }

  /**
   * Measures a load that is told what `prepare` returned.
   *
   * @throws {Error} when the page can't be loaded, saying why
   */
  async load(pathname: string, driver: Driver, signal: AbortSignal, told: string): Promise<Load> {
    for (let left = MOST_TRIES; ; left--) {
      const load = await this.#measure(pathname, driver, this.#pause, signal);
      if (left === 1 || JSON.stringify(this.#told(pathname)) === told) return load;
    }
  }

  get #pause(): number {
    return PAUSE + this.#options.network.rtt;
  }

  #measure(pathname: string, driver: Driver, pause: number, signal: AbortSignal): Promise<Load> {
    return measureLoad(driver, this.#site, pathname, { rtt: this.#options.network.rtt, pause }, signal);
  }

  /** Loads a page by a client of ours, which asks for what a browser has asked for. */
  loadByClient(asked: Load, takesPushes: boolean, signal: AbortSignal): Promise<Load> {
    const { requests } = asked;
    const thinks = requests.flatMap(({ target, means }) => (means === "page" ? pathOf(target) : []));
    for (const pathname of thinks) this.#thinking.set(pathname, []);
    return loadByClient(this.#site.origin, requests, takesPushes, signal);
  }

  /** Whether the server knew what the page needs when it answered: the first answer does not wait for a scan that takes long. */
  #isListed(pathname: string): boolean {
    const needed = this.#options.needs.get(pathname)?.entries.length ?? 0;
    return needed === 0 || this.#targets(pathname).length > 0;
  }

  #told(pathname: string) {
    return this.#targets(pathname).flatMap(({ target, means }) => (means === "skipped" ? [] : { target, means }));
  }

  #targets(pathname: string) {
    const page = this.#site.records.find(({ target }) => target === pathname);
    return page?.delivery?.targets ?? [];
  }

  close(): Promise<void> {
    return this.#site.close();
  }
}

/** Lets a page wait as if it were being made, and says meanwhile what it will need, where there is something to say. */
function thinkingRoute(ms: number, pages: ReadonlyMap<string, readonly string[]>): Route {
  return async (request, context) => {
    const links = pages.get(new URL(request.url).pathname);
    if (links === undefined) return undefined;
    if (links.length > 0) context.earlyHints(links);
    await after(ms, undefined, { signal: request.signal }).catch(() => undefined);
    return undefined;
  };
}
