// Express 5 over HTTP/2 and HTTP/1.1, with a site in it.
//
//   npm install express && node examples/express.mjs [port]
import { createSecureServer } from "node:http2";
import { fileURLToPath } from "node:url";
import express from "express";
import { createCertificate, openSite } from "h2push";
import { h2push, overHttp2 } from "h2push/express";

const app = express();
app.use(h2push(await openSite(fileURLToPath(new URL("site", import.meta.url)))));
app.get("/clock", (_request, response) => {
  response.send(`<!doctype html><link rel="stylesheet" href="/css/site.css"><h1>${new Date().toISOString()}</h1>`);
});

// On node:http or node:https, `app.listen()` as ever: pages are linked there.
const server = createSecureServer({ ...(await createCertificate()), allowHTTP1: true }, overHttp2(app));
server.listen(Number(process.argv[2] ?? 8443), "localhost", () => {
  console.log(`https://localhost:${server.address().port}/`);
});
