import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ServerOptions } from "../../../src/index.js";
import { SiteLookup } from "../../../src/server/files/site-lookup.js";
import { PageFiles } from "../../../src/server/live-reload/page-files.js";
import { liveLine } from "../../../src/cli/log/live-line.js";
import { startCli, type Cli } from "../../support/cli.js";
import { listen, listen1 } from "../../support/event-source.js";
import { http1 } from "../../support/h1.js";
import { connect, type Answer, type H2Client } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const SCRIPT = `<script src="/.h2push/live.js" async></script>`;

const site = {
  "index.html": `<!doctype html><link rel=stylesheet href=/a.css><script src=/a.js></script><script src=/missing.js></script><p>first`,
  "a.css": `@import "b.css"`,
  "b.css": "p { color: red }",
  "a.js": "1",
  "unused.js": "1",
};

async function serve(files: Readonly<Record<string, string | Buffer>> = site, options: ServerOptions = {}) {
  const root = await writeSite(files);
  const notices: string[] = [];
  const server = await startServer({ root, live: true, onNotice: (text) => notices.push(text), ...options });
  const client = await connect(server.port, { settings: { enablePush: false } });
  const write = (file: string, content: string) => writeFile(join(root, file), content);
  return { root, server, client, write, notices };
}

/** The name of a response, as a browser reads it. */
const loadOf = ({ headers }: Answer) => /h2push-live;desc="([^"]+)"/.exec(String(headers["server-timing"]))?.[1] ?? "";

const address = (page: string, query: Readonly<Record<string, string>> = {}) =>
  `/.h2push/live?${new URLSearchParams({ page, ...query }).toString()}`;

/** Loads a page, and listens to what it is told. */
async function open(client: H2Client, page = "/") {
  const answer = await client.request(page);
  const source = await listen(client, address(page, { load: loadOf(answer) }));
  const hello = await source.next();
  expect(hello.event).toBe("hello");
  return { answer, source, hello };
}

describe("without --live", () => {
  test("a page is what its file is, and nothing answers for the script and the stream", async () => {
    const { client } = await serve(site, { live: false });
    const page = await client.request("/");
    expect(page.body.toString()).toBe(site["index.html"]);
    expect(page.headers["server-timing"]).toBeUndefined();
    expect((await client.request("/.h2push/live.js")).status).toBe(404);
    expect((await client.request(address("/"))).status).toBe(404);
  });
});

test("the page of another origin is told nothing, and holds no stream", async () => {
  const { client } = await serve();
  for (const fields of [
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" },
    { origin: "https://a.example" },
  ]) {
    expect((await client.request(address("/"), fields)).status).toBe(403);
  }
});

