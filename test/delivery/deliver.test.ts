import { execFile, spawnSync } from "node:child_process";
import { unlink, writeFile } from "node:fs/promises";
import { constants } from "node:http2";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Route } from "../../src/index.js";
import { readLinks } from "../../src/delivery/link.js";
import { http1 } from "../support/h1.js";
import { connectTapped as connect, type TappedClient } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const page = `<!doctype html><title>Page</title>
<link rel="stylesheet" href="/site.css">
<script src="/late.js" defer></script>
<script src="/first.js"></script>
<img src="/logo.png" alt="">`;

const files = {
  "index.html": page,
  "about.html": `<!doctype html><link rel="stylesheet" href="/site.css"><img src="/photo.jpg" alt="">`,
  "site.css": "body { color: green }",
  "first.js": "void 0;",
  "late.js": "void 1;",
  "logo.png": Buffer.alloc(40_000, 1),
  "photo.jpg": Buffer.alloc(100, 2),
};

const needs = ["/site.css", "/first.js", "/late.js", "/logo.png"];
const targets = (field: string | string[] | undefined) => readLinks(String(field ?? "")).map(({ target }) => target);
const noPush = { settings: { enablePush: false } };

/** For each stream, where in the order of the wire its frames of a type stand. */
function positions({ frames }: TappedClient, type: string, stream: number): number[] {
  return frames.flatMap((frame, at) => (frame.type === type && frame.stream === stream ? [at] : []));
}

test("pushes what the page needs, in order of need, with the bytes of the files", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  const { status, headers, body, pushed } = await client.page("/");
  expect(status).toBe(200);
  expect(body.toString()).toBe(page);
  expect(headers.link).toBeUndefined();
  expect([...pushed.keys()]).toEqual(needs);
  expect([...pushed.values()].map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  expect(pushed.get("/logo.png")?.body).toEqual(files["logo.png"]);
  expect(pushed.get("/site.css")?.headers).toMatchObject({
    "content-type": "text/css; charset=utf-8",
    "content-length": "21",
    "cache-control": "max-age=2",
    etag: expect.any(String),
  });
});

test("promises everything before the page's first byte, then sends the page, then one push after another", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  await client.page("/");
  const [promises, head, data] = ["PUSH_PROMISE", "HEADERS", "DATA"].map((type) => positions(client, type, 1));
  expect(promises).toHaveLength(4);
  expect(Math.max(...promises!)).toBeLessThan(head![0]!);
  let before = Math.max(...data!);
  for (const { id } of client.pushes) {
    const own = positions(client, "DATA", id);
    expect(Math.min(...own)).toBeGreaterThan(before);
    before = Math.max(...own);
  }
});

test("ends a response in the frame of its last bytes", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  await client.page("/");
  const last = client.frames.filter(({ type, last }) => last && type !== "PUSH_PROMISE");
  expect(last.map(({ stream }) => stream)).toEqual([1, ...client.pushes.map(({ id }) => id)]);
  for (const { type, length } of last) {
    expect(type).toBe("DATA");
    expect(length).toBeGreaterThan(0);
  }
});

test("promises requests as the client would make them, and tells nothing of the user in them", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  await client.page("/", { "user-agent": "test", "accept-language": "de", cookie: "a=b", authorization: "Basic x" });
  expect(Object.fromEntries(Object.entries(client.pushes[0]!.request))).toEqual({
    ":method": "GET",
    ":scheme": "https",
    ":authority": `localhost:${port}`,
    ":path": "/site.css",
    accept: "text/css,*/*;q=0.1",
    "user-agent": "test",
    "accept-language": "de",
  });
});

test("links the same targets for a client that takes no pushes", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port, noPush);
  const { headers } = await client.request("/");
  expect(headers.link).toBe(
    [
      "</site.css>; rel=preload; as=style",
      "</first.js>; rel=preload; as=script",
      "</late.js>; rel=preload; as=script",
      "</logo.png>; rel=preload; as=image",
    ].join(", "),
  );
  expect(client.frames.map(({ type }) => type)).not.toContain("PUSH_PROMISE");
});

