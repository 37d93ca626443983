// A program that uses the package as published, by all of its names. Only types.test.ts compiles it.
import { createSecureServer } from "node:http2";
import { createServer as createHttp1 } from "node:http";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { defineConfig } from "vite";
import {
  createCertificate,
  createServer,
  H2PushError,
  openSite,
  scan,
  type Address,
  type Announcement,
  type CertificateOptions,
  type CompatRequest,
  type CompatResponse,
  type Content,
  type DeliveredTarget,
  type Delivery,
  type DeliveryMode,
  type Destination,
  type ErrorCode,
  type GivenSettings,
  type KeyType,
  type LinksOptions,
  type LiveChange,
  type ManifestEntry,
  type MissingReference,
  type OpenSite,
  type OwnDelivery,
  type PageLinks,
  type PageNeeds,
  type PemPair,
  type PushManifest,
  type RequestRecord,
  type Route,
  type ScanOptions,
  type ScanSummary,
  type Server,
  type ServerOptions,
  type SiteOptions,
  type SiteScan,
  type TlsMin,
  type Viewport,
} from "h2push";
import { h2push as forExpress, overHttp2 } from "h2push/express";
import { h2push as forFastify } from "h2push/fastify";
import { h2push as forHono } from "h2push/hono";
import { h2push as forVite } from "h2push/vite";

const viewport: Viewport = { width: 390, height: 844, density: 3, colorScheme: "dark" };
const tlsMin: TlsMin = "1.3";
const announce: Announcement = "all";
const delivery: DeliveryMode = "auto";
const settings: GivenSettings = { viewport, tlsMin, announce, delivery };
const clock: Route = (request, context) => {
  context.earlyHints("</a.css>; rel=preload; as=style");
  return new Response(request.url);
};
const serverOptions: ServerOptions = {
  ...settings,
  root: ".",
  routes: [clock],
  onLiveChange: (change: LiveChange) => void change.kind,
};
const server: Server = createServer(serverOptions);
const address: Promise<Address> = server.listen();

const siteOptions: SiteOptions = { viewport: "390x844@3", live: true, trusted: true };
await using site: OpenSite = await openSite("./dist", siteOptions);
const off: () => void = site.on("change", () => undefined);
const linksOptions: LinksOptions = { userAgent: "x", csp: ["default-src 'self'"] };
const { entries, link }: PageLinks = await site.linksFor("/", linksOptions);
const targets: readonly string[] = entries.map(
  ({ target, as }: ManifestEntry) => `${target} ${as satisfies Destination}`,
);
const field: string | undefined = link;

const keyType: KeyType = "ec";
const certificateOptions: CertificateOptions = { keyType };
const pair: PemPair = await createCertificate(certificateOptions);
const http2 = createSecureServer(pair, (request, response) => void site.handle(request, response));
createHttp1((request: CompatRequest, response: CompatResponse) => void site.handle(request, response));
http2.on("stream", (stream, headers) => {
  const own: OwnDelivery = site.deliver(stream, headers, "/");
  const content: Content = "<p>";
  void own
    .send({ "content-type": "text/html" }, content)
    .then((sent: Delivery | undefined) => sent?.targets satisfies readonly DeliveredTarget[] | undefined);
});
const response: Response = (await site.fetch(new Request("https://localhost/"))) ?? new Response(null, { status: 404 });

const app = express();
app.use(forExpress(site));
createSecureServer(pair, overHttp2(app));
await fastify().register(forFastify, { site });
new Hono().use(forHono(site));
defineConfig({ plugins: [forVite({ live: true })] });

const scanOptions: ScanOptions = { onPage: (_path, needs: PageNeeds) => void needs.ignored };
const found: SiteScan = await scan(".", scanOptions);
const manifest: PushManifest = found.manifest;
const missing: readonly MissingReference[] = found.missing;

export const told: [(record: RequestRecord) => void, (summary: ScanSummary) => void] = [
  () => undefined,
  () => undefined,
];
export const code: ErrorCode = new H2PushError("closed", "closed").code;
export { address, field, manifest, missing, off, response, targets };

// @ts-expect-error -- a site has no port: the server around it has
export const wrong: SiteOptions = { port: 1 };
// @ts-expect-error -- there is no such means
export const wrongMode: DeliveryMode = "pull";
// @ts-expect-error -- there is no such event
site.on("changed", () => undefined);