describe("a page", () => {
  const large = `<!doctype html><p>${"0123456789".repeat(40_000)}`;
  const pages = { "index.html": `<!doctype html><p>${"text ".repeat(500)}`, "large.html": large };

  test.each(["index.html", "large.html"] as const)(
    "%s has the script in every coding, range and method",
    async (file) => {
      const { client } = await serve(pages);
      const expected = pages[file].replace("<!doctype html>", `<!doctype html>${SCRIPT}`);
      const whole = await client.request(`/${file}`);
      expect(whole.body.toString()).toBe(expected);
      expect(whole.headers["content-length"]).toBe(String(expected.length));
      const br = await client.request(`/${file}`, { "accept-encoding": "br" });
      expect(brotliDecompressSync(br.body).toString()).toBe(expected);
      expect(br.headers["etag"]).not.toBe(whole.headers["etag"]);
      const head = await client.request(`/${file}`, { ":method": "HEAD" });
      expect(head.headers["content-length"]).toBe(String(expected.length));
      for (const range of ["10-20", "0-14", "15-15", "20-200", "61-99", "-10", "0-"]) {
        const part = await client.request(`/${file}`, { range: `bytes=${range}` });
        const [first = "", last = ""] = range.split("-");
        const from = first === "" ? expected.length - Number(last) : Number(first);
        const to = first === "" || last === "" ? expected.length : Number(last) + 1;
        expect([part.status, part.body.toString()]).toEqual([206, expected.slice(from, to)]);
      }
      const again = await client.request(`/${file}`, { "if-none-match": String(whole.headers["etag"]) });
      expect(again.status).toBe(304);
    },
  );

  test("has another entity tag than the file as it is", async () => {
    const { root, client } = await serve(pages);
    const plain = await connect((await startServer({ root })).port);
    const tags = await Promise.all([client, plain].map(async (from) => (await from.request("/")).headers["etag"]));
    expect(tags[0]).not.toBe(tags[1]);
  });

  test("is not taken from a file that was compressed beforehand", async () => {
    const { client } = await serve({
      "index.html": "<p>a",
      "index.html.gz": "no",
      "a.css": "p {}",
      "a.css.gz": gzipSync("p {}"),
    });
    const accept = { "accept-encoding": "gzip" };
    expect((await client.request("/", accept)).body.toString()).toBe(`${SCRIPT}<p>a`);
    // Too short to be compressed by us.
    const coded = await client.request("/a.css", accept);
    expect([coded.headers["content-encoding"], coded.body]).toEqual(["gzip", gzipSync("p {}")]);
  });

  test("of an error, and of a single-page application, has the script too", async () => {
    const errors = await serve({ "404.html": "<p>no" });
    expect((await errors.client.request("/none")).body.toString()).toBe(`${SCRIPT}<p>no`);
    const single = await serve({ "index.html": "<p>app" }, { single: true });
    const page = await single.client.request("/none", { accept: "text/html" });
    expect(page.body.toString()).toBe(`${SCRIPT}<p>app`);
  });

  test("needs the script no more than before: it is neither linked nor pushed", async () => {
    const { server, client } = await serve();
    expect(String((await client.request("/")).headers["link"])).not.toContain(".h2push");
    const pushed = await connect(server.port);
    await pushed.page("/");
    expect(pushed.pushes.map(({ path }) => path).sort()).toEqual(["/a.css", "/a.js", "/b.css"]);
  });

  test("and what it needs are asked for again each time, whatever --cache says", async () => {
    for (const cache of [undefined, 3600, "immutable"] as const) {
      const { client } = await serve(site, cache === undefined ? {} : { cache });
      for (const path of ["/", "/a.css", "/a.js"]) {
        expect((await client.request(path)).headers["cache-control"]).toBe("no-cache");
      }
    }
  });
});

