import { createHash } from "node:crypto";
import { rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Route } from "../../../src/index.js";
import { readLinks } from "../../../src/delivery/link.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer, type TestServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const assets = {
  "site.css": "body {}",
  "print.css": "body {}",
  "docs/docs.css": "body {}",
  "js/app.js": "void 0;",
  "js/module.js": "export {};",
  "js/dep.js": "export {};",
  "js/legacy.js": "void 0;",
  "js/late.js": "void 0;",
  "js/async.js": "void 0;",
  "img/a.png": "a",
  "img/b.png": "b",
  "img/poster.jpg": "p",
  "img/button.png": "i",
  "img/lazy.png": "l",
  "fonts/text.woff2": "f",
};

/** What a client with pushes gets pushed, and one without gets linked, for a page. */
async function delivered({ port }: Pick<TestServer, "port">, path: string) {
  const client = await connect(port);
  const { pushed, headers, body } = await client.page(path);
  const link = (await http1(port, path)).headers.link;
  return {
    body: body.toString(),
    pushed: [...pushed.keys()],
    linkedBeside: readLinks(String(headers.link ?? "")).map(({ target }) => target),
    linked: readLinks(String(link ?? "")).map(({ target }) => target),
    link: String(link ?? ""),
  };
}

async function serve(files: Readonly<Record<string, string | Uint8Array>>) {
  const root = await writeSite({ ...assets, ...files });
  return { root, ...(await startServer({ announce: "all", root })) };
}

const everything = `<!doctype html>
<!-- <link rel="stylesheet" href="/comment.css"> <img src="/img/comment.png"> -->
<title><link rel="stylesheet" href="/title.css"></title>
<link rel="preload" href="/fonts/text.woff2" as="font" type="font/woff2" crossorigin>
<link rel="modulepreload" href="/js/dep.js">
<link rel="stylesheet" href="/site.css?v=3">
<link rel="stylesheet" href="https://example.com/other.css">
<link rel="icon" href="/img/b.png"><link rel="prefetch" href="/js/late.js"><link rel="canonical" href="/">
<script src="/js/app.js"></script>
<script type="module" src="/js/module.js"></script>
<script nomodule src="/js/legacy.js"></script>
<script type="text/template" src="/js/legacy.js"></script>
<script src="//example.com/other.js"></script>
<script src="/js/none.js"></script>
<script async src="/js/async.js"></script>
<script defer src="/js/late.js"></script>
<noscript><img src="/img/b.png"><link rel="stylesheet" href="/print.css"></noscript>
<template><img src="/img/b.png"></template>
<img src="/img/a.png" alt=""><img src="/img/a.png#again" alt=""><img src="/img/lazy.png" loading="lazy" alt="">
<img src="data:image/png;base64,AAAA" alt=""><img src="" alt=""><img alt="">
<video poster="/img/poster.jpg" preload="none"></video>
<input type="image" src="/img/button.png"><input type="text" src="/img/b.png">
<a href="/js/legacy.js">not loaded</a>
`;

const expected = [
  "/site.css?v=3",
  "/js/app.js",
  "/fonts/text.woff2",
  "/js/dep.js",
  "/js/module.js",
  "/js/late.js",
  "/img/a.png",
  "/img/poster.jpg",
  "/img/button.png",
  "/js/async.js",
];

test.each(["/", "/index.html", "/?query=1", "/docs/", "/docs/index.html", "/about.html", "/docs/page.html"])(
  "%s comes with everything that its page loads, in order of need, and with nothing else",
  async (path) => {
    const page = { "index.html": everything, "docs/index.html": everything, "about.html": everything };
    const server = await serve({ ...page, "docs/page.html": everything });
    const { pushed, linked, linkedBeside, body } = await delivered(server, path);
    expect(body).toBe(everything);
    expect(pushed).toEqual(expected);
    expect(linkedBeside).toEqual([]);
    expect(linked).toEqual(expected);
    expect(server.errors).toEqual([]);
  },
);

test("Link says what each kind of target needs to be taken once", async () => {
  const integrity = `sha256-${createHash("sha256").update(assets["site.css"]).digest("base64")}`;
  const server = await serve({
    "index.html": `<link rel="stylesheet" href="/site.css" integrity="${integrity}" crossorigin>
<link rel="stylesheet" href="/print.css" media="(min-width: 1px)">
<link rel="preload" href="/fonts/text.woff2" as="font" type="font/woff2" crossorigin>
<script type="module" src="/js/module.js" crossorigin="use-credentials"></script>
<script src="/js/app.js" fetchpriority="low" defer></script>
<img src="/img/a.png" alt="" fetchpriority="high">`,
  });
  const { link } = await delivered(server, "/");
  expect(link.split(", ").sort()).toEqual(
    [
      `</site.css>; rel=preload; as=style; crossorigin=anonymous; integrity="${integrity}"`,
      '</print.css>; rel=preload; as=style; media="(min-width: 1px)"; nopush',
      '</fonts/text.woff2>; rel=preload; as=font; type="font/woff2"; crossorigin=anonymous',
      "</js/module.js>; rel=preload; as=script; crossorigin=use-credentials",
      "</js/app.js>; rel=preload; as=script; fetchpriority=low",
      "</img/a.png>; rel=preload; as=image; fetchpriority=high",
    ].sort(),
  );
});

