// What h2push finds out about a site, used by a server of one's own: here
// Node's http2, with a certificate made for this run.
//
//   node examples/own-server.mjs [directory] [port]
//   nghttp -ans https://localhost:8443/
import { createSecureServer } from "node:http2";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCertificate, scan } from "h2push";

const root = process.argv[2] ?? fileURLToPath(new URL("site", import.meta.url));
const port = Number(process.argv[3] ?? 8443);

const { manifest, missing } = await scan(root);
for (const { target, from, line } of missing) console.error(`missing: ${target} (${from}:${line})`);

/** Request target → file: the pages and what they need, and nothing else. */
const files = new Map();
for (const [page, needs] of Object.entries(manifest.pages)) {
  for (const target of [page, ...needs.map((need) => need.target)]) {
    const pathname = decodeURIComponent(target.split("?", 1)[0]);
    files.set(target, join(root, pathname.endsWith("/") ? `${pathname}index.html` : pathname));
  }
}

const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const server = createSecureServer(await createCertificate());

server.on("stream", (stream, headers) => {
  // A client may go away at any time.
  stream.on("error", () => {});
  const target = headers[":path"];
  for (const need of manifest.pages[target] ?? []) push(stream, need.target);
  respond(stream, target);
});

function push(stream, target) {
  if (!stream.pushAllowed) return;
  stream.pushStream({ ":path": target }, (error, promised) => {
    if (error) return;
    promised.on("error", () => {});
    respond(promised, target);
  });
}

function respond(stream, target) {
  const file = files.get(target);
  if (file === undefined) {
    stream.respond({ ":status": 404 }, { endStream: true });
    return;
  }
  const type = types[extname(file)] ?? "application/octet-stream";
  stream.respondWithFile(file, { "content-type": type }, { onError: () => stream.close() });
}

server.listen(port, "localhost", () => {
  console.log(`https://localhost:${server.address().port}/`);
});
