import { once } from "node:events";
import { request as requestHttp1 } from "node:http";
import { constants, createSecureServer } from "node:http2";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { connect } from "../support/h2.js";
import { ask, navigate, noPush } from "../support/loads.js";
import { anyResponse, listen, pageWithNeeds, serveHttp1, serveHttp2, testSite } from "../support/mounted.js";
import { testCertificate } from "../support/server.js";

const html = { "content-type": "text/html" };
const link = `<link rel="stylesheet" href="/a.css">`;

test("a client that goes away while its page is held, or on its way, is no error", async () => {
  const site = await testSite();
  const closed: Promise<unknown>[] = [];
  const port = await serveHttp2((request, response) => {
    closed.push(once(response, "close"));
    void site.handle(request, response).then((answered) => {
      if (answered) return undefined;
      anyResponse(response).writeHead(200, html);
      return Readable.from(Array.from({ length: 400 }, () => link.padEnd(20_000))).pipe(response);
    });
  });
  const client = await connect(port, noPush);
  for (const path of ["/own", "/"]) {
    const stream = client.session.request({ ":path": path });
    if (path === "/own") await once(stream, "response");
    stream.resume().close(constants.NGHTTP2_CANCEL);
    await once(stream, "close");
  }
  await client.request("/a.css");
  await Promise.all(closed);
  expect(site.errors).toEqual([]);
});

test("what a page throws half-way resets its stream", async () => {
  const site = await testSite();
  const port = await serveHttp2((request, response) => {
    site.accompany(request, response);
    anyResponse(response).writeHead(200, html);
    anyResponse(response).write(link);
    setImmediate(() => response.destroy(new Error("half-way")));
  });
  const client = await connect(port, noPush);
  await expect(client.request("/own")).rejects.toThrow(/INTERNAL_ERROR/);
  expect(site.errors).toEqual([]);
});

test("a content of deliver() that fails resets the stream, and is told", async () => {
  const site = await testSite();
  const server = createSecureServer(await testCertificate());
  const failing = async function* () {
    yield "x".repeat(40_000);
    throw new Error("no more");
  };
  server.on("stream", (stream, headers) => void site.deliver(stream, headers, "/").send(html, failing()));
  const client = await connect(await listen(server), noPush);
  await expect(client.request("/own")).rejects.toThrow(/INTERNAL_ERROR/);
  expect(site.errors.map(({ message }) => message)).toEqual(["no more"]);
});

test("over HTTP/1.1 a long page of somebody else arrives whole", async () => {
  const site = await testSite();
  const port = await serveHttp1((request, response) => {
    site.accompany(request, response);
    anyResponse(response).writeHead(200, html);
    Readable.from([link, "x".repeat(300_000), "end"]).pipe(response);
  });
  const request = requestHttp1({ port, host: "localhost", path: "/own" }).end();
  const [response] = await once(request, "response");
  let length = 0;
  for await (const piece of response) length += piece.length;
  expect(length).toBe(link.length + 300_003);
});

test("a response that somebody has begun is left alone", async () => {
  const site = await testSite();
  const port = await serveHttp1((request, response) => {
    anyResponse(response).writeHead(200, { "x-own": "1" });
    void site.handle(request, response).then((answered) => anyResponse(response).end(String(answered)));
  });
  const response = await fetch(`http://localhost:${port}/`);
  expect([response.headers.get("x-own"), await response.text()]).toEqual(["1", "true"]);
});

test("learns from the traffic what a page asks for, also of what others answer", async () => {
  const files = {
    "index.html": `<script type="module" src="/app.js"></script>`,
    "app.js": "1",
    "chunk.js": "export {}",
  };
  const site = await testSite(files);
  const port = await serveHttp2((request, response) => {
    void site.handle(request, response).then((answered) => {
      if (answered) return undefined;
      response.setHeader("cache-control", "private");
      return response.end("{}");
    });
  });
  const client = await connect(port, noPush);
  const server = { origin: `https://localhost:${port}` };
  await navigate(client);
  await ask(client, server, [
    ["/app.js", "script", "cors", "/"],
    ["/chunk.js", "script", "cors", "/app.js"],
    ["/private.json", "empty", "cors", "/app.js"],
  ]);
  // A load is complete when its page is asked for again.
  await navigate(client, "/", { ":method": "HEAD" });
  await expect
    .poll(async () => (await site.linksFor("/")).entries.map(({ target }) => target))
    .toEqual(["/app.js", "/chunk.js"]);
});

test("what one connection was given is nothing to another one", async () => {
  const site = await testSite();
  const port = await serveHttp2((request, response) => void site.handle(request, response));
  for (let times = 0; times < 3; times++) {
    const client = await connect(port);
    expect([...(await client.page("/")).pushed.keys()]).toEqual(
      Object.keys(pageWithNeeds)
        .slice(1)
        .map((name) => `/${name}`),
    );
  }
});
