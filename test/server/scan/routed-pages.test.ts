import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scan } from "../../../src/server/scan/scan-directory.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const application = {
  "index.html": "<!doctype html><title>t</title><div id=app></div><script type=module src=/app.js></script>",
  "app.js": `createRouter([
  { path: "/", component: () => import("/home.js") },
  { path: "/stats", component: () => import("/stats.js"), children: [{ path: "own", component: () => import("/own.js"), beforeEnter: check }] },
  { path: "/user/:id", component: () => import("/user.js") },
]);`,
  "home.js": "",
  "stats.js": 'import "./chart.js";',
  "chart.js": "",
  "own.js": "",
  "user.js": "",
};

const targets = async (...[root, options]: Parameters<typeof scan>) =>
  Object.fromEntries(
    Object.entries((await scan(root, options)).manifest.pages).map(([pathname, entries]) => [
      pathname,
      entries.map(({ target }) => target),
    ]),
  );

const PAGES = {
  "/": ["/app.js", "/home.js"],
  "/stats": ["/app.js", "/stats.js", "/chart.js"],
  "/stats/own": ["/app.js", "/stats.js", "/chart.js", "/own.js"],
};

test("a single-page application has a page for each path that its router has", async () => {
  const root = await writeSite(application);
  expect(await targets(root, { single: true })).toEqual(PAGES);
  expect(await targets(root)).toEqual({ "/": PAGES["/"] });
  await writeFile(join(root, "_redirects"), "/* /index.html 200\n");
  expect(await targets(root)).toEqual(PAGES);
  // What is a file is the page that it is.
  await mkdir(join(root, "stats"));
  await writeFile(join(root, "stats", "index.html"), "<p>");
  expect(Object.keys(await targets(root)).toSorted()).toEqual(["/", "/stats/", "/stats/own"]);
});

test("the list says what a router loads at that path alone", async () => {
  const { manifest } = await scan(await writeSite(application), { single: true });
  const marked = manifest.pages["/stats/own"]?.map(({ target, route, rel }) => [target, route, rel]);
  expect(marked).toEqual([
    ["/app.js", undefined, "modulepreload"],
    ["/stats.js", true, undefined],
    ["/chart.js", true, undefined],
    ["/own.js", true, undefined],
  ]);
});

test("a server announces what a router loads for the path that is asked for, unless a guard may prevent it", async () => {
  const { port } = await startServer({ root: await writeSite(application), single: true, learn: false });
  const { request } = await connect(port, { settings: { enablePush: false } });
  const told = async (path: string) => {
    const { headers } = await request(path, { accept: "text/html" });
    return [headers.link ?? ""]
      .flat()
      .join()
      .match(/(?<=<\/)\w+/g);
  };
  expect(await told("/")).toEqual(["home"]);
  expect(await told("/stats")).toEqual(["stats", "chart"]);
  expect(await told("/user/7")).toEqual(["user"]);
  expect(await told("/stats/own")).toBeNull();
  expect(await told("/nothing")).toBeNull();
});