test("says the same each time, from memory too, and what is new once the page has changed", async () => {
  const root = await writeSite(files);
  const { port, records, record, invalidate } = await startServer({ announce: "all", root });
  const client = await connect(port, noPush);
  const first = await client.request("/");
  const { etag } = first.headers;
  // What was found out a moment ago is given at once; each way to ask for it takes the same answer along.
  for (let round = 0; round < 3; round++) {
    expect((await client.request("/")).headers).toEqual({ ...first.headers, date: expect.any(String) });
    expect((await client.request("/", { ":method": "HEAD" })).headers.link).toBe(first.headers.link);
    expect((await client.request("/", { "if-none-match": etag })).headers.link).toBe(first.headers.link);
    expect(targets((await client.request("/?q")).headers.link)).toEqual(needs);
    expect((await client.request("/?q", { "save-data": "on" })).body.toString()).toBe(page);
  }
  await record(() => records.length === 16);
  expect(records.map(({ delivery }) => delivery?.targets.length)).toEqual(records.map(() => 4));
  await writeFile(join(root, "index.html"), files["about.html"]);
  invalidate();
  expect(targets((await client.request("/")).headers.link)).toEqual(["/site.css", "/photo.jpg"]);
});

test("links over HTTP/1.1", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const { headers, body } = await http1(port, "/");
  expect(targets(headers.link)).toEqual(needs);
  expect(body.toString()).toBe(page);
});

test("stops pushing to a client that turns pushes off in the middle", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  expect((await client.page("/about.html")).pushed.size).toBe(2);
  await new Promise<void>((resolve) => client.session.settings({ enablePush: false }, () => resolve()));
  const { pushed, headers } = await client.page("/");
  expect([...pushed.keys()]).toEqual([]);
  expect(targets(headers.link)).toEqual(needs);
});

test("answers HEAD with the Link fields of GET, without content and pushes", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  const { pushed, headers, body } = await client.page("/", { ":method": "HEAD" });
  expect(pushed.size).toBe(0);
  expect(body).toHaveLength(0);
  expect(targets(headers.link)).toEqual(needs);
  expect(headers["content-length"]).toBe(String(page.length));
});

test("takes nothing for seen that a client asked for with HEAD alone", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  await client.request("/site.css", { ":method": "HEAD" });
  expect([...(await client.page("/")).pushed.keys()]).toEqual(needs);
});

test("answers 304 with Link and without pushes", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const { etag } = (await (await connect(port, noPush)).request("/")).headers;
  const client = await connect(port);
  const { status, headers, pushed } = await client.page("/", { "if-none-match": etag });
  expect(status).toBe(304);
  expect(pushed.size).toBe(0);
  expect(targets(headers.link)).toEqual(needs);
});

test("does not push again what the connection has carried, and says so", async () => {
  const { port, record } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port);
  await client.request("/site.css");
  expect([...(await client.page("/")).pushed.keys()]).toEqual(needs.slice(1));
  expect((await client.page("/about.html")).pushed.size).toBe(1);
  const { delivery } = await record(({ target }) => target === "/about.html");
  expect(delivery?.targets).toEqual([
    { target: "/photo.jpg", as: "image", bytes: 100, means: "push" },
    { target: "/site.css", as: "style", bytes: 21, means: "skipped", reason: "seen" },
  ]);
});

test("pushes again what has changed since", async () => {
  const root = await writeSite(files);
  const { port, invalidate } = await startServer({ announce: "all", root });
  const client = await connect(port);
  await client.page("/");
  await writeFile(join(root, "site.css"), "body { color: rebeccapurple }");
  invalidate();
  const { pushed } = await client.page("/");
  expect([...pushed].map(([path, { body }]) => [path, body.toString()])).toEqual([
    ["/site.css", "body { color: rebeccapurple }"],
  ]);
});

test("pushes an empty file as it is, and does not take it for refused", async () => {
  const root = await writeSite({
    "index.html": ["a", "b", "c", "d"].map((name) => `<script src="/${name}.js"></script>`).join(""),
    "next.html": `<script src="/e.js"></script>`,
    "a.js": "",
    "b.js": "",
    "c.js": "",
    "d.js": "",
    "e.js": "void 5;",
  });
  const { port, record } = await startServer({ announce: "all", root });
  const client = await connect(port);
  const { pushed } = await client.page("/");
  expect([...pushed.values()].map(({ status, body }) => `${status} ${body.length}`)).toEqual(Array(4).fill("200 0"));
  const { delivery } = await record(({ target }) => target === "/");
  expect(delivery?.targets.map(({ means }) => means)).toEqual(["push", "push", "push", "push"]);
  expect([...(await client.page("/next.html")).pushed.keys()]).toEqual(["/e.js"]);
});

