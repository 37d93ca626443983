// Hono 4 on @hono/node-server, over HTTP/2 and HTTP/1.1, with a site in it.
//
//   npm install hono @hono/node-server && node examples/hono.mjs [port]
import { createSecureServer } from "node:http2";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { createCertificate, openSite } from "h2push";
import { h2push } from "h2push/hono";
import { Hono } from "hono";

const app = new Hono();
app.use(h2push(await openSite(fileURLToPath(new URL("site", import.meta.url)))));
app.get("/clock", (context) =>
  context.html(`<!doctype html><link rel="stylesheet" href="/css/site.css"><h1>${new Date().toISOString()}</h1>`),
);

const options = {
  fetch: app.fetch,
  port: Number(process.argv[2] ?? 8443),
  hostname: "localhost",
  createServer: createSecureServer,
  serverOptions: { ...(await createCertificate()), allowHTTP1: true },
};
serve(options, ({ port }) => console.log(`https://localhost:${port}/`));
