import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { once } from "node:events";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { constants } from "node:http2";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCertificate } from "../../../src/index.js";
import { emptyDirectory } from "../../support/directory.js";
import { http1 } from "../../support/h1.js";
import { connect, connectSocket } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
type Ask = (port: number, path: string, method?: string, headers?: OutgoingHttpHeaders) => Promise<Answer>;

const protocols: [string, Ask][] = [
  [
    "HTTP/2",
    async (port, path, method = "GET", headers = {}) => {
      const { request } = await connect(port, { settings: { enablePush: false } });
      return request(path, { ":method": method, ...headers });
    },
  ],
  ["HTTP/1.1", (port, path, method = "GET", headers = {}) => http1(port, path, { method, headers })],
];

const files = {
  "index.html": "<!doctype html><title>Home</title>",
  "docs/index.html": "<!doctype html><title>Docs</title>",
  "docs/page.html": "<!doctype html><title>Page</title>",
  "site.css": "body {}",
  "empty.txt": "",
  "a b.txt": "space",
  "é.txt": "accent",
  "bare/file.txt": "no index here",
  ".env": "SECRET=1",
  ".git/config": "[core]",
  ".well-known/security.txt": "Contact: mailto:a@example.com",
};

describe.each(protocols)("over %s", (_protocol, ask) => {
  test.each([
    ["/", "index.html", "text/html; charset=utf-8"],
    ["/index.html", "index.html", "text/html; charset=utf-8"],
    ["/docs/", "docs/index.html", "text/html; charset=utf-8"],
    ["/docs/index.html?a=b", "docs/index.html", "text/html; charset=utf-8"],
    ["/site.css?v=3", "site.css", "text/css; charset=utf-8"],
    ["/a%20b.txt", "a b.txt", "text/plain; charset=utf-8"],
    ["/%C3%A9.txt", "é.txt", "text/plain; charset=utf-8"],
    ["/empty.txt", "empty.txt", "text/plain; charset=utf-8"],
    ["/.well-known/security.txt", ".well-known/security.txt", "text/plain; charset=utf-8"],
  ] as const)("%s is answered with %s", async (path, file, type) => {
    const { port } = await startServer({ root: await writeSite(files) });
    const { status, headers, body } = await ask(port, path);
    expect(status).toBe(200);
    expect(body.toString()).toBe(files[file]);
    expect(headers).toMatchObject({
      "content-type": type,
      "content-length": String(Buffer.byteLength(files[file])),
      "cache-control": file.endsWith(".css") ? "max-age=2" : "no-cache",
      etag: expect.stringMatching(/^"[^"]+"$/),
      "last-modified": expect.stringMatching(/ GMT$/),
    });
  });

  test.each([
    ["/docs", "/docs/"],
    ["/docs?a=b&c", "/docs/?a=b&c"],
    ["/bare?", "/bare/?"],
  ])("the directory %s is sent to %s", async (path, location) => {
    const { port } = await startServer({ root: await writeSite(files) });
    const { status, headers } = await ask(port, path);
    expect([status, headers.location]).toEqual([308, location]);
  });

  test.each([
    "/none.html",
    "/bare/",
    "/index.html/",
    "/docs/page.html/x",
    "/.env",
    "/.git/config",
    "/%2egit/config",
    "/../package.json",
    "/%2e%2e/package.json",
    "/..%2fpackage.json",
    "//docs/",
    `/${"x".repeat(300)}`,
  ])("%s is answered with 404 and a small page", async (path) => {
    const { port, errors } = await startServer({ root: await writeSite(files) });
    const { status, headers, body } = await ask(port, path);
    expect(status).toBe(404);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-length"]).toBe(String(body.length));
    expect(body.toString()).toContain("<h1>404 Not found</h1>");
    expect(errors).toEqual([]);
  });

  test("the page of a 404 shows what was asked for as text", async () => {
    const { port } = await startServer({ root: await writeSite(files) });
    expect((await ask(port, "/<script>alert(1)</script>")).body.toString()).not.toContain("<script>");
  });

  test.each(["/%", "/a%00b"])("%s is answered with 400", async (path) => {
    const { port } = await startServer({ root: await writeSite(files) });
    expect((await ask(port, path)).status).toBe(400);
  });

  test.each(["POST", "PUT", "DELETE", "PATCH"])("%s is answered with 405 and Allow", async (method) => {
    const { port } = await startServer({ root: await writeSite(files) });
    const { status, headers } = await ask(port, "/", method);
    expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  test.each(["/", "/site.css", "/none.html", "*"])("OPTIONS %s is told what can be asked", async (path) => {
    const { port, errors } = await startServer({ root: await writeSite(files) });
    const { status, headers, body } = await ask(port, path, "OPTIONS");
    expect([status, headers.allow, body.length]).toEqual([204, "GET, HEAD, OPTIONS", 0]);
    expect(errors).toEqual([]);
  });

  test("a file whose time lies ahead is not called newer than its response", async () => {
    const root = await writeSite(files);
    const ahead = new Date(Date.now() + 86_400_000);
    await utimes(join(root, "site.css"), ahead, ahead);
    const { port } = await startServer({ root });
    const { headers } = await ask(port, "/site.css");
    const { "last-modified": date = "", date: sent = "" } = headers;
    expect(Date.parse(date)).toBeLessThanOrEqual(Date.parse(sent));
    const again = await ask(port, "/site.css", "GET", { "if-modified-since": date });
    expect([again.status, again.headers["last-modified"]]).toEqual([304, date]);
  });

  test.each(["/", "/site.css", "/empty.txt", "/none.html", "/docs", "/key.pem"])(
    "HEAD %s has the status and fields of GET, and no content",
    async (path) => {
      const root = await writeSite({ ...files, "key.pem": (await createCertificate()).key });
      const { port } = await startServer({ root });
      const get = await ask(port, path);
      const head = await ask(port, path, "HEAD");
      const { date: _get, ...expected } = get.headers;
      const { date: _head, ...fields } = head.headers;
      expect([head.status, fields]).toEqual([get.status, expected]);
      expect(head.body).toHaveLength(0);
    },
  );

  test("a client that has the version is answered with 304, by its entity tag or its date", async () => {
    const root = await writeSite(files);
    const { port, invalidate } = await startServer({ root });
    const { etag, "last-modified": date } = (await ask(port, "/site.css")).headers;
    for (const condition of [{ "if-none-match": etag }, { "if-modified-since": date }]) {
      const { status, headers, body } = await ask(port, "/site.css", "GET", condition);
      expect([status, headers.etag, headers["cache-control"], body.length]).toEqual([304, etag, "max-age=2", 0]);
      expect(headers["content-length"]).toBeUndefined();
    }
    await writeFile(join(root, "site.css"), "body { margin: 0 }");
    invalidate();
    expect((await ask(port, "/site.css", "GET", { "if-none-match": etag })).status).toBe(200);
  });

  test("a file of 20 MB comes whole", async () => {
    const big = Buffer.alloc(20_000_000);
    for (let at = 0; at + 4 <= big.length; at += 4) big.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    const { port, record } = await startServer({ root: await writeSite({ "big.bin": big }) });
    const { status, body } = await ask(port, "/big.bin");
    expect(status).toBe(200);
    expect(body.equals(big)).toBe(true);
    expect(await record(({ target }) => target === "/big.bin")).toMatchObject({ bytes: big.length, aborted: false });
  });
});

test("a file that shrinks while it is sent over HTTP/2 ends in a reset, and is told of", async () => {
  const root = await writeSite({ "big.bin": Buffer.alloc(20_000_000, 1) });
  const server = await startServer({ root });
  const { session } = await connect(server.port);
  const stream = session.request({ ":path": "/big.bin" });
  await once(stream, "response");
  const error = once(stream, "error");
  // Nobody has read a byte yet: the window holds the rest back.
  await truncate(join(root, "big.bin"), 100_000);
  stream.resume();
  await error;
  expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  expect((await server.record(() => true)).failed).toBe(true);
  expect(server.errors.map(({ message }) => message)).toEqual(["the file became shorter while it was sent"]);
});

test("a file that shrinks while it is sent over HTTP/1.1 ends the connection before its length", async () => {
  const root = await writeSite({ "big.bin": Buffer.alloc(50_000_000, 1), "index.html": "home" });
  const server = await startServer({ root });
  const socket = await connectSocket(server.port, "http/1.1");
  socket.write("GET /big.bin HTTP/1.1\r\nhost: localhost\r\n\r\n");
  let length = 0;
  socket.on("data", (bytes: Buffer) => (length += bytes.length));
  await once(socket, "data");
  socket.pause();
  await truncate(join(root, "big.bin"), 100_000);
  socket.resume();
  await once(socket, "close");
  expect(length).toBeLessThan(50_000_000);
  expect((await server.record(() => true)).failed).toBe(true);
  expect(server.errors.map(({ message }) => message)).toEqual(["the file became shorter while it was sent"]);
  expect((await http1(server.port, "/")).status).toBe(200);
});

test("a link that leads out of the root is not followed, one that stays inside is", async () => {
  const outside = await writeSite({ "secret.txt": "secret", "dir/secret.txt": "secret" });
  const root = await writeSite({ "real.txt": "real" });
  await symlink(join(outside, "secret.txt"), join(root, "out.txt"));
  await symlink(join(outside, "dir"), join(root, "out"));
  await symlink(join(root, "real.txt"), join(root, "in.txt"));
  await symlink("loop", join(root, "loop"));
  const { port } = await startServer({ root });
  const { request } = await connect(port);
  const statuses = await Promise.all(
    ["/out.txt", "/out/secret.txt", "/loop", "/in.txt"].map(async (path) => (await request(path)).status),
  );
  expect(statuses).toEqual([404, 404, 404, 200]);
});

test("a directory beside the root whose name begins like the root's is outside", async () => {
  const parent = await emptyDirectory();
  for (const name of ["public", "public-secret"]) {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, "a.txt"), name);
  }
  await symlink(join(parent, "public-secret", "a.txt"), join(parent, "public", "b.txt"));
  const { port } = await startServer({ root: join(parent, "public") });
  const { request } = await connect(port);
  expect((await request("/a.txt")).body.toString()).toBe("public");
  expect((await request("/b.txt")).status).toBe(404);
  expect((await request("/../public-secret/a.txt")).status).toBe(404);
});