test("keeps the session of a client that cancels every push, and links from then on", async () => {
  const big = { "a.js": "a".repeat(9000), "b.js": "b".repeat(9000), "c.js": "c".repeat(9000) };
  const root = await writeSite({
    ...big,
    "index.html": Object.keys(big)
      .map((path) => `<script src="/${path}"></script>`)
      .join(""),
    "about.html": `<script src="/a.js"></script><script src="/d.js"></script>`,
    "d.js": "void 4;",
  });
  const { port, record, errors } = await startServer({ announce: "all", root });
  // No push is whole before the client has seen its promise: the window is smaller than each of them.
  const client = await connect(port, { refuse: constants.NGHTTP2_CANCEL, settings: { initialWindowSize: 1000 } });
  expect((await client.request("/")).status).toBe(200);
  const { delivery } = await record(({ target }) => target === "/");
  expect(delivery?.targets.map(({ means, reason }) => `${means} ${reason}`)).toEqual(Array(3).fill("skipped declined"));
  const { headers } = await client.request("/about.html");
  expect(client.pushes).toHaveLength(3);
  expect(targets(headers.link)).toEqual(["/a.js", "/d.js"]);
  expect(client.session.closed).toBe(false);
  expect(errors).toEqual([]);
});

test.each([
  [0, 0],
  [2, 1],
  [3, 2],
])("with %i concurrent streams allowed, promises %i and links the rest", async (maxConcurrentStreams, promised) => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const client = await connect(port, { settings: { maxConcurrentStreams } });
  const { headers, pushed } = await client.page("/");
  expect([...pushed.keys()]).toEqual(needs.slice(0, promised));
  expect(targets(headers.link)).toEqual(needs.slice(promised));
});

test("keeps the promises of pages that are asked for at once within the client's limit together", async () => {
  const { port } = await startServer({
    announce: "all",
    root: await writeSite({ ...files, "other.html": page, "third.html": page }),
  });
  const client = await connect(port, { settings: { maxConcurrentStreams: 5 } });
  await Promise.all(["/", "/other.html", "/third.html"].map((path) => client.request(path)));
  await Promise.all(client.pushes.map(({ answer }) => answer));
  let open = 3;
  const openAt = client.frames.map(({ type, last }) => {
    if (type === "PUSH_PROMISE") open++;
    return last ? open-- : open;
  });
  expect(Math.max(...openAt)).toBe(5);
});

test("pushes nothing to a client that asks to save data, and links instead", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const { headers, pushed } = await (await connect(port)).page("/", { "save-data": "on" });
  expect(pushed.size).toBe(0);
  expect(targets(headers.link)).toEqual(needs);
});

test.each([
  ["push", {}, 4, 0],
  ["push", noPush, 0, 0],
  ["link", {}, 0, 4],
  ["none", {}, 0, 0],
] as const)("with --delivery %s and settings %j, %i pushes and %i links", async (delivery, options, pushes, links) => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files), delivery });
  const { headers, pushed, informational } = await (await connect(port, options)).page("/");
  expect(pushed.size).toBe(pushes);
  expect(targets(headers.link)).toHaveLength(links);
  expect(informational).toEqual([]);
});

test("with --delivery hints, a navigation gets 103 (Early Hints) and the final response the same Link", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files), delivery: "hints" });
  const client = await connect(port);
  const { headers, informational, pushed } = await client.page("/", {
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  });
  expect(informational.map((fields) => [fields[":status"], targets(fields.link)])).toEqual([[103, needs]]);
  expect(targets(headers.link)).toEqual(needs);
  expect(pushed.size).toBe(0);
  expect((await client.request("/")).informational).toEqual([]);
});

