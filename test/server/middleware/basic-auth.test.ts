import { chmod, mkdir, rename, rm, symlink, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as after } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Route, ServerOptions } from "../../../src/index.js";
import { ask, type Protocol } from "../../support/ask.js";
import { startCli } from "../../support/cli.js";
import { connect, connectSocket } from "../../support/h2.js";
import { http1 } from "../../support/h1.js";
import { isOrdinaryUserThere, ordinaryUser } from "../../support/ordinary-user.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { startUpstream } from "../../support/upstream.js";

const protocols: readonly Protocol[] = ["HTTP/2", "HTTP/1.1"];
const basic = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString("base64")}` });
const drafts = "/drafts/*\n  Basic-Auth: u:p\n";
const page = `<link rel="stylesheet" href="/drafts/s.css"><link rel="stylesheet" href="/open.css">`;
const files = {
  "index.html": page,
  "open.css": "a {}",
  "drafts/index.html": page,
  "drafts/s.css": "@import '/named.css';",
  "drafts/x.html": "x",
  "named.css": "b {}",
  _headers: drafts,
};

async function serve(more: Record<string, string> = {}, options: ServerOptions = {}) {
  const root = await writeSite({ ...files, ...more });
  const server = await startServer({ root, ...options });
  const { request } = await connect(server.port, { settings: { enablePush: false } });
  const status = async (path: string, credentials?: string) =>
    (await request(path, credentials === undefined ? {} : basic(credentials))).status;
  const write = async (name: string, text: string) => {
    await writeFile(join(root, name), text);
    server.invalidate();
  };
  return { ...server, root, file: join(root, "_headers"), request, status, write };
}

const long = "# text that makes the file long\n".repeat(500);
const whole = `/*\n  x-a: 1\n${long}${drafts}`;
const half = whole.slice(0, -drafts.length);

/** Ways in which programs save a file. */
const ways: Record<string, (file: string) => Promise<unknown>> = {
  "in place": (file) => writeFile(file, whole, { flag: "r+" }),
  "truncated, then written in pieces": async (file) => {
    await truncate(file);
    await after(10);
    await writeFile(file, half, { flag: "r+" });
    await after(20);
    await writeFile(file, whole, { flag: "r+" });
  },
  "renamed over": async (file) => {
    await writeFile(`${file}.new`, whole);
    await rename(`${file}.new`, file);
  },
  "deleted and created": async (file) => {
    await unlink(file);
    await after(10);
    await writeFile(file, whole);
  },
};

/** The statuses of requests without password, 50 a second, while a file is saved 60 times. */
async function statusesDuring(save: (file: string) => Promise<unknown>): Promise<readonly number[]> {
  const { status, file } = await serve({ _headers: whole });
  const statuses = [status("/drafts/x.html")];
  await statuses[0];
  const load = setInterval(() => statuses.push(status("/drafts/x.html")), 20);
  try {
    for (let saves = 0; saves < 60; saves++) {
      await save(file);
      await after(60);
    }
  } finally {
    clearInterval(load);
  }
  expect(await status("/drafts/x.html", "u:p")).toBe(200);
  return Promise.all(statuses);
}

test("60 saves in each of four ways under 50 requests a second: none is answered without the password", async () => {
  const seen = await Promise.all(Object.values(ways).map(statusesDuring));
  for (const statuses of seen) {
    expect(statuses.length).toBeGreaterThan(60);
    expect(new Set(statuses)).toEqual(new Set([401]));
  }
}, 60_000);

test.each([
  ["empty", (file: string) => writeFile(file, "")],
  ["gone", (file: string) => unlink(file)],
  ["written to its half", (file: string) => writeFile(file, half)],
  ["written to the middle of the password", (file: string) => writeFile(file, whole.slice(0, -2))],
])("a file that is %s leaves the path closed, and counts when it stays so", async (what, change) => {
  const { status, file, invalidate } = await serve({ _headers: whole });
  expect(await status("/drafts/x.html")).toBe(401);
  await change(file);
  const changed = performance.now();
  while (performance.now() - changed < 1500) {
    invalidate();
    expect([await status("/drafts/x.html"), await status("/drafts/x.html", "u:p")]).toEqual([401, 200]);
    expect(await status("/drafts/x.html", "u:")).toBe(401);
    await after(100);
  }
  const open = what.endsWith("password") ? 401 : 200;
  await expect.poll(() => status("/drafts/x.html", "wrong:"), { timeout: 4000 }).toBe(open);
});

