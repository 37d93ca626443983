import { once } from "node:events";
import { createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { CompatRequest, CompatResponse, RequestRecord } from "../../src/index.js";
import { connect, connectTapped } from "../support/h2.js";
import {
  anyResponse,
  listen,
  pageWithNeeds,
  serveHttp1,
  serveHttp2,
  testSite,
  type AnyResponse,
  type TestSite,
} from "../support/mounted.js";
import { testCertificate } from "../support/server.js";

const LINK = "</b.css>; rel=preload; as=style";
const NAVIGATION = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const html = { "content-type": "text/html; charset=utf-8" };
const page = `<!doctype html><title>own</title><link rel="stylesheet" href="/a.css"><p>own`;
const assets = { "a.css": pageWithNeeds["a.css"], "b.css": pageWithNeeds["b.css"] };

type Send = (response: AnyResponse) => void;

/** A server with pages of its own, in front of which the site is. */
function own(site: TestSite, send: Send, serve = serveHttp2) {
  return serve((request: CompatRequest, response: CompatResponse) => {
    void site.handle(request, response).then((answered) => answered || send(anyResponse(response)));
  });
}

const ways: Record<string, Send> = {
  "in one piece": (response) => {
    response.setHeader("content-type", "text/html");
    response.end(page);
  },
  "with writeHead": (response) => {
    response.writeHead(200, { "Content-Type": "text/html", "Content-Length": Buffer.byteLength(page) });
    response.end(Buffer.from(page));
  },
  "piece by piece at once": (response) => {
    response.setHeader("content-type", "text/html");
    response.write(page.slice(0, 20), () => undefined);
    response.end(page.slice(20), "utf8");
  },
};

test.each(Object.entries(ways))("pushes what a page needs that is sent %s", async (_, send) => {
  const client = await connect(await own(await testSite(assets), send));
  const { body, pushed, status } = await client.page("/own");
  expect([status, body.toString()]).toEqual([200, page]);
  expect([...pushed.keys()]).toEqual(["/a.css", "/b.css"]);
});

test.each(Object.entries(ways))("links what a page needs that is sent %s", async (_, send) => {
  const site = await testSite(assets);
  const client = await connect(await own(site, send), { settings: { enablePush: false } });
  const { body, headers } = await client.request("/own");
  expect([headers.link, body.toString()]).toEqual([LINK, page]);
  const port = await own(site, send, serveHttp1);
  const response = await fetch(`http://localhost:${port}/own`);
  expect([response.headers.get("link"), await response.text()]).toEqual([LINK, page]);
});

test("delivers the Link field of a page, too", async () => {
  const send: Send = (response) => {
    response.writeHead(200, { ...html, link: "</c.js>; rel=preload; as=script" });
    response.end("<p>own");
  };
  const site = await testSite({ "c.js": "1" });
  const port = await own(site, send);
  expect([...(await (await connect(port)).page("/own")).pushed.keys()]).toEqual(["/c.js"]);
  const { headers } = await (await connect(port, { settings: { enablePush: false } })).request("/own");
  expect(headers.link).toBe("</c.js>; rel=preload; as=script");
});

test("gives a page that comes piece by piece what the site's page for its path needs", async () => {
  const site = await testSite({ "app.html": pageWithNeeds["index.html"], ...assets });
  const port = await serveHttp2((request, response) => {
    site.accompany(request, response);
    response.setHeader("content-type", "text/html");
    anyResponse(response).flushHeaders();
    Readable.from(["<p>", "x".repeat(200_000), "end"]).pipe(response);
  });
  const { body, pushed } = await (await connect(port)).page("/app");
  expect([body.length, body.subarray(-3).toString()]).toEqual([200_006, "end"]);
  expect([...pushed.keys()]).toEqual(["/a.css", "/b.css"]);
});

test("leaves alone what is no page", async () => {
  const send: Send = (response) => {
    response.writeHead(201, { "content-type": "text/html", "x-own": "1" });
    response.write("<link rel=stylesheet href=/a.css>");
    response.end("end");
  };
  const client = await connect(await own(await testSite(assets), send));
  const { status, headers, body, pushed } = await client.page("/own");
  expect([status, headers["x-own"], headers.link]).toEqual([201, "1", undefined]);
  expect(body.toString()).toBe("<link rel=stylesheet href=/a.css>end");
  expect(pushed.size).toBe(0);
});

test("answers HEAD with the fields alone", async () => {
  const client = await connect(await own(await testSite({ ...pageWithNeeds, "own.txt": "" }), ways["with writeHead"]!));
  const { headers, body } = await client.request("/own", { ":method": "HEAD" });
  expect([headers["content-length"], body.length]).toEqual([String(Buffer.byteLength(page)), 0]);
});

test("names in a 103 what a slow page was announced with before", async () => {
  const site = await testSite(assets, { delivery: "hints" });
  let finish: () => void = () => undefined;
  const port = await own(site, (response) => {
    finish = () => ways["in one piece"]!(response);
    if (!slow) finish();
  });
  let slow = false;
  const client = await connect(port, { settings: { enablePush: false } });
  await client.request("/own", NAVIGATION);
  slow = true;
  const stream = client.session.request({ ":path": "/own", ...NAVIGATION });
  const [hint] = await once(stream, "headers");
  expect(hint).toMatchObject({ ":status": 103, link: LINK });
  finish();
  const [response] = await once(stream, "response");
  expect(response[":status"]).toBe(200);
  stream.resume();
});

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** A server that works with streams. */
async function streams(onStream: OnStream): Promise<number> {
  const server = createSecureServer(await testCertificate());
  server.on("stream", onStream);
  return listen(server);
}

test("delivers one's own page over a stream: promises, page, pushes", async () => {
  const records: RequestRecord[] = [];
  const site = await testSite(pageWithNeeds, { onRequest: (record) => records.push(record) });
  const port = await streams((stream, headers) => {
    if (headers[":path"] !== "/") throw new Error(`${headers[":path"]} was pushed`);
    void site.deliver(stream, headers, "/").send(html, "<p>own");
  });
  const client = await connectTapped(port);
  const { body, pushed } = await client.page("/");
  expect(body.toString()).toBe("<p>own");
  expect([...pushed.keys()]).toEqual(["/a.css", "/b.css"]);
  const order = client.frames.filter(({ type }) => ["PUSH_PROMISE", "HEADERS"].includes(type));
  expect(order.slice(0, 3).map(({ type, stream }) => [type, stream])).toEqual([
    ["PUSH_PROMISE", 1],
    ["PUSH_PROMISE", 1],
    ["HEADERS", 1],
  ]);
  await expect
    .poll(() => records.map(({ target, status, delivery }) => [target, status, delivery?.targets.length]))
    .toEqual([["/", 200, 2]]);
  expect((await client.page("/")).pushed.size).toBe(0);
});

test("sends a 103 before the content of one's own page is there", async () => {
  const site = await testSite(pageWithNeeds, { delivery: "hints" });
  let finish: () => void = () => undefined;
  const port = await streams((stream, headers) => {
    const delivery = site.deliver(stream, headers, "/");
    finish = () => void delivery.send(html, Readable.from(["<p>", "own"]));
  });
  const client = await connect(port, { settings: { enablePush: false } });
  const stream = client.session.request({ ":path": "/mine", ...NAVIGATION });
  const [hint] = await once(stream, "headers");
  expect(hint.link).toBe("</a.css>; rel=preload; as=style, </b.css>; rel=preload; as=style");
  finish();
  const [response] = await once(stream, "response");
  expect(response.link).toBe(LINK);
  stream.resume();
});
