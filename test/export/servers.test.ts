import { execFile, spawnSync } from "node:child_process";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { readLinks, writeLink } from "../../src/delivery/link.js";
import { linkRefusal } from "../../src/delivery/plan.js";
import { readManifest } from "../../src/manifest/read.js";
import { givenSites } from "../bench/given-sites.js";
import { programFile } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { oddSite } from "../support/export-sites.js";
import { connect } from "../support/h2.js";
import { hasPeer, peerNames, startPeer, type PeerName } from "../support/peer-servers.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const run = promisify(execFile);

const hasNghttp = spawnSync("nghttp", ["--version"]).error === undefined;
if (!hasNghttp) console.warn("skipped: what nghttp sees behind other servers (not in PATH)");

/** What these push: all that they are told of, or what their `Link` preloads; the others push nothing. */
const PUSHED: ReadonlyMap<PeerName, "all" | "preload"> = new Map([
  ["nginx", "preload"],
  ["apache", "all"],
  ["caddy", "all"],
  ["h2o", "preload"],
  ["nghttpx", "preload"],
]);

/** Pages of a site of others that are asked for: the first ones. */
const MAX_PAGES = 15;

const sites = [
  { name: "odd names", root: () => readableSite() },
  ...(await givenSites()).map(({ name, root }) => ({ name, root: () => Promise.resolve(root) })),
];

/** Apache leaves root's rights behind. */
async function readableSite(): Promise<string> {
  const broken = '<!doctype html><meta charset=utf-8><link rel=stylesheet href="/css/site.css?broken">';
  const root = await writeSite({
    ...oddSite,
    "docs/line\nbreak\t\x7f.html": broken,
    "docs/a\n# h2push end\n.html": broken,
  });
  await chmod(root, 0o755);
  return root;
}

// Debian's nghttpx has no mruby, and passes over our script: h2push behind it says what the list says.
const byPeer = peerNames.filter((name) => hasPeer(name));

describe.each(byPeer)("%s takes its configuration without a word", (name) => {
  test.each(sites)("and says of $name what the list says", async ({ root: makeRoot }) => {
    const root = await makeRoot();
    const directory = await emptyDirectory();
    const version = name === "nginx" ? ["--target-version", "1.22.1"] : [];
    await run(process.execPath, [programFile, "export", root, "--to", name, "--out", `${directory}/`, ...version]);
    const list = join(directory, "list.json");
    await run(process.execPath, [programFile, "export", root, "--to", "json", "--for", name, "--out", list]);
    const { port: upstream } = await startServer({
      root,
      ...(name === "nghttpx" ? { delivery: "link", manifest: list } : { delivery: "none" }),
    });
    const { port, said, stop } = await startPeer(name, { exported: directory, root, upstream });
    onTestFinished(stop);

    const plain = await connect(port, { settings: { enablePush: false } });
    const pages = [...readManifest(await readFile(list, "utf8"), list)].slice(0, MAX_PAGES * sites.length);
    for (const [pathname, entries] of pages) {
      const told = entries.filter(({ rel }) => rel !== undefined);
      const { status, headers, informational } = await plain.request(pathname);
      expect([pathname, status]).toEqual([pathname, 200]);
      expect(informational).toEqual([]);
      const links = readLinks(String(headers.link ?? "")).map(({ text }) => text);
      expect([pathname, links]).toEqual([pathname, told.map((entry) => writeLink({ ...entry, bytes: 0 }))]);
      const framed = await plain.request(pathname, { "sec-fetch-dest": "iframe" });
      // h2push itself stands behind nghttpx.
      expect([pathname, framed.headers.link]).toEqual([pathname, undefined]);
      const pushed = PUSHED.get(name);
      if (pushed === undefined) continue;
      const expected = entries
        .filter((entry) => linkRefusal({ ...entry, bytes: 0 }) === undefined)
        .flatMap(({ target, rel }) => (pushed === "all" || rel === "preload" ? target : []))
        .toSorted();
      // A connection of its own: what it has carried is not pushed again.
      const { request, pushes, session } = await connect(port);
      await request(pathname);
      const paths = pushes.map(({ path }) => path);
      expect([pathname, paths.toSorted()]).toEqual([pathname, expected]);
      session.destroy();
      if (hasNghttp) expect([pathname, await pushedTo(port, pathname)]).toEqual([pathname, paths.toSorted()]);
    }
    expect(warnings(said())).toEqual([]);
  });
});

/** Those that add fields before they know that nothing is there. */
const TELLS_MISSING: ReadonlySet<PeerName> = new Set(["caddy"]);

describe.each(byPeer.filter((name) => name !== "nghttpx"))("%s", (name) => {
  test.each([
    { way: "from its files", proxies: false },
    { way: "before another server", proxies: true },
  ])("$way, knows a page by each spelling of its path, and says nothing of what is not there", async ({ proxies }) => {
    const root = await readableSite();
    const directory = await emptyDirectory();
    await run(process.execPath, [programFile, "export", root, "--to", name, "--out", `${directory}/`]);
    const { port: upstream } = await startServer({ root, delivery: "none" });
    const { port, stop, said } = await startPeer(name, {
      exported: directory,
      root: proxies ? undefined : root,
      upstream,
    });
    onTestFinished(stop);
    onTestFailed(() => console.error(`${name} said:\n${said()}`));
    const told = async (path: string) => {
      const { request, pushes, session } = await connect(port);
      const { status, headers } = await request(path);
      session.destroy();
      return { status, link: headers.link, pushed: pushes.map((push) => push.path).toSorted() };
    };
    for (const spellings of SPELLINGS) {
      const [first, ...others] = await Promise.all(spellings.map(told));
      expect([spellings[0], first]).toEqual([spellings[0], expect.objectContaining({ status: 200 })]);
      expect([first?.link ?? "", ...(first?.pushed ?? [])].join()).toContain(".css");
      for (const other of others) expect([spellings, other]).toEqual([spellings, first]);
    }
    const missing = await told("/guide/part-3/nothing.html");
    expect(missing.status).toBe(404);
    expect(missing.link !== undefined).toBe(TELLS_MISSING.has(name));
  });
});