describe("an event stream", () => {
  test("is one to every reader, and never compressed", async () => {
    const { client } = await serve();
    const source = await listen(client, address("/"), { "accept-encoding": "br, gzip" });
    expect(source.headers).toMatchObject({
      ":status": 200,
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
    });
    expect(source.headers["content-encoding"]).toBeUndefined();
    expect((await source.next()).event).toBe("hello");
  });

  test("is refused to other hosts and other methods", async () => {
    const { client } = await serve();
    expect((await client.request(address("/"), { ":authority": "evil.example" })).status).toBe(421);
    expect((await client.request(address("/"), { ":method": "POST" })).status).toBe(405);
  });

  test.each([
    ["its own file", "index.html", "reload", ["/"]],
    ["a script", "a.js", "reload", ["/a.js"]],
    ["a stylesheet", "a.css", "css", ["/a.css"]],
    ["an imported stylesheet", "b.css", "css", ["/b.css"]],
    ["a file that was missing", "missing.js", "reload", ["/missing.js"]],
  ])("tells a page of a change of %s", async (_what, file, event, paths) => {
    const { client, write } = await serve();
    const { source } = await open(client);
    await write(file, "changed");
    expect(await source.next()).toMatchObject({ event, data: JSON.stringify(paths) });
  });

  test("says nothing of what the page does not need", async () => {
    const { client, write, server } = await serve();
    const { source } = await open(client);
    await write("unused.js", "2");
    server.invalidate();
    await write("a.css", "p {}");
    expect((await source.next()).data).toBe(`["/a.css"]`);
  });

  test("tells once of 200 edits, and of what came after them", async () => {
    const { client, write } = await serve();
    const { source } = await open(client);
    for (let edit = 0; edit < 200; edit++) await write(edit % 2 === 0 ? "a.css" : "b.css", `p { width: ${edit}px }`);
    const change = await source.next();
    expect([change.event, JSON.parse(change.data)]).toEqual(["css", ["/a.css", "/b.css"]]);
    await write("a.js", "2");
    expect(await source.next()).toMatchObject({ event: "reload", data: `["/a.js"]` });
  });

  test("tells of what an editor writes beside and renames, time and again", async () => {
    const { root, client, write } = await serve();
    for (const text of ["second", "third", "fourth"]) {
      const { source } = await open(client);
      await write("index.html~", text);
      await rename(join(root, "index.html~"), join(root, "index.html"));
      expect((await source.next()).event).toBe("reload");
      expect((await client.request("/")).body.toString()).toBe(SCRIPT + text);
      source.close();
    }
  });

  test("tells once of a build that deletes the directory and writes it anew, when the page is there", async () => {
    const { root, client } = await serve();
    for (const text of ["second", "third"]) {
      const { source } = await open(client);
      const built = await writeSite({ ...site, "index.html": text });
      await rm(root, { recursive: true });
      await mkdir(root);
      for (const file of ["a.js", "a.css", "b.css"]) await cp(join(built, file), join(root, file));
      await writeFile(join(root, "index.html"), "");
      await cp(join(built, "index.html"), join(root, "index.html"));
      expect((await source.next()).event).toBe("reload");
      expect((await client.request("/")).body.toString()).toBe(SCRIPT + text);
      source.close();
    }
  });

  test("tells of what changed between the page and its stream", async () => {
    const { client, write } = await serve();
    const page = await client.request("/");
    await write("a.js", "2");
    // Another one has the page as it is now.
    await client.request("/");
    const source = await listen(client, address("/", { load: loadOf(page) }));
    expect((await source.next()).event).toBe("hello");
    expect(await source.next()).toMatchObject({ event: "reload", data: `["/a.js"]` });
  });

  test("tells a page without a file of its own when the file comes", async () => {
    const { client, write } = await serve({ "404.html": "<p>no", "index.html": "<p>app" }, { single: true });
    const page = await client.request("/later", { accept: "text/html" });
    const source = await listen(client, address("/later", { load: loadOf(page) }));
    await source.next();
    await write("later.html", "<p>here");
    expect((await source.next()).event).toBe("reload");
  });

  test.each([
    ["is told nothing when all is as it was", false],
    ["is told when something has changed", true],
  ])("a page that comes back to another run of the server %s", async (_what, changes) => {
    const { root, server, client, write } = await serve();
    const { hello, source } = await open(client);
    await server.close(0);
    await source.ended;
    if (changes) await write("a.js", "2");
    const next = await startServer({ root, live: true });
    const again = await connect(next.port);
    const back = await listen(again, address("/"), { "last-event-id": hello.id });
    expect(await back.next()).toMatchObject({ event: "hello", id: hello.id });
    if (!changes) await write("a.js", "2");
    expect(await back.next()).toMatchObject({ event: "reload", data: changes ? "[]" : `["/a.js"]` });
  });

  test("that is to be brief ends when it has said whether the page is what it was", async () => {
    const { client, write } = await serve();
    const { hello } = await open(client);
    const ask = () => listen(client, address("/", { brief: "true", version: hello.id }));
    const same = await ask();
    expect((await same.next()).event).toBe("hello");
    await same.ended;
    await write("a.css", "p {}");
    await vi.waitFor(
      async () => {
        const other = await ask();
        await other.next();
        expect((await other.next()).event).toBe("reload");
      },
      { timeout: 5000 },
    );
  });

  test("that comes back when its file has gone is looked for without haste, and loads anew when there is one", async () => {
    const { root, client, write } = await serve();
    const { hello, source } = await open(client);
    source.close();
    await rm(join(root, "index.html"));
    await vi.waitFor(async () => expect((await client.request("/")).status).toBe(404), { timeout: 5000 });
    const looks = vi.spyOn(PageFiles.prototype, "look");
    const refreshes = vi.spyOn(PageFiles.prototype, "refresh");
    onTestFinished(() => void [looks, refreshes].map((spy) => spy.mockRestore()));
    const brief = await listen(client, address("/", { brief: "true", version: hello.id }));
    expect(await brief.next()).toMatchObject({ event: "hello", id: hello.id });
    await expect(brief.next()).rejects.toThrow("the stream has ended");
    const back = await listen(client, address("/"), { "last-event-id": hello.id });
    expect(await back.next()).toMatchObject({ event: "hello", id: hello.id });
    await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(2), { timeout: 5000 });
    // One for each that came back.
    expect(refreshes).toHaveBeenCalledTimes(2);
    await write("index.html", "second");
    expect(await back.next()).toMatchObject({ event: "reload", id: "" });
  });

  test("works over HTTP/1.1, and says that connections are few there", async () => {
    const { server, write } = await serve();
    const page = await http1(server.port, "/");
    expect(page.body.toString()).toContain(SCRIPT);
    const source = await listen1(server.port, address("/"));
    expect(await source.next()).toMatchObject({ event: "hello", data: "few connections" });
    await write("index.html", "second");
    expect((await source.next()).event).toBe("reload");
  });

  test("works without a watch, with a manifest, and when the library says that it has written", async () => {
    for (const options of [{ watch: false }, { manifest: "manifest.json" }]) {
      const manifest = JSON.stringify({ version: 1, pages: { "/": [{ target: "/a.css", as: "style", bytes: 1 }] } });
      const root = await writeSite({ ...site, "manifest.json": manifest });
      const given = "manifest" in options ? { manifest: join(root, "manifest.json") } : options;
      const server = await startServer({ root, live: true, ...given });
      const { source } = await open(await connect(server.port, { settings: { enablePush: false } }));
      await writeFile(join(root, "a.css"), "p {}");
      server.invalidate();
      expect(await source.next()).toMatchObject({ event: "css", data: `["/a.css"]` });
    }
  });

  test("ends with the server", async () => {
    const { client, server } = await serve();
    const { source } = await open(client);
    await server.close(60_000);
    await source.ended;
  });

  test("does not hold up the scan ahead", async () => {
    const pages = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`${n}.html`, "<p>page"]));
    let scanned = () => {};
    const scan = new Promise<void>((resolve) => (scanned = resolve));
    const { client } = await serve({ ...site, ...pages }, { onScan: scanned });
    await open(client);
    await scan;
  });
});

