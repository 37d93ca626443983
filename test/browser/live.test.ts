import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { startFirefox } from "../support/firefox.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

/** A tab of a browser. */
interface Tab {
  goto(url: string): Promise<unknown>;
  /** The value of an expression in the page, as a string. */
  value(expression: string): Promise<string>;
}

interface Browser {
  newTab(): Promise<Tab>;
  close(): Promise<void>;
}

async function startChromium(flags: readonly string[] = []): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...flags];
  const browser = await chromium.launch({ executablePath: chromiumPath ?? "", args });
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  return {
    async newTab() {
      const page = await context.newPage();
      return { goto: (url) => page.goto(url), value: (expression) => page.evaluate(`String(${expression})`) };
    },
    close: () => browser.close(),
  };
}

async function startBidiFirefox(): Promise<Browser> {
  const home = await mkdtemp(join(tmpdir(), "h2push-firefox-"));
  const profile = join(home, "profile");
  await mkdir(profile);
  const { bidi, close } = await startFirefox(firefoxPath ?? "", { home, profile, acceptInsecureCerts: true });
  return {
    async newTab() {
      const created = JSON.stringify(await bidi.send("browsingContext.create", { type: "tab" }));
      const context = /"context":"([^"]+)"/.exec(created)?.[1];
      const target = { target: { context }, awaitPromise: false };
      return {
        goto: (url) => bidi.send("browsingContext.navigate", { context, url, wait: "complete" }),
        async value(expression) {
          const evaluated = await bidi.send("script.evaluate", { expression: `String(${expression})`, ...target });
          return /"type":"string","value":"([^"]*)"/.exec(JSON.stringify(evaluated))?.[1] ?? "";
        },
      };
    },
    async close() {
      await close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const sheets: Readonly<Record<string, string>> = {
  "css/site.css": `@import "colours.css"; p { width: 100px }`,
  "css/colours.css": "p { color: rgb(1, 0, 0) }",
};

const html = (text: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>live</title>
<link rel="stylesheet" href="/css/site.css"></head><body><p>${text}</p></body></html>`;

const site = { "index.html": html("first"), ...sheets };

/** A page that is being loaded anew may not answer. */
const PATIENCE = { timeout: 20_000, interval: 20 };

const width = `getComputedStyle(document.querySelector("p")).width`;
const colour = `getComputedStyle(document.querySelector("p")).color`;
const text = `document.body.textContent.trim()`;

describe.each([
  ["Chromium", chromiumPath, startChromium],
  ["Firefox", firefoxPath, startBidiFirefox],
] as const)("--live in %s", (_name, path, start) => {
  let browser: Browser | undefined;
  afterAll(() => browser?.close());

  /** A site in a tab, whose stream has begun. */
  async function open(files: Readonly<Record<string, string>>) {
    const root = await writeSite(files);
    const server = await startServer({ root, live: true });
    browser ??= await start();
    const tab = await browser.newTab();
    await tab.goto(`${server.origin}/`);
    await tab.value(`(globalThis.kept = "kept")`);
    const write = (file: string, content: string) => writeFile(join(root, file), content);
    const shows = (expression: string, value: string) =>
      vi.waitFor(async () => expect(await tab.value(expression)).toBe(value), PATIENCE);
    const loads = () => server.records.filter(({ target }) => target === "/").length;
    return { root, server, tab, write, shows, loads };
  }

  const reloaded = `globalThis.kept === undefined && document.readyState === "complete"`;

  test.skipIf(path === undefined)("loads a page anew when it changed", async () => {
    const { write, shows, loads } = await open(site);
    await write("index.html", html("second"));
    await shows(text, "second");
    await shows(reloaded, "true");
    expect(loads()).toBe(2);
  });

  test.skipIf(path === undefined)("swaps a stylesheet, and one that it imports, and keeps the page", async () => {
    const { tab, write, shows, loads } = await open(site);
    await write("css/site.css", `@import "colours.css"; p { width: 200px }`);
    await shows(width, "200px");
    await write("css/colours.css", "p { color: rgb(2, 0, 0) }");
    await shows(colour, "rgb(2, 0, 0)");
    await shows(`document.querySelectorAll("link").length`, "1");
    await write("css/site.css", `@import "colours.css"; p { width: 300px }`);
    await shows(width, "300px");
    await shows(colour, "rgb(2, 0, 0)");
    expect(await tab.value("globalThis.kept")).toBe("kept");
    expect(loads()).toBe(1);
  });

  test.skipIf(path === undefined)("loads a page anew once for 200 edits in a burst", async () => {
    const { write, shows, loads } = await open({
      ...site,
      "app.js": "",
      "index.html": `${html("first")}<script src="app.js"></script>`,
    });
    for (let edit = 0; edit < 200; edit++) await write("app.js", `globalThis.edit = ${edit};`);
    await shows(reloaded, "true");
    await shows("globalThis.edit", "199");
    // What came after it has come: a second load would have, too.
    await write("css/site.css", "p { width: 300px }");
    await shows(width, "300px");
    expect(loads()).toBe(2);
  });

  test.skipIf(path === undefined)("sees what an editor writes beside and renames", async () => {
    const { root, write, shows } = await open(site);
    for (const name of ["second", "third"]) {
      await write("index.html~", html(name));
      await rename(join(root, "index.html~"), join(root, "index.html"));
      await shows(text, name);
    }
  });

  test.skipIf(path === undefined)("sees a build that deletes the directory and writes it anew, twice", async () => {
    const { root, shows, server } = await open(site);
    for (const name of ["second", "third"]) {
      const built = await writeSite({ ...site, "index.html": html(name) });
      await rm(root, { recursive: true });
      await cp(built, root, { recursive: true });
      await shows(text, name);
    }
    expect(server.records.filter(({ target, status }) => target === "/" && status >= 400)).toEqual([]);
  });

  test.skipIf(path === undefined).each([
    ["without head and body", `<p>first`, `<p>second`],
    ["of text alone", `first`, `second`],
    ["with an unclosed comment", `<p>first<!-- <p>open`, `<p>second<!-- <p>open`],
    ["with plaintext to its end", `<p>first<plaintext></p>`, `<p>second<plaintext></p>`],
  ])("loads a page %s anew", async (_what, first, second) => {
    const { write, shows } = await open({ "index.html": first });
    await shows(`${text}.startsWith("first")`, "true");
    await write("index.html", second);
    await shows(`${text}.startsWith("second")`, "true");
  });

  const policies = [
    ["script-src 'self'", `default-src 'self'`, ""],
    ["a nonce", `default-src 'none'; script-src 'nonce-bm9uY2U'; connect-src 'self'`, ` nonce="bm9uY2U"`],
    ["strict-dynamic", `script-src 'nonce-bm9uY2U' 'strict-dynamic'; style-src 'self'`, ` nonce="bm9uY2U"`],
  ] as const;
  test.skipIf(path === undefined).each(policies)("works under a policy with %s", async (_what, policy, nonce) => {
    const page = (name: string) =>
      `<!doctype html><meta http-equiv="content-security-policy" content="${policy}"><p>${name}<script src="a.js"${nonce}></script>`;
    const { write, shows } = await open({ "index.html": page("first"), "a.js": "globalThis.ran = true" });
    await shows("globalThis.ran", "true");
    await write("index.html", page("second"));
    await shows(text, "second");
  });

  test.skipIf(path === undefined)(
    "comes back when the server was started anew, and loads what changed meanwhile",
    async () => {
      const { root, write, shows, server } = await open(site);
      await write("css/site.css", "p { width: 200px }");
      // It listens.
      await shows(width, "200px");
      await server.close(0);
      await write("index.html", html("second"));
      await startServer({ root, live: true, port: server.port });
      await shows(text, "second");
      // The script leaves no element behind.
      await shows(`document.querySelectorAll("script").length`, "0");
    },
  );
});

test.skipIf(chromiumPath === undefined)("works over HTTP/1.1 in ten tabs", async () => {
  const root = await writeSite(site);
  const server = await startServer({ root, live: true });
  const browser = await startChromium(["--disable-http2"]);
  onTestFinished(() => browser.close());
  const tabs: Tab[] = [];
  for (let count = 0; count < 10; count++) {
    const tab = await browser.newTab();
    await tab.goto(server.origin);
    tabs.push(tab);
  }
  for (const name of ["second", "third"]) {
    await writeFile(join(root, "index.html"), html(name));
    const shows = tabs.map((tab) => vi.waitFor(async () => expect(await tab.value(text)).toBe(name), PATIENCE));
    await Promise.all(shows);
  }
  expect(server.records.every(({ httpVersion }) => httpVersion === "1.1")).toBe(true);
});
