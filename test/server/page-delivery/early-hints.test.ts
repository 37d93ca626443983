import { once } from "node:events";
import { constants } from "node:http2";
import { expect, test } from "vitest";
import type { Route } from "../../../src/index.js";
import { http1 } from "../../support/h1.js";
import { answerOf, connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const noPush = { settings: { enablePush: false } };
const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const style = "</site.css>; rel=preload; as=style";
const font = '</text.woff2>; rel=preload; as=font; type="font/woff2"; crossorigin=anonymous';
const files = { "site.css": "body {}", "text.woff2": "font", "index.html": `<link rel="stylesheet" href="/site.css">` };

/** Answers `/slow`, with this `Link` field, when the test says so. */
function slow(link: string | undefined) {
  const waiting: (() => void)[] = [];
  const route: Route = async (request) => {
    if (new URL(request.url).pathname !== "/slow") return undefined;
    await new Promise<void>((resolve) => waiting.push(resolve));
    return new Response("slow", link === undefined ? {} : { headers: { link } });
  };
  return { route, answer: () => waiting.splice(0).forEach((resolve) => resolve()), waiting };
}

/** The answer to a request for `/slow`, which is answered when a 103 has come. */
async function whenHinted(port: number, link: string, answer: () => void, waiting: unknown[], own = link) {
  const client = await connect(port, noPush);
  const first = client.request("/slow", navigation);
  while (waiting.length === 0) await new Promise(setImmediate);
  answer();
  expect((await first).informational).toEqual([]);
  const stream = client.session.request({ ":path": "/slow?again", ...navigation });
  const second = answerOf(stream);
  await once(stream, "headers");
  answer();
  expect((await second).informational.map((fields) => [fields[":status"], fields.link])).toEqual([[103, link]]);
  expect((await second).headers.link).toBe(own);
  return client;
}

test("while a route is slow, a navigation is told in a 103 what came with the response before", async () => {
  const { route, answer, waiting } = slow(`${style}, ${font}`);
  const { port, record } = await startServer({ root: await writeSite(files), routes: [route], trusted: true });
  await whenHinted(port, `${style}, ${font}`, answer, waiting);
  const { delivery } = await record(({ target }) => target === "/slow?again");
  expect(delivery?.targets.map(({ means, target }) => `${means} ${target}`)).toEqual([
    "hint /site.css",
    "hint /text.woff2",
    "link /site.css",
    "link /text.woff2",
  ]);
});

test("what the connection has been given is not told again in a 103: Chromium would ask for it twice", async () => {
  const { route, answer, waiting } = slow(`${style}, ${font}`);
  const { port } = await startServer({ root: await writeSite(files), routes: [route], trusted: true });
  const client = await whenHinted(port, `${style}, ${font}`, answer, waiting);
  await client.request("/site.css");
  const stream = client.session.request({ ":path": "/slow", ...navigation });
  const reply = answerOf(stream);
  await once(stream, "headers");
  answer();
  expect((await reply).informational.map(({ link }) => link)).toEqual([font]);
  expect((await reply).headers.link).toBe(`${style}, ${font}`);
});

test.each([
  ["cache-control", "private"],
  ["set-cookie", "id=1"],
  ["vary", "cookie"],
])("of what a response for one client names (%s: %s), only code is told ahead to others", async (name, value) => {
  const waiting: (() => void)[] = [];
  const own = "</api/users/alice>; rel=preload; as=fetch; crossorigin, </alice.jpg>; rel=preload; as=image";
  const route: Route = async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return new Response("own", { headers: { link: `${own}, ${style}`, [name]: value } });
  };
  const { port } = await startServer({ routes: [route], trusted: true });
  await whenHinted(port, style, () => waiting.splice(0).forEach((resolve) => resolve()), waiting, `${own}, ${style}`);
});

