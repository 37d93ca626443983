import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoRoutes, demoSite } from "../../src/demo/index.js";
import { createServer, type Server } from "../../src/index.js";
import { firefoxPath } from "../support/browsers.js";
import { startFirefox, type Firefox } from "../support/firefox.js";
import { testCertificate } from "../support/server.js";

describe.skipIf(firefoxPath === undefined)("h2push --demo in a fresh Firefox", () => {
  let home: string;
  let firefox: Firefox;
  let server: Server;
  let url: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    const certificate = await testCertificate();
    server = createServer({ port: 0, certificate, root: demoSite, routes: demoRoutes({ certificate }) });
    ({ url } = await server.listen());
    home = await mkdtemp(join(tmpdir(), "h2push-firefox-"));
    firefox = await startFirefox(firefoxPath ?? "", { home, profile: home, acceptInsecureCerts: true });
    await firefox.bidi.send("session.subscribe", { events: ["log.entryAdded"] });
    firefox.bidi.onEvent((_, params) => {
      const { level, text }: { level?: string; text?: string } = Object(params);
      if (level === "error" || level === "warn") complaints.push(`${level}: ${text}`);
    });
  });

  afterAll(async () => {
    await firefox?.close();
    await server?.close(0);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const go = (path: string) =>
    firefox.bidi.send("browsingContext.navigate", { context: firefox.context, url: url + path, wait: "complete" });

  /** What an expression says in the page; as if somebody had clicked, so that it may open a window. */
  async function evaluate(expression: string): Promise<string> {
    const target = { context: firefox.context };
    const options = { expression, target, awaitPromise: true, userActivation: true };
    const { result }: { result?: { value?: unknown } } = Object(await firefox.bidi.send("script.evaluate", options));
    return String(result?.value);
  }

  const click = (id: string) => evaluate(`document.getElementById("${id}").click()`);
  const says = (id: string) =>
    expect.poll(() => evaluate(`document.getElementById("${id}").textContent`), { timeout: 40_000 });

  test("runs every lesson, and complains of nothing", async () => {
    await go("?lang=en");
    await says("push-status").toContain("This browser takes no pushes");
    await click("network-run");
    await says("network-status").toMatch(
      /^Measured: .* with nothing said, .* with Link, .* with a 103, .* with pushes\.$/,
    );
    await says("network-verdict").toContain("Push took");
    await click("fetch-send");
    await says("fetch-status").toMatch(/over HTTP\/2 and .* over HTTP\/1\.1\.$/);
    await click("priority-run");
    await says("priority-status").toMatch(/^Among equals, the ninth/);
    await evaluate(`document.getElementById("events-every").value = 0`);
    await click("events-start");
    await says("events-count").toMatch(/^\d{2}/);
    await click("events-break");
    await says("events-breaks").toBe("1");
    await says("events-status").toContain("because the browser sent Last-Event-ID");
    await says("events-missed").toBe("0");
    await click("events-stop");
    await click("chat-cut");
    await click("chat-send");
    await says("chat-client").toMatch(/over 2 requests$/);
    await expect
      .poll(() => evaluate(`document.getElementById("chat-send").disabled`), { timeout: 40_000 })
      .toBe("false");
    await click("chat-send");
    await says("chat-client").toMatch(/^[3-9] of/);
    await click("chat-stop");
    await says("chat-server").toContain("the client had gone");
    await click("echo-open");
    await says("echo-status").toMatch(/^It came over HTTP\/(?:2|1\.1): /);
    console.warn(`Firefox's WebSocket: ${await evaluate(`document.getElementById("echo-status").textContent`)}`);
    await click("echo-send");
    await says("echo-log").toContain("back after");
    await click("echo-ping");
    await says("echo-log").toContain("pong was there after");
    await evaluate(`document.getElementById("echo-code").value = "4002"`);
    await click("echo-close");
    await says("echo-status").toContain("Closed with code 4002 (goodbye)");
    await click("room-enter");
    await says("room-status").toContain("In the room: 1.");
    await click("room-send");
    await says("room-log").toContain("You: Hello");
    await click("room-leave");
    await says("room-status").toBe("You are outside.");
    await click("pressure-run");
    await says("pressure-status").toMatch(/^All 8\.0 MB are read/);
    expect(complaints).toEqual([]);
  });

  test.each([
    ["?lang=zh", "页面，连同它所需要的一切"],
    ["about.html?lang=zh", "从请求到字节"],
  ])("speaks Chinese at /%s", async (path, heading) => {
    await go(path);
    await expect.poll(() => evaluate(`document.querySelector("h1").textContent`)).toBe(heading);
    expect(await evaluate("getComputedStyle(document.body).visibility")).toBe("visible");
    expect(complaints).toEqual([]);
  });
});