test("what was gone for longer than two seconds is gone with the first request that comes", async () => {
  const { status, file } = await serve();
  expect(await status("/drafts/x.html")).toBe(401);
  await unlink(file);
  await after(2200);
  expect(await status("/drafts/x.html")).toBe(200);
});

test("another password counts at once, and so does a rule more", async () => {
  const { status, write } = await serve();
  expect(await status("/drafts/x.html", "u:p")).toBe(200);
  await write("_headers", "/drafts/*\n  Basic-Auth: u:q\n/open.css\n  Basic-Auth: a:b\n");
  expect([await status("/drafts/x.html", "u:p"), await status("/drafts/x.html", "u:q")]).toEqual([401, 200]);
  expect([await status("/open.css"), await status("/open.css", "a:b")]).toEqual([401, 200]);
});

test("while half of the rules are there, a password of another path opens nothing", async () => {
  const rules = "/*\n  Basic-Auth: a:a\n/drafts/*\n  Basic-Auth: u:p\n";
  const { status, write } = await serve({ _headers: rules });
  expect(await status("/drafts/x.html", "a:a")).toBe(401);
  await write("_headers", rules.slice(0, rules.indexOf("/drafts")));
  expect([await status("/drafts/x.html", "a:a"), await status("/", "a:a")]).toEqual([401, 200]);
  await write("_headers", rules.replace("u:p", "a:a"));
  expect(await status("/drafts/x.html", "a:a")).toBe(401);
});

const unreadable: [what: string, reason: string, make: (file: string) => Promise<unknown>][] = [
  ["is a directory", "it is a directory", (file) => mkdir(file)],
  ["is too large", "it is larger than 2000000 bytes", (file) => writeFile(file, "#".repeat(2_000_001))],
  ["is in UTF-16", "it is no text in UTF-8", (file) => writeFile(file, Buffer.from(drafts, "utf16le"))],
  ["is a link that leads nowhere", "ENOENT", (file) => symlink("none", file)],
  ["is a link in a circle", "ELOOP", (file) => symlink("_headers", file)],
];

test.each(unreadable)("where _headers %s, nothing is answered, and one line says so", async (_what, reason, make) => {
  const root = await writeSite({ "index.html": page });
  await make(join(root, "_headers"));
  const { port, errors, invalidate } = await startServer({ root, auth: "me:secret" });
  for (const target of ["/", "/none", "/"]) {
    const { status, headers } = await http1(port, target, { headers: basic("me:secret") });
    expect([status, headers["retry-after"], headers.link]).toEqual([503, "1", undefined]);
    invalidate();
  }
  const told = `_headers can't be read (${reason}): nothing is answered until it can`;
  expect(errors.map(({ message }) => message)).toEqual([told]);
  await rm(join(root, "_headers"), { recursive: true });
  await writeFile(join(root, "_headers"), drafts);
  invalidate();
  const after = await http1(port, "/", { headers: basic("me:secret") });
  expect(after.status).toBe(200);
});

test.each(unreadable)(
  "where _headers %s later on, the rules of before hold, and one line says so",
  async (_what, reason, make) => {
    const { status, file, errors, invalidate, write } = await serve();
    expect(await status("/drafts/x.html")).toBe(401);
    await unlink(file);
    await make(file);
    for (let n = 0; n < 3; n++) {
      invalidate();
      expect([await status("/drafts/x.html"), await status("/drafts/x.html", "u:p"), await status("/")]).toEqual([
        401, 200, 200,
      ]);
    }
    expect(errors.map(({ message }) => message)).toEqual([
      `_headers can't be read (${reason}): the rules of before hold`,
    ]);
    await rm(file, { recursive: true });
    await write("_headers", `${drafts}/\n  x-a: 1`);
    expect(await status("/drafts/x.html")).toBe(401);
  },
);

test("a site whose directory goes and comes again, as in a clean build, is answered for again", async () => {
  const { root, status, invalidate } = await serve({ _headers: "" });
  await unlink(join(root, "_headers"));
  invalidate();
  expect(await status("/")).toBe(200);
  await rm(root, { recursive: true });
  invalidate();
  expect(await status("/")).toBe(404);
  await mkdir(root);
  await writeFile(join(root, "index.html"), page);
  invalidate();
  expect(await status("/")).toBe(200);
});

