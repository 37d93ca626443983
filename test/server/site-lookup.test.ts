import { expect, test } from "vitest";
import { type Route, type ScanSummary, type ServerOptions, scan } from "../../src/index.js";
import { connect } from "../support/h2.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";

const page = `<link rel=stylesheet href=css/a.css><script src=js/a.js></script>`;
const site = { "css/a.css": `@import "b.css"`, "css/b.css": "", "js/a.js": "" };
const at = (base: string) => ["css/a.css", "css/b.css", "js/a.js"].map((path) => base + path);

type Files = Readonly<Record<string, string>>;

/** What goes with a page to a client that takes pushes, each with its content. */
async function pushedWith(files: Files, path: string, options: ServerOptions = {}, fields = {}) {
  const { port } = await startServer({ root: await writeSite(files), ...options });
  const { status, pushed } = await (await connect(port)).page(path, fields);
  return { status, pushed: new Map([...pushed].map(([target, { body }]) => [target, String(body)])) };
}

/** The targets that a page is linked to. */
async function linkedWith(files: Files, path: string, options: ServerOptions = {}, fields = {}) {
  const { port } = await startServer({ root: await writeSite(files), delivery: "link", announce: "all", ...options });
  const client = await connect(port, { settings: { enablePush: false } });
  const { headers, status } = await client.request(path, fields);
  const targets = String(headers["link"] ?? "").matchAll(/<([^>]*)>/g);
  return { status, targets: Array.from(targets, ([, target = ""]) => target) };
}

/** What a server finds before anyone asks. */
function scanned(root: string, options: ServerOptions = {}): Promise<ScanSummary> {
  return new Promise((resolve, reject) => {
    startServer({ root, onScan: resolve, ...options }).catch(reject);
  });
}

test.each<[what: string, files: Files, path: string, targets: readonly string[]]>([
  [
    "below the usual base path",
    { ...site, "index.html": page, _redirects: "/repo/* /:splat 200" },
    "/repo/",
    at("/repo/"),
  ],
  [
    "by a clean URL below it",
    { ...site, "about.html": page, _redirects: "/repo/* /:splat 200" },
    "/repo/about",
    at("/repo/"),
  ],
  [
    "from a subfolder",
    { "dist/index.html": page, "dist/css/a.css": "", "dist/js/a.js": "", _redirects: "/v2/* /dist/:splat 200" },
    "/v2/",
    ["/v2/css/a.css", "/v2/js/a.js"],
  ],
  [
    "from a directory in it, without its slash",
    { "dist/v/index.html": `<link rel=stylesheet href=/css/a.css>`, ...site, _redirects: "/app /dist/v 200" },
    "/app",
    ["/css/a.css", "/css/b.css"],
  ],
  [
    "for every path below one",
    { ...site, "index.html": page, _redirects: "/app/* /index.html 200\n/deep/css/* /css/:splat 200" },
    "/app/deep/",
    [],
  ],
  [
    "for every path below one, with references from the root",
    { ...site, "index.html": `<link rel=stylesheet href=/css/a.css>`, _redirects: "/* /index.html 200" },
    "/any/thing",
    ["/css/a.css", "/css/b.css"],
  ],
  [
    "by a placeholder",
    {
      ...site,
      "posts/a.html": page,
      _redirects: "/blog/:slug/css/* /css/:splat 200\n/blog/:slug/ /posts/:slug.html 200",
    },
    "/blog/a/",
    ["/blog/a/css/a.css", "/blog/a/css/b.css"],
  ],
  [
    "in the place of a file",
    { ...site, "index.html": "", "new.html": page, _redirects: "/ /new.html 200!" },
    "/",
    at("/"),
  ],
  [
    "whose stylesheet is another file",
    { ...site, "index.html": page, "c.css": "", _redirects: "/css/a.css /c.css 200!" },
    "/",
    ["/css/a.css", "/js/a.js"],
  ],
  [
    "whose script is a module of another name",
    {
      "index.html": `<script type=module src=/main></script>`,
      "m.js": `import "/n.js"`,
      "n.js": "",
      _redirects: "/main /m.js 200",
    },
    "/",
    ["/main", "/n.js"],
  ],
  [
    "by parameters of its query",
    { ...site, "p/7.html": page, _redirects: "/css/a.css v=:v /css/b.css 200!\n/p id=:id /p/:id.html 200" },
    "/p?id=7",
    at("/"),
  ],
  [
    "on one host",
    {
      ...site,
      "b/index.html": page,
      "b/css/a.css": "",
      "b/js/a.js": "",
      _redirects: "https://b.test/* /b/:splat 200!",
    },
    "/",
    ["/css/a.css", "/js/a.js"],
  ],
])("a page that is served %s comes with what it needs", async (_what, files, path, targets) => {
  const fields = files["_redirects"]?.includes("b.test") === true ? { ":authority": "b.test" } : {};
  const options = { allowHost: ["b.test"] };
  expect((await linkedWith(files, path, options, fields)).targets.sort()).toEqual(targets.toSorted());
  const { status, pushed } = await pushedWith(files, path, options, fields);
  expect(status).toBe(200);
  expect([...pushed.keys()].sort()).toEqual(targets.toSorted());
});

