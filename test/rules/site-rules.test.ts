import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scan, type ServerOptions } from "../../src/index.js";
import { ask, type Protocol } from "../support/ask.js";
import { runCli, startCli } from "../support/cli.js";
import { connect } from "../support/h2.js";
import { http1 } from "../support/h1.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const page = (text: string) => `<!doctype html><title>${text}</title>`;
const html = { accept: "text/html" };
const protocols = ["HTTP/2", "HTTP/1.1"] as const;

async function serve(files: Record<string, string>, options: ServerOptions = {}) {
  const root = await writeSite(files);
  const notices: string[] = [];
  const server = await startServer({ root, announce: "all", onNotice: (text) => notices.push(text), ...options });
  const { request } = await connect(server.port, { settings: { enablePush: false } });
  const write = async (name: string, text: string) => {
    await writeFile(join(root, name), text);
    server.invalidate();
  };
  return { ...server, root, notices, request, write };
}

const site = {
  "index.html": page("home"),
  "about.html": page("about"),
  "docs/index.html": page("docs"),
  "docs/a.txt": "a",
  "lost.html": page("lost"),
  "404.html": page("not found"),
  ".env": "secret",
  _redirects: `
/old           /new?x=1       301
/kept/*        /there/:splat  307
/about         /elsewhere     302
/docs          /manual        302
/docs/a.txt    /forced        302!
/gone/*        /lost          404
/app/*         /about         200
/dir           /docs          200
/hidden        /.env          200
/out           /../secret.txt 200
/nothing       /none.html     200
/first         /second        200
/second        /about         200
/empty         /list          301
/loop          /loop          200!
`,
};

test.each<[path: string, status: number, answer: string]>([
  ["/old", 301, "/new?x=1"],
  ["/old?y=2", 301, "/new?x=1"],
  ["/kept/a/b?y=2", 307, "/there/a/b?y=2"],
  // Where there is a file, only a forced rule holds.
  ["/about", 200, page("about")],
  ["/docs", 308, "/docs/"],
  ["/docs/", 200, page("docs")],
  ["/docs/a.txt", 302, "/forced"],
  ["/docs/%61.txt", 302, "/forced"],
  ["/gone/a", 404, page("lost")],
  ["/app/deep/link?x", 200, page("about")],
  ["/dir", 200, page("docs")],
  ["/hidden", 404, page("not found")],
  ["/out", 404, page("not found")],
  ["/nothing", 404, page("not found")],
  // A rewrite is looked up once.
  ["/first", 404, page("not found")],
  ["/second", 200, page("about")],
  ["/loop", 404, page("not found")],
])("%s is answered with %i %s, by both protocols", async (path, status, answer) => {
  const server = await serve(site);
  for (const protocol of protocols) {
    const { status: got, headers, body } = await ask(server.port, protocol, path, "GET", html);
    expect([got, headers.location ?? body.toString()]).toEqual([status, answer]);
    const head = await ask(server.port, protocol, path, "HEAD", html);
    expect([head.status, head.headers.location, head.body.length]).toEqual([status, headers.location, 0]);
  }
  expect(server.errors).toEqual([]);
});

test("a form that is sent to an old place is sent on; to a file, and to a rewrite, it is refused", async () => {
  const { request } = await serve(site);
  const post = async (path: string) => (await request(path, { ":method": "POST" })).status;
  expect([await post("/kept/a"), await post("/about"), await post("/app/x"), await post("/docs/a.txt")]).toEqual([
    307, 405, 405, 302,
  ]);
});

test.each([
  ["/posts/", 200, page("posts")],
  ["/posts", 308, "/posts/"],
  ["/posts/a", 200, page("a")],
  ["/posts/a.html", 200, page("a")],
  ["/posts/none", 404, page("not found")],
])("a rewrite that leads nowhere leaves the file of the path: %s gives %i %s", async (path, status, answer) => {
  const posts = { "posts/index.html": page("posts"), "posts/a.html": page("a"), "404.html": page("not found") };
  const { request } = await serve({ ...posts, _redirects: "/posts/* /posts/:splat.html 200!" });
  const { status: got, headers, body } = await request(path);
  expect([got, headers.location ?? body.toString()]).toEqual([status, answer]);
});