test("while a site's directory is away, and until its _headers has come back, its passwords hold", async () => {
  const { root, status, invalidate } = await serve();
  expect(await status("/drafts/x.html")).toBe(401);
  await rm(root, { recursive: true });
  for (let n = 0; n < 5; n++) {
    invalidate();
    expect([await status("/drafts/x.html"), await status("/drafts/x.html", "u:p")]).toEqual([401, 404]);
    await after(500); // longer in all than what opens a door has to stay
  }
  await mkdir(join(root, "drafts"), { recursive: true });
  await writeFile(join(root, "drafts/x.html"), "x");
  invalidate();
  expect(await status("/drafts/x.html")).toBe(401);
  await writeFile(join(root, "_headers"), drafts);
  invalidate();
  expect([await status("/drafts/x.html"), await status("/drafts/x.html", "u:p")]).toEqual([401, 200]);
});

test("a _headers that can't be read and goes again leaves a site without rules", async () => {
  const root = await writeSite({ "index.html": page });
  const { port, invalidate } = await startServer({ root });
  const status = async () => (invalidate(), (await http1(port, "/")).status);
  expect(await status()).toBe(200);
  await mkdir(join(root, "_headers"));
  expect(await status()).toBe(503);
  await rm(join(root, "_headers"), { recursive: true });
  await expect.poll(status).toBe(200);
});

test.each([
  ["GET /x/drafts/x HTTP/1.0\r\n\r\n", "/x/drafts/x"],
  ["GET /x/drafts/x HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n", "/x/drafts/x"],
  ["GET /drafts#x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", undefined],
])("a route is asked for the path that rules have seen: %j", async (request, path) => {
  const seen: string[] = [];
  const routes: Route[] = [(asked) => (seen.push(new URL(asked.url).pathname), new Response("of a route"))];
  const { port } = await startServer({ root: await writeSite(files), routes });
  const socket = await connectSocket(port, "http/1.1");
  socket.write(request);
  await text(socket);
  expect(seen).toEqual(path === undefined ? [] : [path]);
});