test("what is pushed is what a request would get, a forced rewrite too", async () => {
  const files = { "index.html": page, "css/a.css": "a{}", "js/a.js": "1", "c.css": "c{}" };
  const { pushed } = await pushedWith({ ...files, _redirects: "/css/a.css /c.css 200!" }, "/");
  expect(pushed.get("/css/a.css")).toBe("c{}");
});

test("on another host the same page has other needs", async () => {
  const files = { "index.html": page, "css/a.css": "", "x.css": `@import "y.css"`, "css/y.css": "", "js/a.js": "" };
  const root = await writeSite({ ...files, _redirects: "https://b.test/css/a.css /x.css 200!" });
  const { port } = await startServer({ root, allowHost: ["b.test"], delivery: "link", announce: "all" });
  const client = await connect(port, { settings: { enablePush: false } });
  for (const [authority, named] of [
    ["localhost", false],
    ["b.test", true],
    ["localhost", false],
  ] as const) {
    const { headers } = await client.request("/", { ":authority": authority });
    expect(String(headers["link"]).includes("y.css")).toBe(named);
  }
});

test.each([
  ["a rule sends elsewhere", "/css/a.css /css/b.css 302!"],
  ["a rule answers with 404", "/css/a.css /404.html 404!"],
  ["a rule answers by the language of the request", "/css/a.css /css/b.css 200! Language=de"],
  ["a rule answers by a cookie", "/css/a.css /css/b.css 200! Cookie=x"],
])("what %s is neither announced nor read", async (_what, _redirects) => {
  expect((await linkedWith({ ...site, "index.html": page, _redirects }, "/")).targets).toEqual(["/js/a.js"]);
});

test("a rule for a country, which never applies here, leaves the file alone", async () => {
  const files = { ...site, "index.html": page, _redirects: "/css/a.css /css/b.css 200! Country=de" };
  expect((await linkedWith(files, "/")).targets.sort()).toEqual(at("/"));
});

test("a directory without its slash redirects, and is not announced", async () => {
  const files = { "index.html": `<iframe src=/docs></iframe><img src=/a.png>`, "a.png": "", "docs/index.html": "" };
  expect([...(await pushedWith(files, "/")).pushed.keys()]).toEqual(["/a.png"]);
});

test("a page that stands in for a missing stylesheet is not announced, and the stylesheet is told as missing", async () => {
  const files = { "index.html": `<link rel=stylesheet href=/gone.css><img src=/a.png>`, "a.png": "" };
  const root = await writeSite({ ...files, _redirects: "/* /index.html 200" });
  expect((await scanned(root)).missing).toEqual([{ target: "/gone.css", from: "/", line: 1 }]);
  expect((await scan(root)).manifest.pages["/"]).toMatchObject([{ target: "/a.png" }]);
});

const guarded = {
  "index.html": `<link rel=stylesheet href=/in/a.css>`,
  "in/index.html": `<link rel=stylesheet href=a.css>`,
  "in/a.css": `@import "/in/secret.css"`,
  "in/secret.css": "",
  _headers: "/in/*\n  Basic-Auth: me:word",
};
const authorization = `Basic ${Buffer.from("me:word").toString("base64")}`;

test("an open page names nothing of what lies behind a password, also to who knows it", async () => {
  expect((await linkedWith(guarded, "/")).targets).toEqual([]);
  expect((await linkedWith(guarded, "/", {}, { authorization })).targets).toEqual([]);
  expect((await pushedWith(guarded, "/")).pushed.size).toBe(0);
});

test("a page behind a password comes with what the same password opens", async () => {
  expect((await linkedWith(guarded, "/in/", {}, { authorization })).targets).toEqual(["/in/a.css", "/in/secret.css"]);
  expect((await linkedWith(guarded, "/in/", {}, {})).status).toBe(401);
});

test.each(["200", "200!"])(
  "a rewrite with %s opens no door: where it leads, the password is asked for",
  async (status) => {
    const root = await writeSite({ ...guarded, _redirects: `/out/* /in/:splat ${status}` });
    const { port } = await startServer({ root });
    const client = await connect(port);
    for (const path of ["/out/", "/out/a.css", "/out/./a.css", "/out//a.css", "/out/%61.css"]) {
      expect([path, (await client.request(path)).status]).toEqual([path, 401]);
    }
    expect((await client.request("/out/a.css", { authorization })).status).toBe(200);
  },
);

test("an open page names nothing of what a rewrite leads to behind a password", async () => {
  const files = {
    ...guarded,
    "index.html": `<link rel=stylesheet href=/out/a.css>`,
    _redirects: `/out/* /in/:splat 200`,
  };
  expect((await linkedWith(files, "/")).targets).toEqual([]);
});

test("no rewrite leads out of the root, to a dotfile or to the rules", async () => {
  const links = ["/x/../secret", "/x/%2e%2e/secret", "/x/.env", "/x/_headers", "/x/_redirects"];
  const html = links.map((href) => `<link rel=stylesheet href="${href}">`).join("");
  const files = { "index.html": html, ".env": "", _headers: "/*\n  x-y: z", _redirects: "/x/* /:splat 200" };
  expect((await linkedWith(files, "/")).targets).toEqual([]);
});

