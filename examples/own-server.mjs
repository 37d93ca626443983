// A server of one's own, here Node's http2, with a site in it: files and their
// pages, and a page that the program makes itself. Both go with what they need.
//
//   node examples/own-server.mjs [directory] [port]
//   nghttp -ans https://localhost:8443/clock
import { createSecureServer } from "node:http2";
import { fileURLToPath } from "node:url";
import { createCertificate, openSite } from "h2push";

const root = process.argv[2] ?? fileURLToPath(new URL("site", import.meta.url));
const port = Number(process.argv[3] ?? 8443);

const site = await openSite(root);

const server = createSecureServer({ ...(await createCertificate()), allowHTTP1: true }, async (request, response) => {
  if (await site.handle(request, response)) return;
  if (request.url !== "/clock") {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(`<!doctype html>
<html lang="en">
<title>Clock</title>
<link rel="stylesheet" href="/css/site.css">
<h1>${new Date().toISOString().slice(11, 19)}</h1>
</html>
`);
});

server.listen(port, "localhost", () => {
  console.log(`https://localhost:${server.address().port}/`);
});