test.skipIf(!isOrdinaryUserThere)("the command line says in one line which file it may not read", async () => {
  const root = await writeSite({ "index.html": page, _headers: drafts });
  await chmod(root, 0o755);
  await chmod(join(root, "_headers"), 0o000);
  const cli = await startCli([root, "-p", "0", "--log", "off"], { cwd: "/", env: { HOME: "/" }, ...ordinaryUser });
  expect((await http1(await cli.port(), "/")).status).toBe(503);
  await cli.says(/^error: _headers can't be read \(EACCES\): nothing is answered until it can\n/m);
});

test.each<[rules: string, closed: string, open: string, message: string]>([
  [
    "/x\n  Basic-Auth: someuser",
    "/x",
    "/y",
    "_headers:2: basic-auth takes name:password, several with spaces between them (closed to everybody until then: /x)",
  ],
  ["/x\n  Basic-Auth:", "/x", "/y", "/x)"],
  ["/x\n  Basic-Auth: u:", "/x", "/y", "/x)"],
  ["/x\n  Basic-Auth: :p", "/x", "/y", "/x)"],
  ["/x\n  Basic-Auth u:p", "/x", "/y", "/x)"],
  ["/x\n  BasicAuth: u:p", "/x", "/y", "/x)"],
  ["/x\n  basic_auth: u:p", "/x", "/y", "/x)"],
  [
    `/x\n  Basic-Auth: ${"u:p ".repeat(4000)}`,
    "/x",
    "/y",
    "the line is longer than 8192 characters (closed to everybody until then: /x)",
  ],
  [
    "/a*b*\n  Basic-Auth: u:p",
    "/a/x",
    "/b",
    "_headers:1: a pattern has one splat (*) at most: /a*b* (closed to everybody until then: /a*)",
  ],
  ["/a/:b:c\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  ["/a?b=c\n  Basic-Auth: u:p", "/a/x", "/b", "/a*)"],
  ["/a /b\n  Basic-Auth: u:p", "/b/x", "/c", "/a* /b*)"],
  ["https://a.test:80/a/*\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  [
    "/a/* Basic-Auth: u:p",
    "/a/x",
    "/b",
    "_headers:1: basic-auth stands on a line of its own, below its path (closed to everybody until then: /a/*)",
  ],
  ["/a/*\r  Basic-Auth: u\r", "/a/x", "/b", "/a/*)"],
  [
    "/b\n  x-a: 1\na/*\n  Basic-Auth: u:p",
    "/a/x",
    "/c",
    "_headers:3: neither a path nor a field: a/* (closed to everybody until then: /a/*)",
  ],
  ["/x\n  - Basic-Auth: u:p", "/x", "/y", "/x)"],
  ["/x\n  \u200bBasic-Auth: u:p", "/x", "/y", "/x)"],
  ['/x\n  {"Basic-Auth":"u:p"}', "/x", "/y", "/x)"],
  [
    "/a/*:\n  Basic-Auth: u:p",
    "/a/x",
    "/b",
    "_headers:1: no pattern, or one whose characters have to be percent-encoded: /a/*: (closed to everybody until then: /a/*)",
  ],
  ["/a/(.*)\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  ["/a/.*\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  ["/a/.+\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  ["/a/(.+)\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  ["/a/[a-z]+\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  ["/a/* ; more\n  Basic-Auth: u:p", "/a/x", "/b", "/a/*)"],
  ["/{a,b}/*\n  Basic-Auth: u:p", "/a/x", "", "/*)"],
  [
    '{"/a/*":{"Basic-Auth":"u:p"}}',
    "/a/x",
    "",
    "_headers:1: no path above basic-auth (closed to everybody until then: /*)",
  ],
  ["Basic-Auth: u:p", "/any/thing", "", "_headers:1: no path above basic-auth (closed to everybody until then: /*)"],
  [
    `/${"a".repeat(9000)}\n  Basic-Auth: u:p`,
    "/any/thing",
    "",
    "the line is longer than 8192 characters (closed to everybody until then: /*)",
  ],
  [
    "//a\n  Basic-Auth: u:p",
    "/any/thing",
    "",
    "_headers:1: a path begins with one slash: //a (closed to everybody until then: /*)",
  ],
])("%j closes %s, not %s, and says so", async (_headers, closed, open, message) => {
  const { status, errors } = await serve({ _headers });
  for (const credentials of [undefined, "u:p", "u:", ":p"]) expect(await status(closed, credentials)).toBe(401);
  if (open !== "") expect(await status(open)).toBe(404);
  const told = errors.filter((error) => error.message.includes("closed to everybody"));
  expect([told.length, told[0]?.message]).toEqual([1, expect.stringContaining(message)]);
  expect(errors.map((error) => error.message).join("\n")).not.toContain("u:p");
});

test("with --auth all is asked for its password, and a path with Basic-Auth takes that or its own", async () => {
  const { status } = await serve({}, { auth: "me:secret" });
  const taken: Readonly<Record<string, readonly string[]>> = {
    "/": ["me:secret"],
    "/drafts/x.html": ["me:secret", "u:p"],
    "/none": ["me:secret"],
  };
  for (const [path, credentials] of Object.entries(taken)) {
    for (const each of [undefined, "me:secret", "u:p", "me:p", "x:y"]) {
      const isTaken = each !== undefined && credentials.includes(each);
      expect([path, each, (await status(path, each)) === 401]).toEqual([path, each, !isTaken]);
    }
  }
});

test.each(protocols)(
  "Basic-Auth covers what is passed on, live reload, routes and errors over %s",
  async (protocol) => {
    const upstream = await startUpstream();
    const root = await writeSite({ ...files, _headers: "/*\n  Basic-Auth: u:p" });
    const routes = [(request: Request) => (request.url.endsWith("/route") ? new Response("r") : undefined)];
    const { port } = await startServer({ root, live: true, routes, proxy: [`/api=${upstream.origin}`] });
    for (const path of ["/", "/api/x", "/api/%zz", "/api", "/route", "/none", "/.h2push/live.js", "/.h2push/live"]) {
      for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
        expect([path, method, (await ask(port, protocol, path, method)).status]).toEqual([path, method, 401]);
      }
    }
    expect(upstream.received.length).toBe(0);
    expect((await ask(port, protocol, "/api/x", "GET", basic("u:p"))).status).toBe(200);
  },
);

test("a password for one of our paths is not passed on; what goes elsewhere is the upstream's", async () => {
  const upstream = await startUpstream();
  const { status } = await serve({ _headers: "/api/in/*\n  Basic-Auth: u:p" }, { proxy: [`/api=${upstream.origin}`] });
  for (const path of [
    "/api/in/x",
    "/api//in/x",
    "/api/in%2fx",
    "/api/%69n/x",
    "/api/IN/x",
    "/api/in;a=b/x",
    "/api/in/%ff",
  ]) {
    expect([path, await status(path), await status(path, "x:y")]).toEqual([path, 401, 401]);
  }
  await status("/api/in/x", "u:p");
  await status("/api/out", "x:y");
  expect(upstream.received.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    basic("x:y").authorization,
  ]);
});

test("the events of a page are for those who may see it", async () => {
  const { status } = await serve({}, { live: true });
  const stream = (await import("../../../src/server/live-reload/client.js")).STREAM;
  expect(await status(`${stream}?page=/drafts/x.html`)).toBe(401);
  expect(await status(`${stream}?page=%2Fdrafts%2F`)).toBe(401);
});

test.each([
  "/drafts/",
  "/drafts",
  "/drafts/index.html",
  "/drafts/index",
  "/drafts/x",
  "/drafts/x.html",
  "/drafts/x.html?a=b",
  "/%64rafts/x.html",
  "/drafts/%78.html",
  "/drafts//x.html",
  "//drafts/x.html",
  "/./drafts/x.html",
  "/%2e/drafts/x.html",
  "/a/../drafts/x.html",
  "/a/%2e%2e/drafts/x.html",
  "/a/..;/drafts/x.html",
  "/drafts%2fx.html",
  "/drafts\\x.html",
  "/DRAFTS/x.html",
  "/drafts./x.html",
  "/drafts/%ff",
  "/drafts/%zz",
  "/drafts/none",
])("%s is asked for a password by /drafts/*", async (path) => {
  const { status } = await serve();
  expect(await status(path)).toBe(401);
});

test.each([
  ["/page", ["/page", "/page.html", "/page/", "/page.html.gz"]],
  ["/page.html", ["/page", "/page.html", "/page.html.gz"]],
  ["/dir/", ["/dir", "/dir/", "/dir/index.html", "/dir/index"]],
  ["/dir/index.html", ["/dir/", "/dir/index.html", "/dir/index"]],
  ["/index.html", ["/", "/index.html", "/index"]],
  ["/", ["/", "/index.html", "/index"]],
  ["/v1.2.html", ["/v1.2", "/v1.2.html"]],
  ["/secret/*", ["/rewritten", "/link.html", "/secret/a.html"]],
  ["https://localhost/page", ["/page", "/page.html"]],
  ["/100%/*", ["/100%25/a.html"]],
  ["/page # the draft", ["/page"]],
])("%s covers %j, whatever name the file is asked for by", async (pattern, paths) => {
  const { status, root, invalidate } = await serve({
    "page.html": "page",
    "page.html.gz": "page",
    "dir/index.html": "dir",
    "v1.2.html": "v1.2",
    "secret/a.html": "secret",
    "100%/a.html": "a",
    "open.html": "open",
    _redirects: "/rewritten /secret/a.html 200",
    _headers: `${pattern}\n  Basic-Auth: u:p`,
  });
  await symlink("secret/a.html", join(root, "link.html"));
  invalidate();
  for (const path of paths) {
    expect([path, await status(path)]).toEqual([path, 401]);
    expect([path, (await status(path, "u:p")) === 401]).toEqual([path, false]);
  }
  expect(await status("/open")).toBe(200);
});

test("a rule for a host holds for the name with a dot at its end, too", async () => {
  const { port } = await serve({ _headers: "https://a.localhost/*\n  Basic-Auth: u:p" });
  for (const host of ["a.localhost", "a.localhost.", "A.LOCALHOST.:8443"]) {
    expect([host, (await http1(port, "/", { headers: { host } })).status]).toEqual([host, 401]);
  }
});

test("what asks for a password is neither pushed nor announced to those who have not given it", async () => {
  const { port } = await serve();
  for (const settings of [{ enablePush: true }, { enablePush: false }]) {
    const client = await connect(port, { settings });
    const open = await client.page("/");
    const named = (answer: typeof open) => [...answer.pushed.keys(), String(answer.headers.link)].join(" ");
    expect(named(open)).not.toMatch(/drafts|named/);
    expect(named(await client.page("/drafts/", basic("u:p")))).toContain("/named.css");
  }
});