test.each([
  ["the slash of a directory taken away", "/docs/ /docs 301!", "/docs/", 200, page("docs")],
  ["two rules that lead to each other", "/x /y 301\n/y /x 302", "/x", 404, page("not found")],
  ["a rule that leads on and on", "/* /x/:splat 301!", "/about", 200, page("about")],
  ["a chain of three, with a query", "/x /y 301!\n/y /z 301!\n/z /x 301!", "/x?a=b", 404, page("not found")],
])(
  "%s does not send a client round in circles, and a notice says so",
  async (_what, _redirects, path, status, body) => {
    const { request, notices } = await serve({ ...site, _redirects });
    for (let n = 0; n < 2; n++) {
      const answer = await request(path);
      expect([answer.status, answer.body.toString()]).toEqual([status, body]);
    }
    const [line, source] = [1, _redirects.split(" ")[0]];
    expect(notices).toEqual([`_redirects:${line}: ${source} leads in a circle, and is passed over`]);
  },
);

test("a chain of redirects that ends is followed, and one to a page without its slash", async () => {
  const files = { "page.html": page("page"), _redirects: "/a /b 301\n/b /c 301\n/c /page 301\n/page/ /page 301!" };
  const { request, notices } = await serve(files);
  expect((await request("/a")).headers.location).toBe("/b");
  expect((await request("/page/")).headers.location).toBe("/page");
  expect([(await request("/page")).status, notices]).toEqual([200, []]);
});

test("the entity tag that a rule gives to a file is the one that conditions are about", async () => {
  const etag = (value: string) => `/big.txt\n  ETag: ${value}\n  Last-Modified: Tue, 01 Jan 2019 00:00:00 GMT`;
  const { request, write } = await serve({ "big.txt": "0123456789", _headers: etag('"mine"') });
  const ask = async (fields: Record<string, string>) => (await request("/big.txt", fields)).status;
  expect((await request("/big.txt")).headers.etag).toBe('"mine"');
  expect(await ask({ "if-none-match": '"mine"' })).toBe(304);
  expect(await ask({ "if-none-match": '"other", W/"mine"' })).toBe(304);
  expect(await ask({ "if-none-match": '"other"' })).toBe(200);
  expect(await ask({ "if-match": '"mine"' })).toBe(200);
  expect(await ask({ "if-match": '"other"' })).toBe(412);
  expect(await ask({ range: "bytes=0-1", "if-range": '"mine"' })).toBe(206);
  expect(await ask({ range: "bytes=0-1", "if-range": '"other"' })).toBe(200);
  expect(await ask({ "if-modified-since": "Tue, 01 Jan 2019 00:00:00 GMT" })).toBe(304);
  expect(await ask({ "if-modified-since": "Mon, 31 Dec 2018 00:00:00 GMT" })).toBe(200);
  await write("_headers", etag('W/"mine"'));
  expect(await ask({ "if-none-match": 'W/"mine"' })).toBe(304);
  expect(await ask({ "if-match": 'W/"mine"' })).toBe(412);
  expect(await ask({ range: "bytes=0-1", "if-range": 'W/"mine"' })).toBe(200);
});

test("a redirect is stored by nobody, and has no content", async () => {
  const { request } = await serve(site);
  const { headers, body } = await request("/old");
  expect([headers["cache-control"], headers["content-length"], body.length]).toEqual(["no-cache", "0", 0]);
});

test("a directory without index page goes by the rules, then is listed", async () => {
  const files = { _redirects: "/empty/ /list 301", "empty/a.txt": "a", "other/a.txt": "a" };
  const { request } = await serve(files, { list: true });
  expect((await request("/empty/")).headers.location).toBe("/list");
  expect((await request("/other/")).body.toString()).toContain("a.txt");
});

test("what a rewritten page needs is that of the URL that was asked for", async () => {
  const app = `<script src=app.js></script>`;
  const files = { "index.html": app, "app.js": "1", "users/app.js": "2", _redirects: "/* /index.html 200" };
  const { request } = await serve(files);
  expect((await request("/x")).headers.link).toBe("</app.js>; rel=preload; as=script");
  expect((await request("/users/7")).headers.link).toBe("</users/app.js>; rel=preload; as=script");
});

test("rules come before --single, and --single where none applies", async () => {
  const files = { "index.html": page("app"), "other.html": page("other"), _redirects: "/other/* /other.html 200" };
  const { request } = await serve(files, { single: true });
  expect((await request("/other/7", html)).body.toString()).toBe(page("other"));
  expect((await request("/users/7", html)).body.toString()).toBe(page("app"));
});

