import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { connect } from "../support/h2.js";
import { pageWithNeeds, serveHttp1, serveHttp2, testSite, type TestSite } from "../support/mounted.js";

const LINK = "</b.css>; rel=preload; as=style";

/** A server that answers by the site, and by its own words what that leaves. */
function withRest(site: TestSite) {
  return serveHttp2((request, response) => {
    void site.handle(request, response).then((answered) => {
      if (answered) return undefined;
      response.statusCode = 404;
      return response.end(`own: ${request.method} ${request.url}`);
    });
  });
}

test("pushes what a page needs to a client that takes pushes", async () => {
  const client = await connect(await withRest(await testSite()));
  const { status, pushed, body } = await client.page("/");
  expect(status).toBe(200);
  expect(body.toString()).toBe(pageWithNeeds["index.html"]);
  expect([...pushed.keys()]).toEqual(["/a.css", "/b.css"]);
  expect(pushed.get("/b.css")?.body.toString()).toBe(pageWithNeeds["b.css"]);
  expect((await client.page("/")).pushed.size).toBe(0);
});

test("links it to a client without", async () => {
  const client = await connect(await withRest(await testSite()), { settings: { enablePush: false } });
  const { headers, status } = await client.request("/");
  expect(status).toBe(200);
  expect(headers.link).toBe(LINK);
  expect(client.pushes).toHaveLength(0);
});

test("links it over plain HTTP/1.1", async () => {
  const site = await testSite();
  const port = await serveHttp1((request, response) => {
    response.setHeader("x-own", "1");
    void site.handle(request, response);
  });
  const response = await fetch(`http://localhost:${port}/`);
  expect(response.headers.get("link")).toBe(LINK);
  expect(response.headers.get("x-own")).toBe("1");
  expect(await response.text()).toBe(pageWithNeeds["index.html"]);
});

test.each(["/none", "/%zz", "/..%2f..%2fetc/passwd", "/.env", "/a%00b"])("leaves GET %s", async (path) => {
  const client = await connect(
    await withRest(await testSite({ ...pageWithNeeds, ".env": "secret", "404.html": "ours" })),
  );
  const { status, body } = await client.request(path);
  expect([status, body.toString()]).toEqual([404, `own: GET ${path}`]);
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])("leaves %s", async (method) => {
  const client = await connect(await withRest(await testSite()));
  const { body } = await client.request("/", { ":method": method });
  expect(body.toString()).toBe(`own: ${method} /`);
});

test("sends the fields that others have set before, and its own over them", async () => {
  const site = await testSite();
  const port = await serveHttp2((request, response) => {
    response.setHeader("x-own", "1");
    response.setHeader("cache-control", "no-store");
    void site.handle(request, response);
  });
  const client = await connect(port);
  const { headers } = await client.request("/b.css");
  expect(headers).toMatchObject({ "x-own": "1", "cache-control": "max-age=2", "x-content-type-options": "nosniff" });
});

test.each([
  ["HTTP/2", serveHttp2],
  ["HTTP/1.1", serveHttp1],
] as const)("adds over %s to the lists that others have begun", async (_, serve) => {
  // Long enough to be compressed.
  const files = { ...pageWithNeeds, "index.html": pageWithNeeds["index.html"].padEnd(4000) };
  const site = await testSite(files);
  const port = await serve((request, response) => {
    response.setHeader("vary", "origin");
    response.setHeader("link", "</c.js>; rel=preload; as=script");
    void site.handle(request, response);
  });
  const headers =
    serve === serveHttp1
      ? Object.fromEntries((await fetch(`http://localhost:${port}/`)).headers)
      : (await (await connect(port, { settings: { enablePush: false } })).request("/")).headers;
  expect(headers).toMatchObject({ vary: "origin, accept-encoding", link: `</c.js>; rel=preload; as=script, ${LINK}` });
});

test("answers conditions, ranges and by the client's content coding", async () => {
  const client = await connect(await withRest(await testSite({ "a.txt": "x".repeat(4000) })));
  const { headers } = await client.request("/a.txt", { "accept-encoding": "gzip" });
  expect(headers["content-encoding"]).toBe("gzip");
  const plain = await client.request("/a.txt");
  expect((await client.request("/a.txt", { "if-none-match": plain.headers.etag })).status).toBe(304);
  const range = await client.request("/a.txt", { range: "bytes=1-3" });
  expect([range.status, range.body.toString()]).toEqual([206, "xxx"]);
});

test("follows _headers and _redirects", async () => {
  const site = await testSite({
    ...pageWithNeeds,
    _headers: "/a.css\n  x-rule: yes\n",
    _redirects: "/old /a.css 301\n/gone /a.css 404\n",
  });
  const client = await connect(await withRest(site));
  expect((await client.request("/a.css")).headers["x-rule"]).toBe("yes");
  expect((await client.request("/old")).headers.location).toBe("/a.css");
});

test("says on change that files may be others", async () => {
  const site = await testSite();
  await site.linksFor("/");
  let changes = 0;
  const off = site.on("change", () => changes++);
  await vi.waitUntil(async () => {
    // The watch begins a moment later.
    await writeFile(join(site.root, "a.css"), "");
    return changes > 0;
  });
  off();
  expect((await site.linksFor("/")).entries.map(({ target }) => target)).toEqual(["/a.css"]);
});

test("leaves the client's connection open when it closes, and says so to who asks then", async () => {
  const site = await testSite();
  const client = await connect(await withRest(site));
  await client.request("/");
  await site.close();
  await site.close();
  expect(client.session.closed).toBe(false);
  await expect(site.linksFor("/")).rejects.toMatchObject({ code: "closed" });
  expect(() => site.invalidate()).toThrow("the site was closed");
  await expect(site.fetch(new Request("https://localhost/"))).rejects.toMatchObject({ code: "closed" });
});
