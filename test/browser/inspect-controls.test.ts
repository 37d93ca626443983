import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { InspectedLoad } from "../../src/inspect/loads/types.js";
import { connect } from "../support/h2.js";
import { expectHar } from "../support/har.js";
import { loadSite, serveInspected } from "../support/inspected-site.js";
import { openTab, type Tab } from "../support/tabs.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe.each([
  ["Chromium", openTab.Chromium],
  ["Firefox", openTab.Firefox],
])("the controls of the inspector in %s", (name, openBrowser) => {
  if (openBrowser === undefined) console.warn(`skipped: the inspector in ${name} (it is not installed)`);
  const inBrowser = test.skipIf(openBrowser === undefined);
  let tab: Tab;

  beforeAll(async () => {
    if (openBrowser !== undefined) tab = await openBrowser();
    await tab?.resize(1280, 800);
  });

  afterAll(() => tab?.close());

  afterEach(() => expect(tab?.complaints.splice(0) ?? []).toEqual([]));

  const find = (selector: string) => `document.querySelector(${JSON.stringify(selector)})`;
  const all = (selector: string) => `document.querySelectorAll(${JSON.stringify(selector)})`;
  /** What comes of an expression; a page that loads anew meanwhile is asked again. */
  const poll = (expression: string) => expect.poll(() => tab.evaluate(expression), { timeout: 10_000 });
  const says = (selector: string) => poll(`${find(selector)}?.textContent ?? null`);
  const texts = (selector: string) => poll(`Array.from(${all(selector)}, ({ textContent }) => textContent)`);
  const count = (selector: string) => poll(`${all(selector)}.length`);
  const is = (selector: string, property: string) => poll(`${find(selector)}?.${property}`);
  const isFocused = (selector: string) => poll(`document.activeElement === ${find(selector)}`).toBe(true);
  const focus = (selector: string) => tab.evaluate(`${find(selector)}.focus()`);

  /** By keyboard, as in every browser: down until it is chosen. */
  async function choose(selector: string, value: string): Promise<void> {
    await focus(selector);
    const most = Number(await tab.evaluate(`${find(selector)}.options.length`));
    for (let time = 0; time < most && (await tab.evaluate(`${find(selector)}.value`)) !== value; time++)
      await tab.press("ArrowDown");
    await is(selector, "value").toBe(value);
  }

  async function press(selector: string, key: "Enter"): Promise<void> {
    await focus(selector);
    await tab.press(key);
  }

  async function open(port: number, query = ""): Promise<void> {
    await tab.go(`https://localhost:${port}/.h2push/${query}`);
    await count("#status.live").toBe(1);
  }

  inBrowser("a load is shown as it happens, with what was decided, and kept in three formats", async () => {
    const { port } = await serveInspected();
    await open(port, "?lang=en");
    await is("#loads-none", "hidden").toBe(false);
    await loadSite(port);
    await texts(".waterfall tbody th").toEqual(["/", "/a.css", "/b.css"]);
    await texts(".waterfall tbody .means").toEqual(["the page", "pushed", "pushed"]);
    await is("#loads-none", "hidden").toBe(true);
    await says("#load .notes").toContain("Nothing was left out");
    const har = await tab.keep('.keep a[href$=".har"]');
    expect(har.name).toBe("h2push-load-1.har");
    const origin = `https://localhost:${port}`;
    expect(expectHar(har.text)).toEqual([`${origin}/`, `${origin}/a.css`, `${origin}/b.css`]);
    const svg = await tab.keep('.keep a[href$=".svg"]');
    expect(svg.name).toBe("h2push-load-1.svg");
    const parsed = `new DOMParser().parseFromString(${JSON.stringify(svg.text)}, "image/svg+xml")`;
    expect(await tab.evaluate(`${parsed}.querySelectorAll("svg > rect").length`)).toBe(7);
    const json = await tab.keep('.keep a[href$=".json"]');
    expect(json.name).toBe("h2push-load-1.json");
    const load: InspectedLoad = JSON.parse(json.text);
    expect(load.requests.map(({ means }) => means)).toEqual(["page", "push", "push"]);
    await count("#status.live").toBe(1);
  });

  inBrowser("the keyboard alone chooses a load, opens settings, filters frames and shows one", async () => {
    const { port } = await serveInspected();
    await open(port, "?lang=en");
    await tab.press("Tab");
    await isFocused(".skip");
    await tab.press("Enter");
    await isFocused("#loads-title");
    await loadSite(port);
    await loadSite(port);
    await count("#loads-list button").toBe(2);
    await press("#loads-list button", "Enter");
    await is("#loads-list button", "getAttribute('aria-current')").toBe("true");
    await says("#load caption").toContain("/");
    const row = "#connections-table tbody tr:first-child";
    for (const side of [1, 2]) {
      await press(`${row} details:nth-child(${side}) summary`, "Enter");
      await is(`${row} details:nth-child(${side})`, "open").toBe(true);
    }
    await says(`${row} details:first-child dl`).toContain("INITIAL_WINDOW_SIZE65535");
    await press(`${row} button`, "Enter");
    await count("#frames-rows tr").toBeGreaterThan(10);
    await isFocused("#frames-title");
    await count("#windows path.connection").toBe(1);
    await choose("#frames-type", "PUSH_PROMISE");
    await count("#frames-rows tr").toBe(2);
    await choose("#frames-stream", "2");
    await says("#frames-count").toBe("1 frames");
    await count("#windows path.stream").toBe(1);
    await press("#frames-rows button", "Enter");
    await is("dialog", "open").toBe(true);
    await says("dialog").toMatch(/Frame \d+: PUSH_PROMISE.*:path\/a\.css.*0000 {2}00 00 00 02/s);
    await tab.press("Escape");
    await is("dialog", "open").toBe(false);
    await isFocused("#frames-rows button");
  });

  inBrowser("a pointer chooses a load and a connection, and a frame by any part of its row", async () => {
    const { port } = await serveInspected();
    await open(port, "?lang=en");
    await loadSite(port);
    await loadSite(port);
    await count("#loads-list button").toBe(2);
    await tab.click("#loads-list button");
    await is("#loads-list button", "getAttribute('aria-current')").toBe("true");
    await tab.click("#connections-table tbody details summary");
    await is("#connections-table tbody details", "open").toBe(true);
    await tab.click("#connections-table tbody button");
    await says("#frames-caption").toContain("3");
    await choose("#frames-type", "HEADERS");
    await tab.click("#frames-rows td");
    await is("dialog", "open").toBe(true);
    await says("dialog pre").toMatch(/^0000 {2}/);
    await tab.click("dialog button");
    await is("dialog", "open").toBe(false);
  });

  inBrowser("two hundred frames are shown at first, and then more", async () => {
    const { port } = await serveInspected();
    await open(port, "?lang=en");
    const client = await connect(port, { settings: { enablePush: false } });
    for (let time = 0; time < 80; time++) await client.request("/b.css");
    client.session.close();
    await count("#connections-table tr.closed").toBe(1);
    await tab.click("#connections-table button");
    await count("#frames-rows tr").toBe(200);
    await tab.click("#frames-more");
    await count("#frames-rows tr").toBeGreaterThan(200);
    await is("#frames-more", "hidden").toBe(true);
  });

  inBrowser("the language is switched", async () => {
    const { port } = await serveInspected();
    await open(port, "?lang=en");
    await says("h1").toBe("What the server does");
    await tab.click("a[hreflang=zh]");
    await says("h1").toBe("服务器在做什么");
    await is("a[hreflang=zh]", "getAttribute('aria-current')").toBe("true");
    await count("#status.live").toBe(1);
    await tab.click("a[hreflang=en]");
    await says("h1").toBe("What the server does");
    await count("#status.live").toBe(1);
  });

  inBrowser.each([1280, 320])("axe-core finds nothing at a width of %i", async (width) => {
    const { port } = await serveInspected();
    await tab.resize(width, 740);
    await open(port);
    await loadSite(port);
    await count("#loads-list li").toBe(1);
    await tab.click("#connections-table button");
    await count("#frames-rows tr").toBeGreaterThan(10);
    await tab.click("#frames-rows button");
    await is("dialog", "open").toBe(true);
    const found = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html].join(" ")))`;
    expect(await tab.evaluate(`(() => { ${axe}; return ${found}; })()`)).toEqual([]);
    expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  });

  inBrowser("a server that begins anew is shown by itself: what the last one had told is gone", async () => {
    const first = await serveInspected();
    await open(first.port, "?lang=en");
    await loadSite(first.port);
    await loadSite(first.port);
    await count("#loads-list li").toBe(2);
    await first.close(0);
    await says("#status").toBe("The server is not there. It is tried again.");
    const second = await serveInspected(first.port);
    await count("#status.live").toBe(1);
    await count("#loads-list li").toBe(0);
    await loadSite(second.port);
    await count("#loads-list li").toBe(1);
    await texts(".waterfall tbody th").toEqual(["/", "/a.css", "/b.css"]);
    // That nobody answered is what both write down.
    const others = tab.complaints
      .splice(0)
      .filter((one) => !/ERR_CONNECTION_REFUSED|can.t establish|interrupted/.test(one));
    expect(others).toEqual([]);
  });
});