const application = {
  "index.html": "<!doctype html><title>t</title><div id=app></div><script type=module src=/app.js></script>",
  "app.js": `import "/common.js";
createRouter([
  { path: "/", component: () => import("/home.js") },
  { path: "/stats", component: () => import("/stats.js") },
]);`,
  "common.js": "",
  "home.js": "",
  "stats.js": "",
};

describe.each(byPeer.filter((name) => name === "nginx" || name === "apache" || name === "caddy"))("%s", (name) => {
  test("names what a router loads for the path that is asked for, and for no other", async () => {
    const root = await writeSite(application);
    await chmod(root, 0o755);
    const directory = await emptyDirectory();
    const args = ["export", root, "--single", "--to", name, "--out", `${directory}/`];
    await run(process.execPath, [programFile, ...args]);
    const { port, stop, said } = await startPeer(name, { exported: directory, root, upstream: 0, single: true });
    onTestFinished(stop);
    onTestFailed(() => console.error(`${name} said:\n${said()}`));
    const { request } = await connect(port, { settings: { enablePush: false } });
    const told = async (path: string) => {
      const { status, headers } = await request(path);
      return [
        status,
        [headers.link ?? ""]
          .flat()
          .join()
          .match(/(?<=<\/)[\w.]+/g),
      ];
    };
    // Apache tells by the file that answers.
    const withCommon = (own: string) => (name === "apache" ? ["common.js"] : ["common.js", own]);
    for (const path of ["/", "/?a=b"]) expect([path, await told(path)]).toEqual([path, [200, withCommon("home.js")]]);
    for (const path of ["/stats", "/stats?a=b"])
      expect([path, await told(path)]).toEqual([path, [200, withCommon("stats.js")]]);
    expect(await told("/unknown")).toEqual([200, name === "apache" ? ["common.js"] : null]);
  });
});

/** Paths that lead to the same page, the one that a browser makes of a name first. */
const SPELLINGS = [
  ["/docs/%C3%A9,%20%C3%BC.html", "/docs/%c3%a9,%20%c3%bc.html", "/docs/%C3%A9%2C%20%C3%BC.html"],
  ["/docs/a%20(b)+c.html", "/docs/a%20%28b%29%2Bc.html"],
  ["/about.html", "/%61bout.html"],
  ["/docs/line%0Abreak%09%7F.html", "/docs/line%0abreak%09%7f.html"],
  ["/docs/a%0A%23%20h2push%20end%0A.html", "/%64ocs/a%0A%23%20h2push%20end%0A.html"],
];

/** What a server promises to nghttp with a page. */
async function pushedTo(port: number, pathname: string): Promise<string[]> {
  const { stdout } = await run("nghttp", ["-nv", "--no-dep", `https://localhost:${port}${pathname}`]);
  const fields = stdout.matchAll(/recv \(stream_id=(\d+)(?:, sensitive)?\) :path: (\S+)/g);
  return [...fields].map(([, , path = ""]) => path).toSorted();
}

/** What a server has to find fault with, beside what our own test has asked of it. */
const warnings = (said: string) =>
  said.split("\n").filter((line) => /warn|error|fail|emerg|crit|exit signal/i.test(line) && !OF_THE_TEST.test(line));

/** Caddy tells of what its configuration turns off, and of a certificate that names nobody to ask about it. */
const OF_THE_TEST = /admin endpoint disabled|stapling OCSP|automatic HTTPS is completely disabled/;

describe.each(byPeer.filter((name) => name === "apache" || name === "caddy" || name === "haproxy"))(
  "%s with --early-hints",
  (name) => {
    test("sends a 103 before a navigation, and the Link with the page", async () => {
      const root = await readableSite();
      const directory = await emptyDirectory();
      const args = [programFile, "export", root, "--to", name, "--early-hints", "--out", `${directory}/`];
      await run(process.execPath, args);
      const { port: upstream } = await startServer({ root, delivery: "none" });
      const { port, stop } = await startPeer(name, { exported: directory, root, upstream, earlyHints: true });
      onTestFinished(stop);
      const { request } = await connect(port, { settings: { enablePush: false } });
      const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
      const { status, headers, informational } = await request("/", navigation);
      const targets = (link: string | string[] | undefined) =>
        readLinks([link ?? []].flat().join(", ")).map(({ target }) => target);
      expect([status, informational.flatMap(({ link }) => targets(link))]).toEqual([
        200,
        expect.arrayContaining(["/css/site.css", "/css/inner.css", "/js/deep.js"]),
      ]);
      expect(targets(headers.link)).toContain("/css/inner.css");
      const plain = await request("/plain.html", navigation);
      expect([plain.status, plain.informational, plain.headers.link]).toEqual([200, [], undefined]);
    });
  },
);
