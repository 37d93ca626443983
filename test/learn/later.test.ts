import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { runCli } from "../support/cli.js";
import { connect } from "../support/h2.js";
import { ask, navigate, noPush, type Request } from "../support/loads.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const PAUSE = 800;

const script = (target: string, referer = "/app.js"): Request => [target, "script", "cors", referer];

/** A site of which a server has seen a load: `/chunk.js` within it, `/next.js` and what that imports after it. */
async function learned() {
  const root = await writeSite({
    "index.html": `<script type="module" src="/app.js"></script>`,
    "app.js": `addEventListener("click", () => import("./next.js")); if (innerWidth) import("./chunk.js");`,
    "chunk.js": "export {};",
    "next.js": "export {};",
    "deep.js": "export {};",
  });
  const learnFile = join(await writeSite({}), "learned.json");
  const server = await startServer({ root, learnFile });
  const client = await connect(server.port, noPush);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  await navigate(client);
  await ask(client, server, [script("/app.js", "/"), script("/chunk.js")]);
  vi.advanceTimersByTime(PAUSE);
  await ask(client, server, [script("/next.js"), script("/deep.js", "/next.js"), script("/next.js?token")]);
  return { root, learnFile, server, client };
}

test("what a page asks for after its load is not announced", async () => {
  const { server } = await learned();
  expect(await navigate(await connect(server.port, noPush))).toEqual(["/chunk.js"]);
});

test("manifest --explain tells what was learned, and what came later", async () => {
  const { root, learnFile, server } = await learned();
  await server.close(0);
  vi.useRealTimers();
  const explain = () => runCli(["manifest", root, "--explain", "/", "--learn-file", learnFile]);
  const { code, stdout } = await explain();
  expect(code).toBe(0);
  const lines = stdout.split("\n").map((line) => line.trim().replaceAll(/ {2,}/g, " | "));
  expect(lines.find((line) => line.startsWith("/chunk.js"))).toContain("asked for in an earlier load");
  expect(lines.slice(lines.indexOf("left out"))).toEqual([
    "left out",
    "/next.js | asked for in an earlier load, after the page had loaded",
    "/deep.js | asked for in an earlier load, after the page had loaded",
    "",
  ]);
  await writeFile(join(root, "index.html"), `<script type="module" src="/app.js"></script><p>new`);
  expect((await explain()).stdout).toContain("what was learned is of another version of the page");
});

test("what is learned is not served, also where its file was not there at the start", async () => {
  const root = await writeSite({ "index.html": "<p>", "open.json": "{}" });
  const learnFile = join(root, "learned.json");
  const { port } = await startServer({ root, learnFile, list: true });
  const { request } = await connect(port);
  for (const name of ["learned.json", "learned.json.0123456789ab.tmp"]) await writeFile(join(root, name), "{}");
  const statuses = ["/learned.json", "/learned.json.0123456789ab.tmp", "/open.json"].map(
    async (path) => (await request(path)).status,
  );
  expect(await Promise.all(statuses)).toEqual([404, 404, 200]);
});

test("--learn-file without --explain, and one that is not there, are errors", async () => {
  const root = await writeSite({ "index.html": "" });
  const without = await runCli(["manifest", root, "--learn-file", "learned.json"]);
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining("--learn-file learned.json without")]);
  const none = await runCli(["manifest", root, "--explain", "/", "--learn-file", join(root, "none.json")]);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("none.json")]);
});
