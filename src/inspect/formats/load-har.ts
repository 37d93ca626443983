import type { InspectedLoad, InspectedRequest } from "../loads/types.js";
import { harLog } from "./har.js";

const PROTOCOL = { h2: "HTTP/2", "http/1.1": "HTTP/1.1" } as const;

/** A load as HAR 1.2: each request once, promised ones too. What has not ended yet ends with the last that has. */
export function loadHar(load: InspectedLoad) {
  const { page, authority, time, client, requests, protocol } = load;
  const origin = `https://${authority}`;
  const last = Math.max(...requests.map(({ start, end = start }) => end)) - load.start;
  const requestOf = (request: InspectedRequest) => ({
    method: request.method,
    url: origin + request.target,
    protocol: PROTOCOL[protocol],
    status: request.status,
    bytes: request.bytes,
    type: request.type,
    means: request.means,
    start: request.start - load.start,
    first: (request.first ?? request.end ?? request.start) - load.start,
    end: request.end === undefined ? last : request.end - load.start,
    more: {
      _priority: `u=${request.urgency}${request.incremental ? ", i" : ""}`,
      _outcome: request.outcome,
      ...(request.by === "" ? {} : { _initiator: request.by.startsWith("/") ? origin + request.by : request.by }),
      ...(request.means === "push" ? { _was_pushed: 1 } : {}),
    },
  });
  const about = {
    title: origin + page,
    begun: time,
    timings: { onContentLoad: -1, onLoad: load.isOver ? last : -1 },
    browser: { name: client, version: "" },
    more: load.hint === undefined ? {} : { _earlyHints: load.hint - load.start },
  };
  // `OPTIONS *` has no URL.
  return harLog(about, requests.filter(({ target }) => target.startsWith("/")).map(requestOf));
}