test("says once which policy keeps a page from being told", async () => {
  const forbids = `<meta http-equiv=content-security-policy content="default-src 'none'">`;
  const { client, notices } = await serve({ "index.html": forbids, "fine.html": "<p>fine" });
  for (const path of ["/", "/", "/fine.html"]) await client.request(path);
  expect(notices).toEqual(["/ does not reload by itself, its content security policy forbids it: default-src 'none'"]);
});

test("the log leaves the script and the streams out, but with --verbose", async () => {
  const root = await writeSite(site);
  for (const [flags, logged] of [
    [[], false],
    [["--verbose"], true],
  ] as const) {
    const cli = await startCli([root, "--live", "-p", "0", ...flags]);
    const client = await connect(await cli.port());
    await client.request("/.h2push/live.js");
    await client.request("/a.js");
    await cli.prints(/GET \/a\.js/);
    expect(cli.stdout.includes("/.h2push/")).toBe(logged);
  }
});

describe("a page that is not there", () => {
  const html = { accept: "text/html" };

  async function openMissing(client: H2Client, page: string) {
    const answer = await client.request(page, html);
    const source = await listen(client, address(page, { load: loadOf(answer) }));
    await source.next();
    return { answer, source };
  }

  test("has the script and a policy that lets it run, for a browser alone", async () => {
    const { client } = await serve();
    const answer = await client.request("/none.html", html);
    expect([answer.status, answer.body.toString()]).toEqual([404, expect.stringContaining(SCRIPT)]);
    expect(answer.headers["content-security-policy"]).toMatch(/script-src 'self'; connect-src 'self'/);
    expect(loadOf(answer)).not.toBe("");
    const plain = await client.request("/none.html");
    expect(plain.body.toString()).not.toContain("<script");
    expect(plain.headers["content-security-policy"]).not.toContain("script-src");
  });

  test.each(["/new.html", "/new", "/", "/deep/new.html"])("loads anew when %s appears", async (page) => {
    const { root, client } = await serve({ "a.txt": "" });
    const { source } = await openMissing(client, page);
    const file = { "/new": "new.html", "/": "index.html" }[page] ?? page.slice(1);
    await mkdir(join(root, "deep"), { recursive: true });
    await writeFile(join(root, file), "the page");
    expect(await source.next()).toMatchObject({ event: "reload" });
    expect((await client.request(page, html)).status).toBe(200);
  });

  test("loads anew when its file appeared before it listened", async () => {
    const { client, write } = await serve({ "a.txt": "" });
    const answer = await client.request("/new.html", html);
    await write("new.html", "the page");
    const source = await listen(client, address("/new.html", { load: loadOf(answer) }));
    expect((await source.next()).event).toBe("hello");
    expect(await source.next()).toMatchObject({ event: "reload" });
  });
});

