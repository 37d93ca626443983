import type { OutgoingHttpHeaders } from "node:http2";
import type { H2Client } from "./h2.js";
import type { TestServer } from "./server.js";

/** A client that takes no pushes, as browsers do. */
export const noPush = { settings: { enablePush: false } };

/** What a request says of how it was made: [target, destination, mode, who asked]. */
export type Request = readonly [
  target: string,
  destination: string,
  mode: string,
  referer: string,
  more?: OutgoingHttpHeaders,
];

/** Asks for a page as a browser does; returns the targets of its `Link` field. */
export async function navigate({ request }: H2Client, page = "/", more: OutgoingHttpHeaders = {}): Promise<string[]> {
  const fields = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", ...more };
  const { headers } = await request(page, fields);
  return [...String(headers.link ?? "").matchAll(/<([^>]*)>/g)].map(([, target]) => target ?? "");
}

export async function ask(
  { request }: H2Client,
  server: Pick<TestServer, "origin">,
  requests: readonly Request[],
): Promise<void> {
  for (const [target, destination, mode, referer, more] of requests) {
    const fields = { "sec-fetch-mode": mode, "sec-fetch-dest": destination, accept: "*/*" };
    await request(target, { ...fields, referer: `${server.origin}${referer}`, ...more });
  }
}
