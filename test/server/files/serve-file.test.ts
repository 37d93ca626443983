import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import type { ServerOptions } from "../../../src/index.js";

async function serve(files: Record<string, string | Uint8Array>, options: ServerOptions = {}) {
  const root = await writeSite(files);
  const server = await startServer({ root, announce: "all", ...options });
  return { ...server, root, request: (await connect(server.port, { settings: { enablePush: false } })).request };
}

const page = (text: string) => `<!doctype html><title>${text}</title>`;
const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const words = "the same words again and again\n".repeat(200);

test.each([
  ["/about", "about"],
  ["/about?a=b", "about"],
  ["/about.html", "about"],
  ["/docs", "docs page"],
  ["/docs/", "docs index"],
  ["/file", "file"],
])("%s is answered with %s, without a redirect", async (path, text) => {
  const { request } = await serve({
    "about.html": page("about"),
    "docs.html": page("docs page"),
    "docs/index.html": page("docs index"),
    file: page("file"),
    "file.html": page("other file"),
  });
  const { status, body } = await request(path);
  expect([status, body.toString()]).toEqual([200, page(text)]);
});

test("a page at its clean URL comes with what it needs, from there", async () => {
  const { request } = await serve({ "docs/a.html": `<link rel=stylesheet href=a.css>`, "docs/a.css": "a {}" });
  expect((await request("/docs/a")).headers.link).toBe("</docs/a.css>; rel=preload; as=style");
  expect((await request("/docs/a/")).status).toBe(404);
});

test.each<[string, Record<string, string>, number]>([
  ["/users/7", html, 200],
  ["/users/jane.doe", html, 200],
  ["/", html, 200],
  ["/users/7", { accept: "*/*" }, 404],
  ["/users/7", { accept: "application/json" }, 404],
  ["/users/7", {}, 404],
  ["/missing.js", { accept: "*/*" }, 404],
  ["/missing.js", html, 404],
  ["/missing.png?x=1", html, 404],
  ["/missing.html", html, 200],
  ["/.env", html, 404],
])("under --single, %s with %j is answered with %i", async (path, fields, expected) => {
  const { request } = await serve({ "index.html": page("app"), ".env": "x" }, { single: true });
  const { status, headers, body } = await request(path, fields);
  expect(status === 200 ? body.toString() === page("app") : !body.includes("app")).toBe(true);
  expect(status).toBe(path === "/.env" ? 200 : expected);
  if (path !== "/") expect(headers.vary).toContain("accept");
});

test("--single names the page, and its needs are those of the URL that was asked for", async () => {
  const app = `<script src=app.js></script>`;
  const files = { "app.html": app, "app.js": "1", "users/app.js": "2" };
  const { request } = await serve(files, { single: "app.html" });
  expect((await request("/x", html)).headers.link).toBe("</app.js>; rel=preload; as=script");
  expect((await request("/users/7", html)).headers.link).toBe("</users/app.js>; rel=preload; as=script");
});

test("404.html in the root is the page of every 404, with its status and no validators", async () => {
  const { request } = await serve({ "404.html": page("lost") });
  const { status, headers, body } = await request("/none");
  expect([status, body.toString()]).toEqual([404, page("lost")]);
  expect([headers.etag, headers["last-modified"], headers["cache-control"]]).toEqual([
    undefined,
    undefined,
    "no-cache",
  ]);
  const head = await request("/none", { ":method": "HEAD" });
  expect([head.status, head.headers["content-length"], head.body.length]).toEqual([404, String(body.length), 0]);
  expect((await request("/404.html")).status).toBe(200);
  expect((await request("/%zz")).body.toString()).not.toContain("lost");
});

test("files compressed beforehand are sent where they are taken and at least as new", async () => {
  // Smaller than what is made on the way, which takes less time.
  const best = brotliCompressSync(words);
  const { request, root, invalidate } = await serve({ "a.js": words, "a.js.br": best, "a.js.gz": gzipSync(words) });
  const coding = async (accepted: string) =>
    (await request("/a.js", { "accept-encoding": accepted })).headers["content-encoding"];
  const sent = await request("/a.js", { "accept-encoding": "br" });
  expect(sent.body.equals(best)).toBe(true);
  expect(sent.headers).toMatchObject({ "content-type": "text/javascript; charset=utf-8", vary: "accept-encoding" });
  expect([await coding("gzip, br"), await coding("gzip"), await coding("identity")]).toEqual(["br", "gzip", undefined]);
  expect((await request("/a.js.gz")).headers["content-encoding"]).toBe("gzip");
  const past = new Date("2020-01-01");
  await utimes(join(root, "a.js.br"), past, past);
  invalidate();
  const made = await request("/a.js", { "accept-encoding": "br" });
  expect(made.body.equals(best)).toBe(false);
});