test("a route that answers at once gets no 103: its own response says the same", async () => {
  const routes: Route[] = [() => new Response("fast", { headers: { link: style } })];
  const { port } = await startServer({ routes, trusted: true });
  const client = await connect(port, noPush);
  for (let time = 0; time < 3; time++) {
    expect((await client.request("/", navigation)).informational).toEqual([]);
  }
});

test.each([
  ["that a field can't hold", "</ü.css>; rel=preload; as=style"],
  ["that no browser loads ahead", "</next>; rel=next"],
  ["of no kind", undefined],
])("does not say ahead a Link %s", async (_kind, link) => {
  const { route, answer, waiting } = slow(link);
  const { port, errors } = await startServer({ routes: [route], trusted: true });
  const client = await connect(port, noPush);
  for (let time = 0; time < 2; time++) {
    const reply = client.request("/slow", navigation);
    while (waiting.length === 0) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, 40)); // longer than what counts as slow
    answer();
    expect(await reply).toMatchObject({ status: 200, informational: [] });
  }
  expect(errors).toEqual([]);
});

test("a client that goes away while the route is slow does no harm", async () => {
  const { route, answer, waiting } = slow(style);
  const { port, record, errors } = await startServer({ routes: [route], trusted: true });
  const client = await connect(port, noPush);
  const first = client.request("/slow", navigation);
  while (waiting.length === 0) await new Promise(setImmediate);
  answer();
  await first;
  const stream = client.session.request({ ":path": "/slow?gone", ...navigation, ":method": "POST" });
  stream.on("error", () => undefined);
  stream.write("unread");
  while (waiting.length === 0) await new Promise(setImmediate);
  stream.close(constants.NGHTTP2_CANCEL);
  await new Promise((resolve) => client.session.ping(resolve));
  await new Promise((resolve) => setTimeout(resolve, 40)); // longer than what counts as slow
  answer();
  expect((await record(({ target }) => target === "/slow?gone")).aborted).toBe(true);
  expect((await client.request("/none")).status).toBe(404);
  expect(errors).toEqual([]);
});

/** Calls `context.earlyHints` and tells what it returned. */
const hinting =
  (...calls: (string | readonly string[])[]): Route =>
  (_request, context) =>
    Response.json(calls.map((links) => context.earlyHints(links)));

test.each<[title: string, options: object, fields: object, sent: boolean]>([
  ["to a navigation", { trusted: true }, navigation, true],
  ["to a fetch", { trusted: true }, { "sec-fetch-mode": "cors" }, false],
  ["to a client that does not say what it asks for", { trusted: true }, {}, false],
  ["with a certificate that is not trusted", {}, navigation, false],
  ["with such a certificate under hints", { delivery: "hints" }, navigation, true],
  ["under link", { trusted: true, delivery: "link" }, navigation, false],
  ["under push", { trusted: true, delivery: "push" }, navigation, false],
  ["under none", { trusted: true, delivery: "none" }, navigation, false],
])("a route's early hints %s", async (_title, options, fields, sent) => {
  const { port } = await startServer({ ...options, routes: [hinting(style)] });
  const { body, informational } = await (await connect(port, noPush)).request("/", { ...fields });
  expect(JSON.parse(body.toString())).toEqual([sent]);
  expect(informational.map(({ link }) => link)).toEqual(sent ? [style] : []);
});

test("are sent once, and never over HTTP/1.1", async () => {
  const { port } = await startServer({ trusted: true, routes: [hinting([style, font], style)] });
  const { body, informational } = await (await connect(port, noPush)).request("/", navigation);
  expect(body.toString()).toBe("[true,false]");
  expect(informational.map(({ link }) => link)).toEqual([`${style}, ${font}`]);
  expect((await http1(port, "/", { headers: navigation })).body.toString()).toBe("[false,false]");
});