test("a file is looked at once for all pages that rest on it: they see its change at the same time", async () => {
  const { client } = await serve();
  await Promise.all([open(client), open(client)]);
  const looks = vi.spyOn(PageFiles.prototype, "look");
  const files = vi.spyOn(SiteLookup.prototype, "invalidate");
  onTestFinished(() => void [looks, files].map((spy) => spy.mockRestore()));
  await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(1), { timeout: 10_000 });
  const asked = files.mock.calls.filter(([target]) => target === "/b.css");
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThanOrEqual(looks.mock.calls.length);
});

test("the log says what changed, and how many pages took it", async () => {
  const root = await writeSite(site);
  for (const log of ["pretty", "json"]) {
    const cli = await startCli([root, "-p", "0", "--live", "--log", log]);
    const says = log === "pretty" ? cli.prints : cli.says;
    const [one, two] = await Promise.all([0, 1].map(async () => connect(await startedPort(cli, log))));
    if (one === undefined || two === undefined) throw new Error("no client");
    await Promise.all([open(one), open(two)]);
    await writeFile(join(root, "b.css"), `p { color: ${log} }`);
    await says(/^changed b\.css: 2 pages swapped it$/m);
    await writeFile(join(root, "a.js"), log);
    await says(/^changed a\.js: 2 pages reloaded$/m);
    expect(log === "pretty" ? cli.stderr : cli.stdout).not.toContain("changed");
  }
});

/** The port of a server whose start is on standard error where the log goes to a program. */
async function startedPort(cli: Cli, log: string): Promise<number> {
  return log === "pretty" ? cli.port() : Number((await cli.says(/https:\/\/\S*:(\d+)\//))[1]);
}

test.each<[change: Parameters<typeof liveLine>[0], line: string]>([
  [{ kind: "css", paths: ["/css/site.css"], pages: 2 }, "changed css/site.css: 2 pages swapped it"],
  [{ kind: "css", paths: ["/a.css", "/b.css"], pages: 1 }, "changed a.css, b.css: 1 page swapped them"],
  [{ kind: "reload", paths: ["/"], pages: 1 }, "changed index.html: 1 page reloaded"],
  [
    { kind: "reload", paths: ["/a/", "/b", "/c", "/d", "/e"], pages: 3 },
    "changed a/index.html, b, c and 2 more: 3 pages reloaded",
  ],
])("of %j the line is %j", (change, line) => {
  expect(liveLine(change)).toBe(line);
});
