import { expect, test } from "vitest";
import type { Route } from "../../src/index.js";
import { connectTapped as connect, type TappedClient } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const wide = { settings: { initialWindowSize: 16 * 1024 * 1024 } };
const head = `<!doctype html><link rel="stylesheet" href="/site.css"><script src="/blocking.js"></script>
<script src="/late.js" defer></script><img src="/photo.png" alt="">`;
const files = {
  "site.css": "/* */".repeat(4000),
  "blocking.js": "void 0;".repeat(1000),
  "late.js": "void 1;",
  "photo.png": Buffer.alloc(100_000, 1),
};

/** The order in which content came, each stream named once for as long as it goes on. */
function order({ frames, pushes }: TappedClient): string[] {
  const names = new Map(pushes.map(({ id, path }) => [id, path]));
  const content = frames.filter(({ type, length }) => type === "DATA" && length > 0);
  const streams = content.map(({ stream }) => names.get(stream) ?? "page");
  return streams.filter((name, at) => name !== streams[at - 1]);
}

/** Bytes of the page that came before the first of anything else. */
function headBytes({ frames }: TappedClient): number {
  const content = frames.filter(({ type }) => type === "DATA");
  const other = content.findIndex(({ stream }) => stream !== content[0]?.stream);
  return content.slice(0, other).reduce((sum, { length }) => sum + length, 0);
}

test("a page of more than 64 KB goes in two parts: its head, what blocks rendering, the rest, and then all else", async () => {
  const page = head + "<p>text</p>\n".repeat(25_000);
  const { port } = await startServer({ root: await writeSite({ ...files, "index.html": page }) });
  const client = await connect(port, wide);
  client.session.setLocalWindowSize(16 * 1024 * 1024);
  const { body, pushed } = await client.page("/");
  expect(body.toString()).toBe(page);
  expect(pushed.get("/photo.png")?.body).toEqual(files["photo.png"]);
  expect(order(client)).toEqual(["page", "/site.css", "/blocking.js", "page", "/late.js", "/photo.png"]);
  expect(headBytes(client)).toBe(16 * 1024);
});

test("a page of 64 KB goes whole, before all else", async () => {
  const page = head.padEnd(64 * 1024, " ");
  const { port } = await startServer({ root: await writeSite({ ...files, "index.html": page }) });
  const client = await connect(port, wide);
  client.session.setLocalWindowSize(16 * 1024 * 1024);
  await client.page("/");
  expect(order(client)).toEqual(["page", "/site.css", "/blocking.js", "/late.js", "/photo.png"]);
});

test("a large page comes whole to a client whose window is small", async () => {
  const page = head + "<p>text</p>\n".repeat(25_000);
  const { port } = await startServer({ root: await writeSite({ ...files, "index.html": page }) });
  const client = await connect(port, { settings: { initialWindowSize: 1000 } });
  const { body, pushed } = await client.page("/");
  expect(body.toString()).toBe(page);
  expect([...pushed].map(([path, { body }]) => [path, body.length])).toEqual(
    Object.entries(files).map(([path, content]) => [`/${path}`, content.length]),
  );
});

test("a large page goes in one piece when nothing is pushed", async () => {
  const page = head + "<p>text</p>\n".repeat(25_000);
  const { port } = await startServer({ root: await writeSite({ ...files, "index.html": page }) });
  const client = await connect(port, { settings: { enablePush: false } });
  expect((await client.request("/")).body.toString()).toBe(page);
});

const link = "</site.css>; rel=preload; as=style, </late.js>; rel=preload; as=script";
const text = `<!doctype html>${"<p>text</p>\n".repeat(25_000)}`;

test.each<[kind: string, Route]>([
  ["of a known length", () => new Response(text, { headers: { link, "content-length": String(text.length) } })],
  ["of a length that nobody knows", () => new Response(text, { headers: { link } })],
])("a route's large page %s does not hold up its stylesheet", async (_kind, page) => {
  const routes: Route[] = [(...asked) => (new URL(asked[0].url).pathname === "/" ? page(...asked) : undefined)];
  const { port } = await startServer({ root: await writeSite(files), routes });
  const client = await connect(port, wide);
  client.session.setLocalWindowSize(16 * 1024 * 1024);
  const { body } = await client.page("/");
  expect(body.toString()).toBe(text);
  expect(order(client)).toEqual(["page", "/site.css", "page", "/late.js"]);
  expect(headBytes(client)).toBe(16 * 1024);
});

test("a route's small page of unknown length goes whole, before its stylesheet", async () => {
  const routes: Route[] = [
    (request) => (new URL(request.url).pathname === "/" ? new Response("small", { headers: { link } }) : undefined),
  ];
  const { port } = await startServer({ root: await writeSite(files), routes });
  const client = await connect(port, wide);
  await client.page("/");
  expect(order(client)).toEqual(["page", "/site.css", "/late.js"]);
});

test("a page whose route is slow lets its pushes go ahead, and goes on when it can", async () => {
  let go: () => void = () => undefined;
  const rest = new Promise<void>((resolve) => (go = resolve));
  const parts = new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from("head"));
      await rest;
      controller.enqueue(Buffer.from("rest"));
      controller.close();
    },
  });
  const routes: Route[] = [
    (request) => (new URL(request.url).pathname === "/" ? new Response(parts, { headers: { link } }) : undefined),
  ];
  const { port } = await startServer({ root: await writeSite(files), routes });
  const client = await connect(port, wide);
  const page = client.request("/");
  while (client.pushes.length < 2) await new Promise(setImmediate);
  await Promise.all(client.pushes.map(({ answer }) => answer));
  go();
  expect((await page).body.toString()).toBe("headrest");
});
