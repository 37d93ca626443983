import { isFramed, isNavigation } from "../../delivery/navigation.js";
import type { PreloadLink } from "../../delivery/announcement.js";
import type { PageRequest, Peer } from "../../delivery/plan.js";
import type { Site } from "../context.js";
import type { Exchange } from "../http/exchange.js";
import { pushableStreams, sendWindow } from "../listen/connection.js";
import { expectedRequest } from "../middleware/site-rules.js";

/** The request for a page, as the plan sees it. */
export function requestOf(
  { httpVersion, method, fields, target }: Exchange,
  { status, link }: { readonly status: number; readonly link: string | undefined },
): PageRequest {
  return {
    page: target,
    method,
    status,
    saveData: fields["save-data"] === "on",
    framed: isFramed({ fields }),
    navigation: isNavigation({ httpVersion, method, fields }),
    linkBytes: link?.length ?? 0,
  };
}

/** The client as it is now. */
export function peerOf(
  { connection, pushEnabled }: Exchange,
  { bytes = 0 }: { readonly bytes: number | undefined },
  links: readonly PreloadLink[],
): Peer {
  const { history } = connection;
  const { refuses } = history;
  const has = (target: string) => history.hasSent(target);
  // What there is room for is looked up where something may be pushed.
  if (!pushEnabled) return { pushEnabled, refuses, pushableStreams: 0, freeWindow: 0, seen: () => false, has };
  const seen = links.filter(({ target, etag }) => etag !== undefined && history.wasSent(target, etag));
  const versions = new Set(seen.map(({ target, etag = "" }) => `${etag} ${target}`));
  return {
    pushEnabled,
    refuses,
    pushableStreams: pushableStreams(connection),
    freeWindow: Math.max(0, sendWindow(connection) - bytes),
    seen: (target, etag) => versions.has(`${etag} ${target}`),
    has,
  };
}

/** The links with word of those whose responses are stale the moment they arrive. */
export function withStaleness(
  site: Site,
  { authority }: Pick<Exchange, "authority">,
  links: readonly PreloadLink[],
): readonly PreloadLink[] {
  const isStale = ({ target }: PreloadLink) =>
    site.keepsNothing || site.rules.of(expectedRequest(target, authority)).makesStale;
  return links.map((link) => (isStale(link) ? { ...link, stale: true } : link));
}
