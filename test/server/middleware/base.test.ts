import { join } from "node:path";
import { expect, test } from "vitest";
import { scan, type ScanSummary, type ServerOptions } from "../../../src/index.js";
import { ask } from "../../support/ask.js";
import { runCli, startCli } from "../../support/cli.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const page = `<link rel=stylesheet href=/repo/css/a.css><script src=js/a.js></script>`;
const site = {
  "index.html": page,
  "about.html": page,
  "docs/index.html": "<img src=../a.svg>",
  "a.svg": "<svg/>",
  "css/a.css": `@import "b.css"`,
  "css/b.css": "",
  "js/a.js": "",
};
const needs = ["/repo/css/a.css", "/repo/css/b.css", "/repo/js/a.js"];

async function serve(options: ServerOptions = {}, more: Readonly<Record<string, string>> = {}) {
  const server = await startServer({ root: await writeSite({ ...site, ...more }), base: "/repo/", ...options });
  return { ...server, client: await connect(server.port) };
}

test.each(["/repo/", "/repo/about.html", "/repo/about", "/repo/?a=b"])("%s comes with what it needs", async (path) => {
  const { client } = await serve();
  const { status, pushed } = await client.page(path);
  expect(status).toBe(200);
  expect([...pushed.keys()].toSorted()).toEqual(needs);
});

test.each([
  ["/", 302, "/repo/"],
  ["/?a=b", 302, "/repo/?a=b"],
  ["/repo", 308, "/repo/"],
  ["/repo?a", 308, "/repo/?a"],
  ["/repo/docs", 308, "/repo/docs/"],
])("%s leads with %i to %s", async (path, status, location) => {
  const { client } = await serve();
  const answer = await client.request(path);
  expect([answer.status, answer.headers.location]).toEqual([status, location]);
});

test.each(["/index.html", "/css/a.css", "/about", "/repository/", "/Repo/", "/other/repo/", "/re%70o/"])(
  "%s is 404, and the page names the base",
  async (path) => {
    const { client } = await serve({ single: true }, { "404.html": "ours" });
    const { status, body } = await client.request(path, { accept: "text/html" });
    expect([status, String(body).includes("below /repo/")]).toEqual([404, true]);
  },
);

test("what is not there below the base gets the site's own 404 page", async () => {
  const { client } = await serve({}, { "404.html": "ours" });
  expect(String((await client.request("/repo/none")).body)).toBe("ours");
});

test.each([
  "/repo/../secret",
  "/repo/%2e%2e/secret",
  "/repo/.env",
  "/repo/_headers",
  "/repo//../x",
  "/repo///css/a.css",
])("%s finds nothing", async (path) => {
  const { port } = await serve({}, { ".env": "x", _headers: "/*\n  x-y: z" });
  expect((await ask(port, "HTTP/2", path)).status).toBe(404);
});

test("two slashes behind the base are one", async () => {
  const { client } = await serve();
  expect((await client.request("/repo//css/a.css")).status).toBe(200);
});

test("the page of a single-page application answers navigations below the base alone", async () => {
  const { client } = await serve({ single: true });
  const accept = { accept: "text/html" };
  expect((await client.request("/repo/any/where", accept)).status).toBe(200);
  expect((await client.request("/repo/any/where.js", accept)).status).toBe(404);
  expect((await client.request("/any/where", accept)).status).toBe(404);
});

test("rule files speak of what lies below the base", async () => {
  const { client } = await serve(
    {},
    {
      _redirects: "/old/* /new/:splat 301\n/out https://b.test/x 302\n/app/* /index.html 200\n/a.svg /css/b.css 200!",
      _headers: "/css/*\n  x-style: yes\n/*\n  x-all: yes",
    },
  );
  const location = async (path: string) => (await client.request(path)).headers.location;
  expect(await location("/repo/old/x?q")).toBe("/repo/new/x?q");
  expect(await location("/repo/out")).toBe("https://b.test/x");
  expect(await location("/old/x")).toBeUndefined();
  expect([...(await client.page("/repo/app/")).pushed.keys()]).toContain("/repo/css/b.css");
  expect((await client.request("/repo/a.svg")).headers["content-type"]).toContain("text/css");
  expect((await client.request("/repo/css/a.css")).headers).toMatchObject({ "x-style": "yes", "x-all": "yes" });
  expect((await client.request("/css/a.css")).headers).toMatchObject({ "x-all": "yes" });
});

