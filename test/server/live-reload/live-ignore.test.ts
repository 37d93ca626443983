import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ignoredBy } from "../../../src/server/live-reload/ignored-files.js";
import { runCli, startCli } from "../../support/cli.js";
import { listen } from "../../support/event-source.js";
import { connect } from "../../support/h2.js";
import { writeSite } from "../../support/site.js";

test.each([
  ["*.map", ["a.map", "js/a.map"], ["a.js"]],
  ["drafts", ["drafts/a.css", "docs/drafts/b.css", "drafts"], ["drafts.css"]],
  ["drafts/", ["drafts/a.css"], ["draft/a.css"]],
  ["/drafts", ["drafts/a.css"], ["docs/drafts/b.css"]],
  ["js/*.gen.js", ["js/a.gen.js"], ["a.gen.js", "js/b/a.gen.js"]],
  ["js/**", ["js/a.js", "js/b/.c.js"], ["css/a.css"]],
  ["!a.js", [], ["a.js", "b.js"]],
])("%s leaves out %j, and not %j", (pattern, out, kept) => {
  const ignores = ignoredBy([pattern]);
  expect(out.filter((path) => !ignores(path))).toEqual([]);
  expect(kept.filter(ignores)).toEqual([]);
});

async function watching(...flags: string[]) {
  const root = await writeSite({
    "index.html": `<!doctype html><link rel=stylesheet href=/a.css><script src=/gen/b.js></script>`,
    "a.css": "a {}",
    "gen/b.js": "1",
  });
  const cli = await startCli([root, "-p", "0", "--live", ...flags]);
  const client = await connect(await cli.port(), { settings: { enablePush: false } });
  await client.request("/");
  const source = await listen(client, "/.h2push/live?page=%2F&load=&version=");
  expect((await source.next()).event).toBe("hello");
  return { cli, source, write: (file: string, text: string) => writeFile(join(root, file), text) };
}

test("a change of a file that --live-ignore names reloads nothing, another one does", async () => {
  const { cli, source, write } = await watching("--live-ignore", "gen/");
  await write("gen/b.js", "22");
  await write("a.css", "a { color: red }");
  expect(await source.next()).toMatchObject({ event: "css", data: `["/a.css"]` });
  await write("gen/b.js", "333");
  await write("index.html", "<p>other");
  expect(await source.next()).toMatchObject({ event: "reload" });
  await cli.prints(/^changed a\.css: 1 page swapped it\s+changed index\.html: 1 page reloaded$/m);
});

test("--live-delay gathers what changes within it into one reload", async () => {
  const { cli, source, write } = await watching("--live-delay", "700");
  const began = performance.now();
  await write("a.css", "a { color: red }");
  await cli.prints(/./);
  // A page that waits for 100 ms would be told twice.
  while (performance.now() - began < 400) await new Promise((resolve) => setImmediate(resolve));
  await write("gen/b.js", "22");
  expect(await source.next()).toMatchObject({ event: "reload", data: `["/a.css","/gen/b.js"]` });
  expect(performance.now() - began).toBeGreaterThan(1000);
});

test.each([
  [["--live-ignore", "/"], "error: not a glob: \"/\"\nfor example --live-ignore '*.map'\n"],
  [["--live-delay", "fast"], "error: not a number of milliseconds: fast\nit must be a whole number from 0 to 60000\n"],
])("%j is refused", async (flags, stderr) => {
  expect(await runCli([".", ...flags])).toMatchObject({ code: 2, stderr });
});
