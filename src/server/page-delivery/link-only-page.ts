import type { OutgoingHttpHeaders } from "node:http";
import type { AnnouncedTargets } from "../../delivery/announced.js";
import { announcementsOf, linkValues, targetsOf } from "../../delivery/deliver.js";
import type { DeliveredTarget, Delivery } from "../../delivery/history.js";
import { considersPushes, plan, type PageRequest, type Peer } from "../../delivery/plan.js";
import { serverTiming } from "../../delivery/delivery-summary.js";
import { debug } from "../../io/debug.js";
import type { PageNeeds } from "../../scanner/types.js";
import type { FoundFile } from "../../files/file.js";
import type { Exchange } from "../http/exchange.js";
import { pageLinks } from "./preload-links.js";
import { peerOf, requestOf, withStaleness } from "./plan-input.js";
import { pathOf } from "../../io/request-target.js";
import type { Site } from "../context.js";

/** The `Link` field of a page, and what it says. */
export interface Linked {
  readonly fields: OutgoingHttpHeaders;
  readonly targets: readonly DeliveredTarget[];
  readonly announcements: readonly AnnouncedTargets[];
}

/** What was worked out for a page, by what else it depends on: thousands of requests get the same. */
const worked = new WeakMap<PageNeeds, Map<string, Linked>>();

/**
 * What a page goes with whose links are all it goes with: nothing is pushed
 * or hinted, so there is nothing to wait for. Undefined where there may be,
 * where rules have a say in it, or where it is not known what the page needs.
 */
export function linkedPage(site: Site, exchange: Exchange, found: FoundFile, status: number): Linked | undefined {
  return linkedFor(site, exchange, status, () => {
    const { audience } = exchange.rules.page;
    const needs = site.scanner?.peek(pathOf(exchange.target), found, { audience });
    return needs && (site.traffic === undefined ? needs : site.traffic.peek(exchange, found, needs));
  });
}

/** The same by what is asked for what the page needs, where its links are all that it goes with. */
export function linkedFor(
  site: Site,
  exchange: Exchange,
  status: number,
  needsOf: () => PageNeeds | undefined,
): Linked | undefined {
  const request = requestOf(exchange, { status, link: undefined });
  const peer = peerOf(exchange, { bytes: 0 }, []);
  if (exchange.hinted !== undefined || considersPushes(request, peer, site.limits)) return undefined;
  if (site.limits.mode === "hints" && request.navigation) return undefined;
  const { csp, integrityPolicy, link } = exchange.rules.page;
  if (link !== undefined || csp.length + integrityPolicy.length > 0) return undefined;
  const needs = needsOf();
  return needs === undefined ? undefined : recalled(site, exchange, needs, request, peer);
}

/** Enters what is about to go with a page. */
export function recordLinked({ target, connection }: Exchange, { targets, announcements }: Linked): Delivery {
  const delivery = { page: target, time: Date.now(), targets };
  connection.history.record(delivery);
  connection.history.announce(announcements);
  return delivery;
}

function recalled(site: Site, exchange: Exchange, needs: PageNeeds, request: PageRequest, peer: Peer): Linked {
  const { target } = exchange;
  // A query can be anything; a page is asked for by few paths.
  if (target.includes("?")) return work(site, exchange, needs, request, peer);
  const { method, status, saveData, framed } = request;
  const key = `${site.rules.version} ${target} ${method} ${status} ${saveData} ${framed} ${peer.pushEnabled} ${peer.refuses}`;
  let known = worked.get(needs);
  if (known === undefined) worked.set(needs, (known = new Map()));
  let linked = known.get(key);
  if (linked === undefined) known.set(key, (linked = work(site, exchange, needs, request, peer)));
  else debug("%s: as before for such a client", target);
  return linked;
}

function work(site: Site, exchange: Exchange, needs: PageNeeds, request: PageRequest, peer: Peer): Linked {
  const links = withStaleness(site, exchange, pageLinks(exchange, undefined, needs.entries));
  const decided = plan(links, request, peer, site.limits);
  const targets = targetsOf(decided);
  const values = linkValues(decided);
  const fields = {
    ...(values.length === 0 ? {} : { link: values.join(", ") }),
    ...(site.serverTiming ? { "server-timing": serverTiming(targets) } : {}),
  };
  return { fields, targets, announcements: announcementsOf(decided) };
}