test("a root that is a link itself is served", async () => {
  const parent = await emptyDirectory();
  await symlink(await writeSite(files), join(parent, "link"));
  const { port } = await startServer({ root: join(parent, "link") });
  expect((await (await connect(port)).request("/site.css")).status).toBe(200);
});

test("private keys are not served, whatever their form and name; certificates are", async () => {
  const pair = await createCertificate();
  const ec = `some text\n-----BEGIN EC PRIVATE KEY-----\nxyz\n-----END EC PRIVATE KEY-----\n`;
  const root = await writeSite({
    "key.pem": pair.key,
    "server.KEY": pair.key,
    "both.crt": pair.cert + pair.key,
    id_rsa: "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "ec.pem": ec,
    "large.pem": pair.key + "#".repeat(100_000),
    "cert.pem": pair.cert,
    "about-keys.html": "-----BEGIN PRIVATE KEY-----",
  });
  const { port } = await startServer({ root });
  const { request } = await connect(port);
  const status = async (path: string) => `${path} ${(await request(path)).status}`;
  expect(
    await Promise.all(
      ["key.pem", "server.KEY", "both.crt", "id_rsa", "ec.pem", "large.pem", "cert.pem", "about-keys.html"].map(
        (file) => status(`/${file}`),
      ),
    ),
  ).toEqual([
    "/key.pem 404",
    "/server.KEY 404",
    "/both.crt 404",
    "/id_rsa 404",
    "/ec.pem 404",
    "/large.pem 404",
    "/cert.pem 200",
    "/about-keys.html 200",
  ]);
});