test.each([
  ["/docs/", ["/docs/docs.css", "/img/a.png"]],
  ["/docs/index.html", ["/docs/docs.css", "/img/a.png"]],
])("%s: relative references resolve against the request", async (path, targets) => {
  const server = await serve({ "docs/index.html": `<link rel="stylesheet" href="docs.css"><img src="../img/a.png">` });
  const { pushed, linked } = await delivered(server, path);
  expect([pushed, linked]).toEqual([targets, targets]);
});

test.each([
  ["/img/", ["/img/a.png"]],
  ["img/", ["/docs/img/a.png"]],
  ["../img/", ["/img/a.png"]],
  ["https://example.com/", []],
])("<base href=%s> counts for the references behind it, and the first one alone", async (base, targets) => {
  const server = await serve({
    "docs/img/a.png": "another",
    "docs/index.html": `<base href="${base}"><base href="/none/"><img src="a.png" alt="">`,
  });
  const { pushed, linked } = await delivered(server, "/docs/");
  expect([pushed, linked]).toEqual([targets, targets]);
});

test("a target comes once, however often and however it is written", async () => {
  const server = await serve({
    "index.html": `<img src="/img/a.png"><img src="img/a.png"><img src="./img/../img/a.png"><img src=" /img/a.png#x ">
<img src="/img/%61.png"><link rel=preload as=image href="/img/a.png">`,
  });
  expect((await delivered(server, "/")).pushed).toEqual(["/img/a.png", "/img/%61.png"]);
});

test.each([
  ["spaces and accents", "img/ä b.png", "/img/%C3%A4%20b.png"],
  ["a query", "img/a.png", "/img/a.png?v=1&w=2"],
  ["characters that stand for others in HTML", "img/a&b.png", "/img/a&amp;b.png"],
])("targets with %s are pushed as they go over the wire", async (_what, file, reference) => {
  const server = await serve({ [file]: "x", "index.html": `<img src="${reference}">` });
  expect((await delivered(server, "/")).pushed).toEqual([reference.replace("&amp;", "&")]);
});

test("nothing that is not served is pushed: dotfiles, keys, directories, other sides of the root", async () => {
  const server = await serve({
    ".secret.png": "x",
    "index.html": `<img src="/.secret.png"><img src="/img"><img src="/img/"><img src="/../x.png"><img src="/a%2fb.png">
<img src="//localhost/img/a.png"><img src="https://[/img/a.png"><img src="javascript:0"><img src="/%zz.png">`,
  });
  const { pushed, linked } = await delivered(server, "/");
  expect([pushed, linked]).toEqual([[], []]);
});

test("a page that links to itself, and to another page, is not pushed", async () => {
  const server = await serve({ "index.html": `<a href="/">x</a><link rel=next href="/about.html">`, "about.html": "" });
  expect((await delivered(server, "/")).pushed).toEqual([]);
});

test("a page that has changed comes with what it needs now", async () => {
  const server = await serve({ "index.html": `<img src="/img/a.png">` });
  expect((await delivered(server, "/")).pushed).toEqual(["/img/a.png"]);
  await writeFile(join(server.root, "new.html"), `<!doctype html><img src="/img/b.png">`);
  await rename(join(server.root, "new.html"), join(server.root, "index.html"));
  server.invalidate();
  expect((await delivered(server, "/")).pushed).toEqual(["/img/b.png"]);
});

const tag = `<link rel="stylesheet" href="/site.css">`;

test.each<[string, string | Uint8Array, string[]]>([
  ["nothing", "", []],
  ["no tags", "just text & <", []],
  ["tags that are never closed", `${tag}<div <p <img src="/img/a.png`, ["/site.css"]],
  ["a comment that is never closed", `${tag}<!-- <img src="/img/a.png">`, ["/site.css"]],
  ["a script that is never closed", `${tag}<script><img src="/img/a.png">`, ["/site.css"]],
  ["rubbish in tags", `<a b=c"d 'e=>${tag}</////><<<>`, ["/site.css"]],
  ["10,000 nested elements", `${"<div>".repeat(10_000)}${tag}`, ["/site.css"]],
  ["100,000 unclosed brackets", `${tag}${"<".repeat(100_000)}`, ["/site.css"]],
  ["NULs", `\0\0${tag}\0<img src="/img/a.png">`, ["/site.css", "/img/a.png"]],
  ["NULs in a reference", `<img src="/img/a\0.png">`, []],
  ["UTF-16, little endian", Buffer.from(`\ufeff${tag}`, "utf16le"), ["/site.css"]],
  ["UTF-16, big endian", Buffer.from(`\ufeff${tag}`, "utf16le").swap16(), ["/site.css"]],
  ["bytes that are no UTF-8", Buffer.concat([Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(tag)]), ["/site.css"]],
])("a page of %s is served as it is, with no wrong push", async (_what, content, targets) => {
  const server = await serve({ "index.html": content });
  const client = await connect(server.port);
  const { status, body, pushed } = await client.page("/");
  expect(status).toBe(200);
  expect(body.equals(Buffer.from(content))).toBe(true);
  expect([...pushed.keys()]).toEqual(targets);
  expect(server.errors).toEqual([]);
});

