import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

import { expect, onTestFinished, test, vi } from "vitest";

import { DEFAULT_VIEWPORT } from "../../../src/scanner/css/media-queries.js";
import { SiteRules } from "../../../src/server/middleware/site-rules.js";
import { SiteLookup } from "../../../src/server/files/site-lookup.js";
import { LazyScanner } from "../../../src/server/scan/lazy-scanner.js";
import { openTree } from "../../../src/files/tree.js";
import { writeSite } from "../../support/site.js";

vi.mock("../../../src/io/loop-time.js", () => ({ loopTime: () => performance.now() }));

interface Clock {
  /** Milliseconds since the test began. */
  now: number;
}

/** A clock that stands still, so that nothing grows old by itself. */
function stopClock(): Clock {
  const clock = { now: 0 };
  const start = performance.now();
  const spy = vi.spyOn(performance, "now").mockImplementation(() => start + clock.now);
  onTestFinished(() => spy.mockRestore());
  return clock;
}

async function openSite(files: Readonly<Record<string, string | Uint8Array>>, watch: boolean) {
  const root = await writeSite(files);
  const tree = await openTree(root);
  const notices: string[] = [];
  const errors: unknown[] = [];
  onTestFinished(() => expect(errors).toEqual([]));
  const told = { notice: () => undefined, report: () => undefined };
  const rules = new SiteRules({ root, fields: [], ...told });
  const lookup = new SiteLookup({ tree, rules, single: undefined, list: false, elsewhere: () => undefined });
  const scanner = new LazyScanner(lookup, {
    viewport: DEFAULT_VIEWPORT,
    compressed: true,
    watch,
    notice: (text) => notices.push(text),
    report: (error) => errors.push(error),
  });
  onTestFinished(() => scanner.close());
  const targets = async (): Promise<string[]> => {
    const file = await tree.find("/");
    if (file.kind !== "file") throw new Error("the site has no index.html");
    return (await scanner.page("/", file)).entries.map(({ target }) => target);
  };
  return { root, targets, notices, scanner };
}

test("sees a change at most 580 ms later without a watch, however often it is asked and however busy the process is", async () => {
  const clock = stopClock();
  const { root, targets } = await openSite({ "index.html": `<link rel=stylesheet href=a.css>`, "a.css": "" }, false);
  expect(await targets()).toEqual(["/a.css"]);
  await writeFile(join(root, "a.css"), `@import "b.css"`);
  await writeFile(join(root, "b.css"), "");
  // No time goes by but here: no look at the disk ends before it is asked for again.
  for (clock.now = 1; clock.now < 581; clock.now += 10) await targets();
  clock.now = 581;
  expect(await targets()).toEqual(["/a.css", "/b.css"]);
});

test("sees a change by the watch alone, while nothing has grown old", async () => {
  stopClock();
  const { root, targets } = await openSite({ "index.html": `<link rel=stylesheet href=a.css>`, "a.css": "" }, true);
  expect(await targets()).toEqual(["/a.css"]);
  await writeFile(join(root, "b.css"), "");
  for (let time = 0; (await targets()).length < 2; time += 1) {
    await writeFile(join(root, "a.css"), `/* ${time} */ @import "b.css"`);
    await turn();
  }
  expect(await targets()).toEqual(["/a.css", "/b.css"]);
});

test("sees at once what was written before it was told to look again", async () => {
  stopClock();
  const { root, targets, scanner } = await openSite({ "index.html": "<img src=a.png>" }, false);
  expect(await targets()).toEqual([]);
  await writeFile(join(root, "a.png"), "");
  scanner.invalidate();
  expect(await targets()).toEqual(["/a.png"]);
});

test("says once that of a long file only the beginning was scanned", async () => {
  const long = Buffer.alloc(17 * 1024 * 1024, " ");
  const { targets, notices } = await openSite(
    { "index.html": "<script type=module src=js/long.js></script>", "js/long.js": long },
    false,
  );
  await targets();
  await targets();
  expect(notices).toEqual([`only the first 16 MB of ${join("js", "long.js")} were scanned for what they refer to`]);
});
