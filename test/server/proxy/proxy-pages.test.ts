import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { http1 } from "../../support/h1.js";
import { answerOf, connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { startUpstream } from "../../support/upstream.js";

const style = "</site.css>; rel=preload; as=style";
const proxiedScript = "</app/a.js>; rel=preload; as=script";
const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const noPush = { settings: { enablePush: false } };

const page = (link: string) => (_request: unknown, response: ServerResponse) =>
  void response.writeHead(200, { "content-type": "text/html", link }).end("<!doctype html>page");

test("what a proxied page links is pushed when it is ours, and linked when it is proxied or not there", async () => {
  const link = `${style}, ${proxiedScript}, </none.js>; rel=preload; as=script`;
  const { origin, received } = await startUpstream(page(link));
  const root = await writeSite({ "site.css": "a {}", "app/a.js": "not this" });
  const { port } = await startServer({ root, proxy: [`/app=${origin}`] });
  const client = await connect(port);
  const { body, headers, pushed } = await client.page("/app/");
  expect(body.toString()).toBe("<!doctype html>page");
  expect(headers.link).toBe(link);
  expect([...pushed].map(([path, { body }]) => [path, body.toString()])).toEqual([["/site.css", "a {}"]]);
  expect(received.map(({ url }) => url)).toEqual(["/app/"]);
});

test("a page of ours pushes nothing that is proxied, though a file has the name", async () => {
  const { origin, received } = await startUpstream();
  const root = await writeSite({
    "index.html": `<script src="/app/a.js"></script><script src="/b.js"></script>`,
    "app/a.js": "",
    "b.js": "",
  });
  const { port } = await startServer({ root, proxy: [`/app=${origin}`] });
  const { pushed } = await (await connect(port)).page("/");
  expect([...pushed.keys()]).toEqual(["/b.js"]);
  expect(received).toEqual([]);
});

test("a 103 of the upstream with links reaches a navigation over HTTP/2, and nobody else", async () => {
  const { origin } = await startUpstream((request, response) => {
    response.writeEarlyHints({ link: style });
    page(style)(request, response);
  });
  const { port, errors } = await startServer({ proxy: [`/=${origin}`], trusted: true });
  const client = await connect(port, noPush);
  const { informational, headers } = await client.request("/", navigation);
  expect(informational.map((fields) => [fields[":status"], fields.link])).toEqual([[103, style]]);
  expect(headers.link).toBe(style);
  expect((await client.request("/", { "sec-fetch-mode": "cors" })).informational).toEqual([]);
  expect((await http1(port, "/", { headers: navigation })).status).toBe(200);
  expect(errors).toEqual([]);
});

test("while the upstream is slow, a navigation is told what came with the response before", async () => {
  const waiting: (() => void)[] = [];
  const { origin } = await startUpstream((request, response) => {
    if (request.url === "/first") page(style)(request, response);
    else waiting.push(() => page(style)(request, response));
  });
  const { port } = await startServer({ proxy: [`/=${origin}`], trusted: true });
  const client = await connect(port, noPush);
  const first = client.request("/slow", navigation);
  while (waiting.length === 0) await new Promise(setImmediate);
  waiting.splice(0).forEach((answer) => answer());
  expect((await first).informational).toEqual([]);
  const stream = client.session.request({ ":path": "/slow?again", ...navigation });
  const second = answerOf(stream);
  await once(stream, "headers");
  waiting.splice(0).forEach((answer) => answer());
  expect((await second).informational.map(({ link }) => link)).toEqual([style]);
});

test("what an upstream answers is not told as missing", async () => {
  const { origin } = await startUpstream();
  const root = await writeSite({ "index.html": `<script src="/app/a.js"></script><script src="/none.js"></script>` });
  const missing = await new Promise((resolve) => {
    void startServer({ root, proxy: [`/app=${origin}`], onScan: (summary) => resolve(summary.missing) });
  });
  expect(missing).toMatchObject([{ target: "/none.js" }]);
});