test("forced rules go before routes, others after them", async () => {
  const routes = [(request: Request) => (/\/api\//.test(request.url) ? new Response("route") : undefined)];
  const { request } = await serve({ _redirects: "/api/a /x 302!\n/api/* /y 302\n/other /z 302" }, { routes });
  const answers = await Promise.all(["/api/a", "/api/b", "/other"].map((path) => request(path)));
  expect(answers.map(({ headers, body }) => headers.location ?? body.toString())).toEqual(["/x", "route", "/z"]);
});

test("the rule files are never served, whatever they are asked for as", async () => {
  const files = { ...site, _headers: "/*\n  x-a: b", "sub/_headers": "sub" };
  const { request, root, invalidate } = await serve(files, { list: true, single: true, dotfiles: true });
  await symlink(join(root, "lost.html"), join(root, "_HEADERS"));
  await symlink(root, join(root, "self"));
  invalidate();
  for (const path of [
    "/_headers",
    "/_redirects",
    "/%5Fheaders",
    "/_HEADERS",
    "/_Redirects",
    "/self/_headers",
    "/_headers/",
    "/_headers?x",
  ]) {
    const { status, body } = await request(path);
    expect([path, status, body.toString()]).toEqual([path, 404, page("not found")]);
  }
  expect((await request("/sub/_headers")).body.toString()).toBe("sub");
});

test("the rule files are not listed, also when they come later", async () => {
  const { request, write } = await serve({ "a.txt": "a" }, { list: true });
  await write("_headers", "/*\n  x-a: b");
  await write("_redirects", "/x /y");
  const { body } = await request("/");
  expect([body.includes("a.txt"), body.includes("_headers"), body.includes("_redirects")]).toEqual([
    true,
    false,
    false,
  ]);
  expect((await request("/_headers")).status).toBe(404);
});

test("changes take effect without a restart, and a file that goes takes its rules along", async () => {
  const { request, root, write, invalidate } = await serve({ "index.html": page("home") });
  const header = async () => (await request("/")).headers["x-a"];
  const status = async () => (await request("/x")).status;
  expect([await header(), await status()]).toEqual([undefined, 404]);
  await write("_headers", "/*\n  x-a: 1");
  await write("_redirects", "/x /y 302");
  expect([await header(), await status()]).toEqual(["1", 302]);
  await write("_headers", "/*\n  x-a: 2");
  expect(await header()).toBe("2");
  await rm(join(root, "_headers"));
  await rm(join(root, "_redirects"));
  invalidate();
  expect([await header(), await status()]).toEqual([undefined, 404]);
});

test("without being told, a change is seen within a second", async () => {
  const { request, root } = await serve({ "index.html": page("home") });
  await request("/");
  await writeFile(join(root, "_headers"), "/*\n  x-a: 1");
  await expect.poll(async () => (await request("/")).headers["x-a"], { timeout: 1000 }).toBe("1");
});

test("errors name file and line, once for each version, and leave the rest working", async () => {
  const { request, errors, notices, write } = await serve({
    "index.html": page("home"),
    _headers: "/*\n  x-a: 1\n  content-length: 5",
    _redirects: "/api/* https://api.test/:splat 200\n/x /y 302\n/ /anz 302 Country=au",
  });
  for (let n = 0; n < 3; n++) {
    const { status, headers } = await request("/");
    expect([status, headers["x-a"]]).toEqual([200, "1"]);
  }
  expect((await request("/x")).headers.location).toBe("/y");
  const told = [
    "_headers:3: content-length is the server's to set",
    "_redirects:1: a rewrite leads to a path of this site: https://api.test/:splat",
  ];
  expect(errors.map(({ message }) => message).sort()).toEqual(told);
  expect(errors.map((error) => Reflect.get(error, "code"))).toEqual(["rules", "rules"]);
  expect(notices).toEqual(["_redirects:3: Country=au can't be told here, so the rule is passed over"]);
  await write("_redirects", "/x\n/z /y 302");
  expect((await request("/z")).status).toBe(302);
  expect(errors.slice(2).map(({ message }) => message)).toEqual(["_redirects:1: no target: /x"]);
});

const linked = {
  "index.html": page("home"),
  "a.css": "a {}",
  "b.css": "b {}",
  "c.js": "1",
  "moved.css": "m {}",
  _headers:
    "/\n  Link: </a.css>; rel=preload; as=style\n  Link: </b.css>; rel=preload; as=style; nopush\n  Link: </moved.css>; rel=preload; as=style\n/*.css\n  Link: <https://fonts.test>; rel=preconnect\n  Cache-Control: max-age=60\n  x-a: 1",
  _redirects: "/moved.css /a.css 302!",
};

test("Link lines are pushed to who takes pushes, and a pushed response is what a request gets", async () => {
  const { port } = await startServer({ root: await writeSite(linked) });
  const client = await connect(port);
  const { pushed, headers } = await client.page("/");
  expect([...pushed.keys()]).toEqual(["/a.css"]);
  expect(headers.link).toContain("</b.css>; rel=preload; as=style; nopush");
  const asked = await (await connect(port)).request("/a.css");
  const { date: _date, ...fields } = asked.headers;
  expect(pushed.get("/a.css")?.headers).toMatchObject(fields);
  expect(fields).toMatchObject({
    "cache-control": "max-age=60",
    link: "<https://fonts.test>; rel=preconnect",
    "x-a": "1",
  });
});

test.each(["link", "auto"] as const)(
  "Link lines go once with a page under --delivery %s, and with its 304",
  async (delivery) => {
    const { port } = await startServer({ root: await writeSite(linked), delivery });
    const { request } = await connect(port, { settings: { enablePush: false } });
    const { headers } = await request("/");
    const links = String(headers.link).split(/, (?=<)/);
    expect(links.map((link) => link.split(";")[0])).toEqual(["</a.css>", "</b.css>", "</moved.css>"]);
    const again = await request("/", { "if-none-match": headers.etag });
    expect([again.status, again.headers.link]).toEqual([304, headers.link]);
  },
);

test("Link lines are told to a page that a route answers, together with its own", async () => {
  const routes = [
    () =>
      new Response(page("route"), {
        headers: { "content-type": "text/html", link: "</c.js>; rel=preload; as=script" },
      }),
  ];
  const { port } = await startServer({
    root: await writeSite(linked),
    routes: routes.map((route) => (request: Request) => (new URL(request.url).pathname === "/" ? route() : undefined)),
  });
  const { pushed } = await (await connect(port)).page("/");
  expect([...pushed.keys()].sort()).toEqual(["/a.css", "/c.js"]);
});

test("a policy of _headers says what a page may load, in the manifest too", async () => {
  const files = {
    "index.html": `<script src=a.js></script><link rel=stylesheet href=a.css>`,
    "a.js": "1",
    "a.css": "a {}",
  };
  const root = await writeSite({ ...files, _headers: "/*\n  Content-Security-Policy: script-src 'none'" });
  const { port } = await startServer({ root, announce: "all" });
  const { request } = await connect(port, { settings: { enablePush: false } });
  // The second answer may come from memory.
  for (const { headers } of [await request("/"), await request("/")]) {
    expect(headers.link).toBe("</a.css>; rel=preload; as=style");
    expect(headers["content-security-policy"]).toBe("script-src 'none'");
  }
  const { manifest } = await scan(root);
  expect(manifest.pages["/"]?.map(({ target }) => target)).toEqual(["/a.css"]);
});

test.each<Protocol>(protocols)(
  "--header is on every response over %s: files, errors, redirects, routes",
  async (protocol) => {
    const routes = [(request: Request) => (request.url.endsWith("/route") ? new Response("r") : undefined)];
    const { port } = await serve(site, { header: ["X-A: 1", "x-a: 2", "cache-control: max-age=5"], routes });
    for (const [path, cache] of [
      ["/about", "max-age=5"],
      ["/docs/", "max-age=5"],
      ["/route", "max-age=5"],
      ["/old", "no-cache"],
      ["/none", "no-cache"],
    ] as const) {
      const { headers } = await ask(port, protocol, path);
      expect([path, headers["x-a"], headers["cache-control"]]).toEqual([path, "1, 2", cache]);
    }
  },
);

test("--header sends a Link to pages, and works without a root", async () => {
  const link = "link: </a.css>; rel=preload; as=style";
  const { port } = await startServer({
    root: await writeSite({ "index.html": page("x"), "a.css": "a {}" }),
    header: [link],
  });
  expect([...(await (await connect(port)).page("/")).pushed.keys()]).toEqual(["/a.css"]);
  const bare = await startServer({ header: ["x-a: 1"], routes: [() => new Response("r")] });
  expect((await http1(bare.port, "/")).headers["x-a"]).toBe("1");
});

test.each([
  ["nonsense", "not a field: nonsense"],
  ["x a: b", "not the name of a field: x a"],
  ["content-length: 5", "content-length is the server's to set"],
  ["x-a: é", "characters that a field can't hold: x-a: é"],
])("--header %j is wrong usage that names the value", async (field, message) => {
  const { code, stderr } = await runCli(["--header", field]);
  expect([code, stderr]).toEqual([2, `error: ${message}\nfor example --header 'cache-control: no-store'\n`]);
});

test("the command line shows what is wrong with a rule file, and goes on", async () => {
  const root = await writeSite({
    "index.html": page("home"),
    _redirects: "/api/* https://api.test/:splat 200\n/x /y 302",
  });
  const cli = await startCli([root, "-p", "0", "--header", "x-a: 1", "--header", "x-b: 2"]);
  const port = await cli.port();
  const { status, headers } = await http1(port, "/x");
  expect([status, headers.location, headers["x-a"], headers["x-b"]]).toEqual([302, "/y", "1", "2"]);
  expect(cli.stderr).toBe(
    "error: _redirects:1: a rewrite leads to a path of this site: https://api.test/:splat\nto ask another server: --proxy\n",
  );
});
