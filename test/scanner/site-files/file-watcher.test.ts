import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn, setTimeout as after } from "node:timers/promises";

import { expect, onTestFinished, test, vi } from "vitest";

import { createWatch, type Watch } from "../../../src/scanner/site-files/file-watcher.js";
import { writeSite } from "../../support/site.js";

/** Changes that are made until one is seen, each so long after the one before (milliseconds): chokidar tells of none within 50 ms of another (measured). */
const CHANGES = 200;
const PACE = 100;

interface Watched {
  readonly watch: Watch;
  readonly looks: number;
  /** Repeats a change until the watch says to look again: it begins a moment after it was asked to. */
  readonly seen: (change: (time: number) => Promise<unknown>) => Promise<void>;
}

function watched(root: string): Watched {
  const count = { looks: 0 };
  let tell: (looked: unknown) => void = () => undefined;
  const invalidate = () => {
    count.looks += 1;
    tell(undefined);
  };
  const watch = createWatch({ root, invalidate });
  onTestFinished(() => watch.close());
  return {
    watch,
    get looks() {
      return count.looks;
    },
    seen: async (change) => {
      const before = count.looks;
      for (let time = 1; count.looks === before; time += 1) {
        if (time > CHANGES) throw new Error(`nothing was seen of ${CHANGES} changes`);
        const looked = new Promise((resolve) => (tell = resolve));
        await change(time);
        if (count.looks === before) await Promise.race([looked, after(PACE)]);
      }
    },
  };
}

/**
 * With the timers stopped chokidar tells of one change of each file, however
 * many there are, and the look after the last event waits. Each event comes
 * 60 ms after the one before.
 */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 60));
  onTestFinished(() => clock.mockRestore());
}

test("looks again when a file is written, deleted, made again and replaced", async () => {
  const root = await writeSite({ "a.css": "", "b.css": "" });
  const file = join(root, "a.css");
  const site = watched(root);
  await site.watch.add([file]);
  await site.seen((time) => writeFile(file, String(time)));
  await site.seen(async (time) => {
    await rm(file, { force: true });
    await turn();
    await writeFile(file, `made again ${time}`);
  });
  await site.seen((time) => writeFile(file, `again ${time}`));
  await site.seen(async (time) => {
    await writeFile(`${file}.tmp`, `replaced ${time}`);
    await rename(`${file}.tmp`, file);
  });
  await site.seen((time) => writeFile(file, `after it was replaced ${time}`));
});

test("looks again when a file comes that was not there", async () => {
  const root = await writeSite({ "css/a.css": "" });
  const site = watched(root);
  await site.watch.add([join(root, "css/a.css"), join(root, "css/b.css"), join(root, "gone/c.css")]);
  await site.seen((time) => writeFile(join(root, "css/a.css"), String(time)));
  await site.seen(async (time) => {
    await rm(join(root, "css/b.css"), { force: true });
    await turn();
    await writeFile(join(root, "css/b.css"), String(time));
  });
});

test("looks again at the event, and once more 60 ms after it", async () => {
  stopTimers();
  const root = await writeSite({ "a.css": "" });
  const site = watched(root);
  await site.watch.add([join(root, "a.css")]);
  await site.seen((time) => writeFile(join(root, "a.css"), String(time)));
  const looks = site.looks;
  vi.advanceTimersByTime(59);
  expect(site.looks).toBe(looks);
  vi.advanceTimersByTime(1);
  expect(site.looks).toBe(looks + 1);
});

test.each([
  ["another file of the same directory", "b.css"],
  ["a package", "node_modules/p/a.js"],
])("does not look again for %s", async (_, other) => {
  stopTimers();
  const root = await writeSite({ "a.css": "", "b.css": "", "c.css": "", "d.css": "", "node_modules/p/a.js": "" });
  const site = watched(root);
  await site.watch.add(["a.css", "c.css", "d.css", "node_modules/p/a.js"].map((path) => join(root, path)));
  for (const path of ["a.css", "c.css", "d.css"]) {
    await site.seen((time) => writeFile(join(root, path), String(time)));
    await writeFile(join(root, other), path);
  }
  expect(site.looks).toBe(3);
});

test("watches the files themselves in a directory of thousands", async () => {
  const root = await writeSite({ "a.css": "" });
  await mkdir(join(root, "many"));
  await Promise.all(Array.from({ length: 2001 }, (_, index) => writeFile(join(root, `many/${index}.html`), "")));
  const site = watched(root);
  await site.watch.add([join(root, "many/7.html")]);
  await site.seen((time) => writeFile(join(root, "many/7.html"), String(time)));
});

test("says nothing after it was closed", async () => {
  const root = await writeSite({ "a.css": "" });
  const site = watched(root);
  await site.watch.add([join(root, "a.css")]);
  await site.seen((time) => writeFile(join(root, "a.css"), String(time)));
  await site.watch.close();
  const { looks } = site;
  await site.watch.add([join(root, "b.css")]);
  const other = watched(root);
  await other.watch.add([join(root, "a.css")]);
  await other.seen((time) => writeFile(join(root, "a.css"), `again ${time}`));
  expect(site.looks).toBe(looks);
});
