import { once } from "node:events";
import { createServer as createHttp1, type Server as Http1Server } from "node:http";
import { createSecureServer, type Http2SecureServer, type Http2ServerResponse } from "node:http2";
import type { Server } from "node:net";
import { onTestFinished } from "vitest";
import { openSite, type CompatRequest, type CompatResponse, type OpenSite, type SiteOptions } from "../../src/index.js";
import { testCertificate } from "./server.js";
import { writeSite } from "./site.js";

/** A page with a stylesheet, which imports another one that its HTML does not name. */
export const pageWithNeeds = {
  "index.html": `<!doctype html><title>t</title><link rel="stylesheet" href="/a.css"><p>text`,
  "a.css": `@import "b.css";`,
  "b.css": "p { color: green }",
};

export interface TestSite extends OpenSite {
  readonly root: string;
  readonly errors: readonly Error[];
}

/** A site of these files; it ends with the test. */
export async function testSite(
  files: Readonly<Record<string, string | Uint8Array>> = pageWithNeeds,
  options: SiteOptions = {},
): Promise<TestSite> {
  const root = await writeSite(files);
  const errors: Error[] = [];
  const site = await openSite(root, { onError: (error) => errors.push(error), ...options });
  onTestFinished(() => site.close());
  return Object.assign(site, { root, errors });
}

type Handler = (request: CompatRequest, response: CompatResponse) => void;

/** Serves over HTTP/2 and HTTP/1.1 with TLS; resolves with the port. */
export async function serveHttp2(handler: Handler): Promise<number> {
  const server = createSecureServer({ ...(await testCertificate()), allowHTTP1: true }, handler);
  return listen(server);
}

/** Serves plain HTTP/1.1. */
export function serveHttp1(handler: Handler): Promise<number> {
  return listen(createHttp1(handler));
}

/** Listens on a free port until the test is finished. */
export async function listen(server: Server | Http1Server | Http2SecureServer): Promise<number> {
  server.listen(0, "localhost");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen on a port");
  return address.port;
}

/** What both kinds of responses have in common: TypeScript can't call a union of overloads. */
export type AnyResponse = Http2ServerResponse & { flushHeaders(): void };

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both have these methods
export const anyResponse = (response: CompatResponse) => response as AnyResponse;
