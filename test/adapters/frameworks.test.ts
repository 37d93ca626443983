import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listen } from "../support/event-source.js";
import { frameworks, routePage } from "../support/frameworks.js";
import { http1 } from "../support/h1.js";
import { connect, type Answer } from "../support/h2.js";
import { pageWithNeeds, testSite } from "../support/mounted.js";

const LINK = "</b.css>; rel=preload; as=style";
const NO_PUSH = { settings: { enablePush: false } };
const NAVIGATION = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

const files = {
  ...pageWithNeeds,
  "todo.txt": "groceries",
  ".hidden": "secret",
  ".well-known/security.txt": "contact",
  "users/index.html": "<p>users",
  "name with spaces.html": "<p>spaces",
  "nums.txt": "123456789",
  "empty.txt": "",
  "empty/nothing.txt": "",
  "foo bar": "baz",
};

/** What a request gets, as the tests of static-file middleware have it; 404 is the framework's own. */
interface Case {
  readonly name: string;
  readonly path: string;
  readonly fields?: Record<string, string>;
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const cases: readonly Case[] = [
  { name: "serves a static file", path: "/todo.txt", status: 200, body: "groceries" },
  {
    name: "sets the media type",
    path: "/todo.txt",
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8" },
  },
  { name: "serves an empty file", path: "/empty.txt", status: 200, body: "" },
  { name: "ignores a query", path: "/todo.txt?q=1", status: 200, body: "groceries" },
  { name: "decodes the path", path: "/foo%20bar", status: 200, body: "baz" },
  { name: "serves a page by its clean URL", path: "/name%20with%20spaces", status: 200, body: "<p>spaces" },
  { name: "serves index.html", path: "/users/", status: 200, body: "<p>users" },
  { name: "redirects a directory to its slash", path: "/users", status: 308, headers: { location: "/users/" } },
  { name: "keeps the query in the redirect", path: "/users?a=1", status: 308, headers: { location: "/users/?a=1" } },
  { name: "does not list a directory", path: "/empty/", status: 404 },
  { name: "falls through for a missing file", path: "/missing.txt", status: 404 },
  { name: "falls through for a file with a slash", path: "/todo.txt/", status: 404 },
  { name: "does not serve dotfiles", path: "/.hidden", status: 404 },
  { name: "serves .well-known", path: "/.well-known/security.txt", status: 200, body: "contact" },
  {
    name: "answers HEAD without content",
    path: "/todo.txt",
    fields: { ":method": "HEAD" },
    status: 200,
    body: "",
    headers: { "content-length": "9" },
  },
  { name: "answers OPTIONS not itself", path: "/todo.txt", fields: { ":method": "OPTIONS" }, status: 404 },
  { name: "answers PUT not itself", path: "/todo.txt", fields: { ":method": "PUT" }, status: 404 },
  { name: "leaves POST to the routes", path: "/form", fields: { ":method": "POST" }, status: 200, body: "posted" },
  {
    name: "sends a range",
    path: "/nums.txt",
    fields: { range: "bytes=0-4" },
    status: 206,
    body: "12345",
    headers: { "content-range": "bytes 0-4/9" },
  },
  { name: "sends the last n bytes", path: "/nums.txt", fields: { range: "bytes=-3" }, status: 206, body: "789" },
  { name: "caps a range at the end", path: "/nums.txt", fields: { range: "bytes=2-50" }, status: 206, body: "3456789" },
  {
    name: "answers 416 beyond the end",
    path: "/nums.txt",
    fields: { range: "bytes=9-50" },
    status: 416,
    headers: { "content-range": "bytes */9" },
  },
  { name: "ignores a malformed range", path: "/nums.txt", fields: { range: "asdf" }, status: 200, body: "123456789" },
  {
    name: "answers 304 when nothing has changed",
    path: "/todo.txt",
    fields: { "if-modified-since": new Date(Date.now() + 60_000).toUTCString() },
    status: 304,
    body: "",
  },
  { name: "answers 412 to a failed condition", path: "/todo.txt", fields: { "if-match": '"other"' }, status: 412 },
  { name: "answers by if-none-match: *", path: "/todo.txt", fields: { "if-none-match": "*" }, status: 304 },
  { name: "falls through for a traversal", path: "/../../etc/passwd", status: 404 },
  { name: "falls through for an encoded traversal", path: "/%2e%2e/%2e%2e/etc/passwd", status: 404 },
  { name: "falls through for a traversal by %2f", path: "/..%2f..%2fetc%2fpasswd", status: 404 },
  { name: "falls through for a NUL", path: "/todo.txt%00", status: 404 },
  { name: "has nosniff", path: "/todo.txt", status: 200, headers: { "x-content-type-options": "nosniff" } },
];

describe.each(Object.keys(frameworks))("%s", (name) => {
  const start = frameworks[name]!;

  test("pushes and links what pages need: of files", async () => {
    const port = await start(await testSite(files));
    const { body, pushed } = await (await connect(port)).page("/");
    expect(body.toString()).toBe(pageWithNeeds["index.html"]);
    expect([...pushed.keys()]).toEqual(["/a.css", "/b.css"]);
    const linked = await (await connect(port, NO_PUSH)).request("/");
    expect([linked.headers.link, linked.body.toString()]).toEqual([LINK, pageWithNeeds["index.html"]]);
  });

  test("pushes and links what pages need: of routes", async () => {
    const port = await start(await testSite(files));
    const { status, body, pushed } = await (await connect(port)).page("/hello");
    expect([status, body.toString()]).toEqual([200, routePage]);
    expect([...pushed.keys()]).toEqual(["/a.css", "/b.css"]);
    expect(pushed.get("/a.css")?.body.toString()).toBe(pageWithNeeds["a.css"]);
    const linked = await (await connect(port, NO_PUSH)).request("/hello");
    expect([linked.headers.link, linked.body.toString()]).toEqual([LINK, routePage]);
  });

  test("links over HTTP/1.1, pages of files and of routes", async () => {
    const port = await start(await testSite(files));
    for (const path of ["/", "/hello"]) {
      const { status, headers } = await http1(port, path);
      expect([status, headers["link"]]).toEqual([200, LINK]);
    }
  });

  test("sends a 103 while a route is slow", async () => {
    const site = await testSite(files, { delivery: "hints" });
    let finish: () => void = () => undefined;
    let isSlow = false;
    const port = await start(site, () => (isSlow ? new Promise((resolve) => (finish = resolve)) : Promise.resolve()));
    const client = await connect(port, NO_PUSH);
    expect((await client.request("/slow", NAVIGATION)).headers.link).toBe(LINK);
    isSlow = true;
    const stream = client.session.request({ ":path": "/slow", ...NAVIGATION });
    const [hint] = await once(stream, "headers");
    expect(hint).toMatchObject({ ":status": 103, link: LINK });
    finish();
    const [response] = await once(stream, "response");
    expect(response[":status"]).toBe(200);
    stream.resume();
  });

  test("reloads pages of files", async () => {
    const port = await start(await testSite(files, { live: true }));
    const client = await connect(port, NO_PUSH);
    expect((await client.request("/")).body.toString()).toContain("/.h2push/live.js");
    expect((await client.request("/.h2push/live.js")).status).toBe(200);
    const stream = client.session.request({ ":path": "/.h2push/live?page=/" });
    const [response] = await once(stream, "response");
    expect(response["content-type"]).toBe("text/event-stream");
    stream.close();
  });

  test("reloads pages of routes, and swaps their stylesheets", async () => {
    const site = await testSite(files, { live: true });
    const client = await connect(await start(site), NO_PUSH);
    const { body, headers } = await client.request("/hello");
    expect(body.toString()).toBe(routePage.replace("<title>", '<script src="/.h2push/live.js" async></script><title>'));
    expect(headers["content-length"]).toBe(String(body.length));
    const stream = await listen(client, "/.h2push/live?page=/hello");
    expect(await stream.next()).toMatchObject({ event: "hello" });
    for (const color of ["red", "blue"]) {
      await writeFile(join(site.root, "b.css"), `p { color: ${color} }`);
      expect(await stream.next()).toMatchObject({ event: "css", data: '["/b.css"]' });
    }
    stream.close();
  });

  test.each(cases)("$name: $path", async ({ path, fields, status, body, headers }) => {
    const port = await start(await testSite(files));
    const answer: Answer = await (await connect(port, NO_PUSH)).request(path, fields);
    expect(answer.status).toBe(status);
    if (body !== undefined) expect(answer.body.toString()).toBe(body);
    expect(answer.headers).toMatchObject(headers ?? {});
  });
});