test("what an upstream or a route answers is neither missing nor announced", async () => {
  const html = `<script src=/api/x.js></script><script src=/route.js></script><script src=/gone.js></script>`;
  const root = await writeSite({ "index.html": html, "api/x.js": "" });
  const route: Route = (request) => (request.url.endsWith("/route.js") ? new Response("1") : undefined);
  const routes = [Object.assign(route, { answers: (target: string) => target === "/route.js" })];
  const { missing, assets } = await scanned(root, { routes, proxy: ["/api=http://localhost:1"] });
  expect([assets, missing.map(({ target }) => target)]).toEqual([0, ["/gone.js"]]);
});

test("what hosts answer themselves is neither missing nor announced, unless there is a file for it", async () => {
  const own = `<script src=/_vercel/own.js></script><script src=/cdn-cgi/moved.js></script>`;
  const html = `<script src=/_vercel/insights/script.js></script>${own}<script src=/_vercel.js></script>`;
  const files = { "_vercel/own.js": "", "a.js": "", _redirects: "/cdn-cgi/moved.js /a.js 200" };
  const { missing, assets } = await scanned(await writeSite({ ...files, "index.html": html }));
  expect([assets, missing.map(({ target }) => target)]).toEqual([2, ["/_vercel.js"]]);
});

test("a frame is answered by the page of a single-page application, a script is not", async () => {
  const root = await writeSite({ "index.html": `<iframe src=/view></iframe><script src=/view/a></script>` });
  const { missing } = await scanned(root, { single: true });
  expect(missing.map(({ target }) => target)).toEqual(["/view/a"]);
});

test("a change of the rules changes what a page needs", async () => {
  const { writeFile } = await import("node:fs/promises");
  const root = await writeSite({ ...site, "index.html": `<link rel=stylesheet href=/x.css>` });
  const { port, invalidate } = await startServer({ root, certificate: await testCertificate() });
  const client = await connect(port);
  expect((await client.page("/")).pushed.size).toBe(0);
  await writeFile(`${root}/_redirects`, "/x.css /css/b.css 200");
  invalidate();
  expect([...(await client.page("/")).pushed.keys()]).toEqual(["/x.css"]);
});

test.each<[rule: string, pages: readonly string[]]>([
  ["/repo/* /:splat 200", ["/repo/", "/repo/about.html", "/repo/docs/"]],
  ["/v2/* /docs/:splat 200", ["/v2/"]],
  ["/blog/:slug /:slug.html 200", ["/blog/about"]],
  ["/:page/show /:page 200", ["/about/show", "/docs/show"]],
  ["/manual /docs/ 200", ["/manual"]],
  ["/* /index.html 200", []],
  ["/app/* /index.html 200!", []],
  ["/repo/* /:splat 200 Language=de", []],
  ["https://b.test/repo/* /:splat 200", []],
  ["/repo/* /no/:splat 200", []],
  ["/docs/* /:splat 200", ["/docs/about.html", "/docs/docs/"]],
  ["/d/:x/ /:x/index.html 200", ["/d/docs/"]],
])("a manifest lists pages by the URLs that %s gives them, where they can be told", async (rule, pages) => {
  const root = await writeSite({ "index.html": "", "about.html": "", "docs/index.html": "", _redirects: rule });
  const { manifest } = await scan(root);
  const expected = ["/", "/about.html", "/docs/", ...pages];
  expect(Object.keys(manifest.pages).toSorted()).toEqual(expected.toSorted());
});

test("a page in whose place a rule serves another is listed as that, and not at all where it redirects", async () => {
  const files = { "index.html": page, "about.html": "", "new.html": `<img src=a.png>`, "a.png": "" };
  const root = await writeSite({ ...files, _redirects: "/ /new.html 200!\n/about.html /new 301!" });
  const { manifest } = await scan(root);
  expect(Object.keys(manifest.pages).toSorted()).toEqual(["/", "/new.html"]);
  expect(manifest.pages["/"]).toMatchObject([{ target: "/a.png" }]);
});

test("what a browser refuses for its media type names nothing, and is not announced", async () => {
  const files = {
    "index.html": `<link rel=stylesheet href=a.css><script type=module src=app.js></script><script type=module src=c.js></script>`,
    "a.css": `@import "b.css"`,
    "b.css": "",
    "app.js": `import "./d.js"`,
    "c.js": `import "./e.js"; import "./f.js"`,
    "d.js": "",
    "e.js": `import "./d.js"`,
    "f.js": "",
    _headers: "/a.css\n  Content-Type: text/plain\n/app.js\n  Content-Type: text/plain\n/e.js\n  ! Content-Type\n",
  };
  expect((await linkedWith(files, "/")).targets.toSorted()).toEqual(["/c.js"]);
  const { manifest } = await scan(await writeSite(files));
  expect(manifest.pages["/"]?.map(({ target }) => target)).toEqual(["/a.css", "/app.js", "/c.js", "/e.js", "/f.js"]);
});