test.each(["</a>\r\nset-cookie: x=y", "</ü>; rel=preload", "\0"])(
  "throw for %j, a value no field can hold",
  async (link) => {
    const { port, errors } = await startServer({ trusted: true, routes: [hinting(link)] });
    const { status, informational } = await (await connect(port, noPush)).request("/", navigation);
    expect([status, informational]).toEqual([500, []]);
    expect(errors.map(({ message }) => message)).toEqual([`not a Link value: ${JSON.stringify(link)}`]);
  },
);

test("an asset that was hinted and has no cache-control of its own is fresh long enough to be used, once", async () => {
  const own: Route = (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/page") return undefined;
    if (pathname === "/routed.css") return new Response("a {}");
    return pathname === "/own.css" ? new Response("b {}", { headers: { "cache-control": "no-store" } }) : undefined;
  };
  const links = ["/site.css", "/routed.css", "/own.css"].map((target) => `<${target}>; rel=preload; as=style`);
  const page: Route = (request, context) =>
    new URL(request.url).pathname === "/page" ? Response.json(context.earlyHints(links)) : undefined;
  const { port } = await startServer({ root: await writeSite(files), trusted: true, routes: [page, own] });
  const client = await connect(port, noPush);
  const other = await connect(port, noPush);
  const caching = async (path: string, from = client) => (await from.request(path)).headers["cache-control"];
  expect(await caching("/site.css")).toBe("max-age=2");
  expect((await client.request("/page", navigation)).body.toString()).toBe("true");
  expect(await caching("/site.css", other)).toBe("max-age=2");
  expect(await caching("/site.css")).toBe("max-age=10");
  expect(await caching("/site.css")).toBe("max-age=2");
  expect(await caching("/routed.css")).toBe("max-age=10");
  expect(await caching("/routed.css")).toBeUndefined();
  expect(await caching("/own.css")).toBe("no-store");
  // By now it is known how soon the page comes: no longer than that may an old file be shown.
  await client.request("/page", navigation);
  expect([await caching("/site.css"), await caching("/routed.css")]).toEqual(["max-age=2", "max-age=2"]);
});

test("an asset of a page that takes long is fresh until the page comes", async () => {
  const { route, answer, waiting } = slow(style);
  const { port } = await startServer({ root: await writeSite(files), routes: [route], trusted: true });
  const client = await connect(port, noPush);
  const first = client.request("/slow", navigation);
  while (waiting.length === 0) await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 1100)); // in which the page is made
  answer();
  await first;
  const stream = client.session.request({ ":path": "/slow", ...navigation });
  const second = answerOf(stream);
  await once(stream, "headers");
  expect((await client.request("/site.css")).headers["cache-control"]).toBe("max-age=4");
  answer();
  await second;
});

test("under hints every navigation gets a 103, also one that is answered 304, unless its connection has all; its assets are fresh", async () => {
  const { port } = await startServer({ root: await writeSite(files), delivery: "hints" });
  const client = await connect(port, noPush);
  const { headers, informational } = await client.request("/", navigation);
  expect(informational.map(({ link }) => link)).toEqual([style]);
  expect(headers.link).toBeUndefined();
  expect((await client.request("/site.css")).headers["cache-control"]).toBe("max-age=2");
  const conditional = { ...navigation, "if-none-match": headers.etag };
  const again = await (await connect(port, noPush)).request("/", conditional);
  expect([again.status, again.headers.link, again.informational.length]).toEqual([304, undefined, 1]);
  expect((await client.request("/", conditional)).informational).toEqual([]);
});

test("under hints a route's own links keep what a browser needs to take them", async () => {
  const link = `${font}, </photo.jpg>; rel=preload; as=image; imagesrcset="/p1.jpg 1x, /p2.jpg 2x"; imagesizes="50vw"`;
  const routes: Route[] = [() => new Response("page", { headers: { link } })];
  const { port } = await startServer({ routes, delivery: "hints" });
  const { headers, informational } = await (await connect(port, noPush)).request("/", navigation);
  expect(informational.map((fields) => fields.link)).toEqual([`${link}; nopush`]);
  expect(headers.link).toBe(link);
});