test.each(["/docs/*", "/repo/docs/*"])("a password for %s is asked for below the base", async (pattern) => {
  const { client } = await serve({}, { _headers: `${pattern}\n  Basic-Auth: me:word` });
  for (const path of ["/repo/docs/", "/repo/docs/index.html", "/repo//docs/", "/repo/docs"]) {
    expect([path, (await client.request(path)).status]).toEqual([path, 401]);
  }
  expect((await client.request("/repo/")).status).toBe(200);
});

test("lists a directory below the base, with no way up from the first", async () => {
  const { client } = await serve({ list: true }, { "list/a.txt": "" });
  expect(String((await client.request("/repo/list/")).body)).toContain("../");
  const { port } = await startServer({ root: await writeSite({ "a.txt": "" }), base: "/repo/", list: true });
  const { body } = await (await connect(port)).request("/repo/");
  expect([String(body).includes("a.txt"), String(body).includes("../")]).toEqual([true, false]);
});

test("routes are asked by the whole path, within the base and outside of it", async () => {
  const route = ({ url }: Request) => (url.endsWith("/api") ? new Response(new URL(url).pathname) : undefined);
  const { client } = await serve({ routes: [route] });
  expect(String((await client.request("/api")).body)).toBe("/api");
  expect(String((await client.request("/repo/api")).body)).toBe("/repo/api");
});

test("a page below the base is given the script of live reload, which is there", async () => {
  const { client } = await serve({ live: true });
  expect(String((await client.request("/repo/")).body)).toContain("/.h2push/live.js");
  expect((await client.request("/.h2push/live.js")).status).toBe(200);
});

test("what refers past the base is told as missing", async () => {
  const root = await writeSite({ "index.html": "<img src=/a.svg><img src=a.svg>", "a.svg": "" });
  const summary = await new Promise<ScanSummary>((resolve, reject) => {
    startServer({ root, base: "repo", onScan: resolve }).catch(reject);
  });
  expect([summary.assets, summary.missing.map(({ target }) => target)]).toEqual([1, ["/a.svg"]]);
});

test("a manifest has pages and targets with the base, and the server takes it", async () => {
  const root = await writeSite(site);
  const { manifest } = await scan(root, { base: "/repo/" });
  expect(Object.keys(manifest.pages)).toEqual(["/repo/about.html", "/repo/", "/repo/docs/"]);
  expect(manifest.pages["/repo/"]?.map(({ target }) => target).toSorted()).toEqual(needs);
  const file = join(await writeSite({ "m.json": JSON.stringify(manifest) }), "m.json");
  const { port } = await startServer({ root, base: "/repo/", manifest: file });
  expect((await (await connect(port)).page("/repo/about")).pushed.size).toBe(3);
});

test("the command line takes the base, and the start shows it in the URL", async () => {
  const root = await writeSite(site);
  const cli = await startCli([root, "--port", "0", "--base", "repo"]);
  await cli.prints(/^https:\/\/localhost:\d+\/repo\/$/m);
  const { stdout } = await runCli(["manifest", root, "--base", "/repo", "--explain", "/repo/about.html"]);
  expect(stdout).toContain("/repo/css/b.css");
});

test.each(["https://a.test/repo/", "./", "/a/../b", "/a?b", "/a#b", "a\\b"])(
  "%j is no base: the command line says so",
  async (base) => {
    const { code, stderr } = await runCli(["--base", base]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--base /repo/")]);
  },
);