test("what is hidden is never served, not through another name and not if it comes later", async () => {
  const root = await writeSite({ "certs/mine.txt": "key", "open.txt": "open" });
  await symlink(join(root, "certs", "mine.txt"), join(root, "alias.txt"));
  const hidden = [join(root, "certs", "mine.txt"), join(root, "later.txt")];
  const { port } = await startServer({ root, hidden });
  await writeFile(join(root, "later.txt"), "key");
  const { request } = await connect(port);
  const statuses = await Promise.all(
    ["/certs/mine.txt", "/alias.txt", "/later.txt", "/open.txt"].map(async (path) => (await request(path)).status),
  );
  expect(statuses).toEqual([404, 404, 404, 200]);
});

test.skipIf(process.platform === "win32")("a pipe in the root is no file, and holds nothing up", async () => {
  const root = await writeSite({ "index.html": "home" });
  execFileSync("mkfifo", [join(root, "pipe.html")]);
  const { port } = await startServer({ root });
  const { request } = await connect(port);
  expect((await request("/pipe.html")).status).toBe(404);
  expect((await request("/")).status).toBe(200);
});

test("a client of HTTP/1.1 that goes away in the middle of a file leaves no open file and no error", async () => {
  const server = await startServer({ root: await writeSite({ "big.bin": Buffer.alloc(20_000_000) }) });
  const socket = await connectSocket(server.port, "http/1.1");
  socket.write("GET /big.bin HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await once(socket, "data");
  socket.destroy();
  expect(await server.record(({ target }) => target === "/big.bin")).toMatchObject({ aborted: true, status: 200 });
  expect(server.errors).toEqual([]);
});
