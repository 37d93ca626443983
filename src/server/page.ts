import type { OutgoingHttpHeaders } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import { deliver, type RespondPush } from "../delivery/deliver.js";
import type { Delivery } from "../delivery/history.js";
import { plan, type Peer } from "../delivery/plan.js";
import type { ManifestEntry } from "../manifest/manifest.js";
import { represent } from "../static/representation.js";
import { prepare, type Progress, type Reply } from "../static/respond.js";
import { freeStreams } from "./connection.js";
import { http2Exchange, type Exchange } from "./exchange.js";
import { pageLinks } from "./page-links.js";
import type { Site } from "./site.js";

/** A page that is ready to go. */
interface ReadyPage {
  readonly status: number;
  /** The response's own `Link` field. */
  readonly link: string | undefined;
  /** What the manifest knows of the page. */
  readonly entries: readonly ManifestEntry[];
  /** Sends the page with these fields beside its own. */
  readonly send: (extra: OutgoingHttpHeaders, progress: Progress) => Promise<void>;
}

/** Sends a page together with what it needs, by the means that are right for this client. */
export async function deliverPage(site: Site, exchange: Exchange, page: ReadyPage): Promise<Delivery> {
  const { connection, stream, fields, method, target } = exchange;
  const links = await pageLinks(site.tree, target, page.link, page.entries);
  const request = {
    method,
    status: page.status,
    saveData: fields["save-data"] === "on",
    navigation: stream !== undefined && fields["sec-fetch-dest"] === "document",
  };
  return deliver({
    plan: plan(links, request, peerOf(exchange), site.limits),
    stream,
    request: fields,
    page: target,
    history: connection.history,
    promised: (stream) => stream.once("close", site.connections.begin(connection)),
    respondPush: respondPush(site, exchange),
    respondPage: (values, moved) => {
      const link = page.link === undefined ? values : [page.link, ...values];
      const extra = link.length === 0 ? {} : { link: link.join(", ") };
      return page.send(extra, (bytes) => {
        moved();
        exchange.progress(bytes);
      });
    },
    report: site.report,
  });
}

function peerOf({ connection, pushEnabled }: Exchange): Peer {
  const { history } = connection;
  return {
    pushEnabled,
    refuses: history.refuses,
    freeStreams: freeStreams(connection),
    seen: (target, etag) => history.seen(target, etag),
  };
}

/** A pushed response is what a request with the promised fields would get. */
function respondPush(site: Site, { connection }: Exchange): RespondPush {
  return async (stream, request, link, progress) => {
    const reply: Reply = http2Exchange(stream, request, connection);
    const found = await site.tree?.find(link.target.replace(/\?.*$/s, ""));
    if (found?.kind !== "file") return withdraw(stream);
    const prepared = await prepare(represent(found, request), "GET");
    if (typeof prepared === "string") return withdraw(stream);
    try {
      await prepared.send(reply, {}, progress);
    } finally {
      await prepared.close();
    }
  };
}

/** Takes a promise back whose file has gone since: a client that wants it asks, and is told. */
function withdraw(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_CANCEL);
}