test("a page of 50 MB is served whole, with what its beginning needs, while others are answered", async () => {
  const content = Buffer.concat([Buffer.from(tag), Buffer.alloc(50_000_000, "<p class='x'>text</p>\n")]);
  const server = await serve({ "big.html": content, "index.html": tag });
  const client = await connect(server.port);
  const [first, small] = await Promise.all([client.page("/big.html"), http1(server.port, "/")]);
  expect(first.body.equals(content)).toBe(true);
  // The first load may go without: it waits for a second and a half.
  let { pushed } = first;
  while (pushed.size === 0) ({ pushed } = await client.page("/big.html"));
  expect([...pushed.keys()]).toEqual(["/site.css"]);
  expect(small.status).toBe(200);
});

test("a page that disappears between scan and request is answered with 404, and comes back", async () => {
  const server = await serve({ "index.html": tag });
  expect((await delivered(server, "/")).pushed).toEqual(["/site.css"]);
  await rename(join(server.root, "index.html"), join(server.root, "away.txt"));
  server.invalidate();
  const client = await connect(server.port);
  const { status, headers, pushed } = await client.page("/");
  expect([status, headers.link, pushed.size]).toEqual([404, undefined, 0]);
  await rename(join(server.root, "away.txt"), join(server.root, "index.html"));
  server.invalidate();
  expect((await delivered(server, "/")).pushed).toEqual(["/site.css"]);
});

test("an asset that disappears after the scan is not pushed, and takes nothing else with it", async () => {
  const server = await serve({ "index.html": `${tag}<img src="/img/a.png">` });
  await delivered(server, "/");
  await unlink(join(server.root, "site.css"));
  server.invalidate();
  const client = await connect(server.port);
  const { status, pushed } = await client.page("/");
  expect([status, [...pushed.keys()]]).toEqual([200, ["/img/a.png"]]);
  expect(server.errors).toEqual([]);
});

test("pages and assets that change all the time never bring the server down or mix versions", async () => {
  const page = (n: number) => `<!doctype html>${tag}<p>${"x".repeat(n)}</p>`;
  const server = await serve({ "index.html": page(0) });
  const done = new AbortController();
  onTestFinished(() => {
    done.abort();
    return writing;
  });
  const writing = (async () => {
    for (let n = 1; !done.signal.aborted; n = (n + 1) % 500) {
      await writeFile(join(server.root, "index.html"), page(n));
      await writeFile(join(server.root, "site.css"), "x".repeat(n));
    }
  })();
  const client = await connect(server.port);
  const rounds = Array.from({ length: 20 }, (_, round) => client.request(round % 2 === 0 ? "/" : "/site.css"));
  for (const { status, headers, body } of await Promise.all(rounds)) {
    expect([200, 404, 503]).toContain(status);
    expect(headers["content-length"]).toBe(String(body.length));
  }
  done.abort();
  await writing;
  expect(client.session.destroyed).toBe(false);
});

test("what a route answers without content is pushed whole", async () => {
  const link = "</ping>; rel=preload; as=image";
  const routes: Route[] = [
    ({ url }) => (url.endsWith("/ping") ? new Response(null) : new Response("page", { headers: { link } })),
  ];
  const client = await connect((await startServer({ routes })).port);
  const { pushed } = await client.page("/");
  expect([...pushed].map(([path, { status, body }]) => [path, status, body.length])).toEqual([["/ping", 200, 0]]);
});

test("a response that a rule chose by the request's language says so to caches", async () => {
  const root = await writeSite({
    "index.html": "en",
    "de.html": "de",
    _redirects: "/ /de.html 200! Language=de\n/c /de.html 200! Cookie=x\n",
  });
  const { port } = await startServer({ root, cache: 3600 });
  const get = async (path: string, headers = {}) => {
    const answer = await http1(port, path, { headers });
    return [answer.body.toString(), answer.headers.vary];
  };
  expect(await get("/", { "accept-language": "de" })).toEqual(["de", "accept-language"]);
  expect(await get("/")).toEqual(["en", "accept-language"]);
  expect(await get("/c", { cookie: "x=1" })).toEqual(["de", "cookie"]);
  expect(await get("/de.html")).toEqual(["de", undefined]);
});