test("sends one 103 for a page that a route held up, and knows what it named", async () => {
  const early = "</site.css>; rel=preload; as=style";
  const route: Route = (_request, context) => void context.earlyHints(early);
  const server = await startServer({
    announce: "all",
    root: await writeSite(files),
    delivery: "hints",
    routes: [route],
  });
  const navigation = { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" };
  const { headers, informational } = await (await connect(server.port)).page("/", navigation);
  expect(informational.map(({ link }) => link)).toEqual([early]);
  expect(targets(headers.link)).toEqual(needs);
  const { delivery } = await server.record(({ target }) => target === "/");
  expect(delivery?.targets.filter(({ means }) => means === "hint").map(({ target }) => target)).toEqual(["/site.css"]);
});

test("withdraws a promise whose file goes away, and serves the page", async () => {
  const root = await writeSite(files);
  const server = await startServer({ announce: "all", root });
  const client = await connect(server.port);
  // The file is found, promised and then looked for again: it goes between the two.
  client.session.on("stream", () => void unlink(join(root, "logo.png")).catch(() => undefined));
  expect((await client.request("/")).status).toBe(200);
  await Promise.allSettled(client.pushes.map(({ answer }) => answer));
  expect((await client.request("/about.html")).status).toBe(200);
  expect(server.errors).toEqual([]);
});

const withLink =
  (link: string): Route =>
  (request) =>
    new URL(request.url).pathname === "/route" ? new Response("routed", { headers: { link } }) : undefined;

test("pushes what a route's own Link field names, and keeps the field", async () => {
  const link = "</site.css>; rel=preload; as=style, <first.js>; rel=preload; as=script";
  const { port } = await startServer({ announce: "all", root: await writeSite(files), routes: [withLink(link)] });
  const { headers, body, pushed } = await (await connect(port)).page("/route");
  expect(body.toString()).toBe("routed");
  expect(headers.link).toBe(link);
  expect([...pushed.keys()]).toEqual(["/site.css", "/first.js"]);
});

test.each([
  ["nopush", "</site.css>; rel=preload; as=style; nopush"],
  ["another relation", "</site.css>; rel=prefetch, </site.css>; rel=stylesheet"],
  ["another origin", "<https://example.com/site.css>; rel=preload; as=style, <//example.com/x.js>; rel=preload"],
  ["an anchor", '</site.css>; rel=preload; as=style; anchor="#x"'],
  ["a file that is not there", "</none.css>; rel=preload; as=style"],
  ["the choice of the client", "</logo.png>; rel=preload; as=image; imagesrcset='/logo.png 1x, /photo.jpg 2x'"],
  ["nothing readable", "<<, rel=preload; </site.css"],
])("pushes nothing for a Link field with %s, and passes it on once", async (_why, link) => {
  const { port, errors } = await startServer({
    announce: "all",
    root: await writeSite(files),
    routes: [withLink(link)],
  });
  const { headers, body, pushed } = await (await connect(port)).page("/route");
  expect(pushed.size).toBe(0);
  expect(headers.link).toBe(link);
  expect(body.toString()).toBe("routed");
  expect(errors).toEqual([]);
});

test("pushes no target twice that a route names twice", async () => {
  const link = "</site.css>; rel=preload; as=style, </site.css>; rel=preload; as=style, <site.css#a>; rel=preload";
  const { port } = await startServer({ announce: "all", root: await writeSite(files), routes: [withLink(link)] });
  const client = await connect(port);
  await client.page("/route");
  expect(client.pushes.map(({ path }) => path)).toEqual(["/site.css"]);
});

test("sends a route's Link field once to a client without pushes", async () => {
  const link = "</site.css>; rel=preload; as=style";
  const { port } = await startServer({ announce: "all", root: await writeSite(files), routes: [withLink(link)] });
  expect((await (await connect(port, noPush)).request("/route")).headers.link).toBe(link);
  expect((await http1(port, "/route")).headers.link).toBe(link);
});

test("does not push on a pushed page", async () => {
  const root = await writeSite({ ...files, "frame.html": page });
  const route = withLink("</frame.html>; rel=preload; as=document");
  const { port } = await startServer({ announce: "all", root, routes: [route] });
  const client = await connect(port);
  await client.page("/route");
  expect(client.pushes.map(({ path }) => path)).toEqual(["/frame.html"]);
});

const nghttp = spawnSync("nghttp", ["--version"]).status === 0;

test.skipIf(!nghttp)("nghttp is given every asset with the page, and asks for none itself", async () => {
  const { port } = await startServer({ announce: "all", root: await writeSite(files) });
  const { stdout } = await promisify(execFile)("nghttp", ["-ans", `https://localhost:${port}/`]);
  const rows = [...stdout.matchAll(/^ *\d+ +\+\S+ +(\*?) +\+.* (\d{3}) +\S+ (\/.*)$/gm)];
  const seen = rows.map(([, pushed, status, path]) => `${pushed === "*" ? "pushed" : "asked"} ${status} ${path}`);
  expect(seen.sort()).toEqual(["asked 200 /", ...needs.map((path) => `pushed 200 ${path}`)].sort());
});