test.each([
  ["of an older build", words.replace("a", "b")],
  ["with less in it", words.slice(0, -1)],
  ["with more in it", `${words}.`],
  ["of nothing", ""],
])("a compressed file %s is not sent for the one beside it, whatever its time", async (_what, other) => {
  const large = `${words}\n`.repeat(200);
  const { request, root, invalidate } = await serve({
    "a.js": words,
    "a.js.br": brotliCompressSync(other),
    "a.js.gz": gzipSync(other),
    "large.js": large,
    "large.js.br": brotliCompressSync(`${large.slice(0, -1)}${other}`),
    "large.js.gz": "no gzip",
  });
  for (const [path, content] of Object.entries({ "/a.js": words, "/large.js": large })) {
    const br = await request(path, { "accept-encoding": "br" });
    expect(brotliDecompressSync(br.body).toString()).toBe(content);
    const gzip = await request(path, { "accept-encoding": "gzip" });
    expect(gunzipSync(gzip.body).toString()).toBe(content);
    const part = await request(path, { "accept-encoding": "gzip, br", range: "bytes=0-3" });
    expect([part.headers["content-encoding"], part.body.toString()]).toEqual([undefined, content.slice(0, 4)]);
  }
  await writeFile(join(root, "a.js.br"), brotliCompressSync(words));
  invalidate();
  const best = await request("/a.js", { "accept-encoding": "br" });
  expect(best.body.equals(brotliCompressSync(words))).toBe(true);
});

test("content is compressed once for each version, and a new version is compressed anew", async () => {
  const { request, root, invalidate } = await serve({ "a.txt": words });
  const ask = () => request("/a.txt", { "accept-encoding": "gzip" });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(1);
  await writeFile(join(root, "a.txt"), words.toUpperCase());
  invalidate();
  expect((await ask()).headers.etag).not.toBe(answers[0]?.headers.etag);
});

test("what compression makes no smaller is sent as it is", async () => {
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, n) => 33 + ((n * n * 7919 + (n >> 3) * 104_729) % 94)));
  const { request } = await serve({ "a.txt": noise, "b.txt": words });
  const { headers, body } = await request("/a.txt", { "accept-encoding": "gzip" });
  const size = headers["content-encoding"] === "gzip" ? body.length : noise.length;
  expect(size).toBeLessThanOrEqual(noise.length);
  expect((await request("/b.txt", { "accept-encoding": "gzip" })).headers["content-encoding"]).toBe("gzip");
});

test("--no-compress sends no coding, and names none in vary", async () => {
  const { request } = await serve({ "a.txt": words, "a.txt.gz": gzipSync(words) }, { compress: false });
  const { headers } = await request("/a.txt", { "accept-encoding": "gzip, br" });
  expect([headers["content-encoding"], headers.vary]).toEqual([undefined, undefined]);
});

test.each<[ServerOptions["cache"], string, string]>([
  [undefined, "/a-BxYz12_3.js", "no-cache"],
  [undefined, "/a.css", "max-age=2"],
  [60, "/a.css", "max-age=60"],
  ["60", "/index.html", "max-age=60"],
  ["off", "/index.html", "no-store"],
  ["immutable", "/a-BxYz12_3.js", "max-age=31536000, immutable"],
  ["immutable", "/index.html", "no-cache"],
])("with cache: %s, %s says %s", async (cache, path, expected) => {
  const files = { "a-BxYz12_3.js": "1", "a.css": "a {}", "index.html": page("x") };
  const { request } = await serve(files, cache === undefined ? {} : { cache });
  expect((await request(path)).headers["cache-control"]).toBe(expected);
});

test("without memory everything is answered all the same", async () => {
  const { request } = await serve({ "a.txt": words, "index.html": page("x") }, { memory: 0 });
  for (let n = 0; n < 3; n++) {
    expect((await request("/a.txt", { "accept-encoding": "gzip" })).body.toString()).toBe(words);
    expect((await request("/")).body.toString()).toBe(page("x"));
  }
});

test("more content than the memory holds comes whole", async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.bin`, Buffer.alloc(100_000, n)]));
  const { request } = await serve(files, { memory: 1 });
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 40; n++) expect((await request(`/${n}.bin`)).body.equals(Buffer.alloc(100_000, n))).toBe(true);
  }
});

test("a change is seen soon after the look before", async () => {
  const { request, root } = await serve({ "a.txt": "old" });
  expect((await request("/a.txt")).body.toString()).toBe("old");
  const began = performance.now();
  await writeFile(join(root, "a.txt"), "new!");
  let body = "old";
  while (body === "old") body = (await request("/a.txt")).body.toString();
  expect(body).toBe("new!");
  expect(performance.now() - began).toBeLessThan(2000);
});
