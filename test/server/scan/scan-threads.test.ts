import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { scan as scanFromSource } from "../../../src/index.js";
import { runCli } from "../../support/cli.js";
import { writeSite } from "../../support/site.js";

// A thread begins with a file of its own: the built one.
const built = new URL("../../../dist/index.js", import.meta.url).href;
const { scan }: { readonly scan: typeof scanFromSource } = await import(built);

/** Pages that have much in common, one that is unlike the others, and one reference that leads nowhere. */
function pages(count: number): Record<string, string> {
  const page = (n: number) =>
    `<link rel=stylesheet href=/a.css><script src=/${n % 7}.js></script><img src=/no.png><p class=f>`;
  return {
    "a.css": `@import "b.css"; @font-face { font-family: f; src: url(f.woff2) } .f { font-family: f }`,
    "b.css": "",
    "f.woff2": "font",
    ...Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`${n}.js`, "1"])),
    ...Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}.html`, page(n)])),
    "zoo/index.html": `<script type=module src=/0.js></script>`,
    _redirects: "/old /p1.html 200",
  };
}

test("threads find what one finds, and tell it in the same order", async () => {
  const root = await writeSite(pages(300));
  const scanned = async (jobs: number) => {
    const told: unknown[] = [];
    const found = await scan(root, {
      jobs,
      onPage: (pathname, { entries, reasons, missing }, count, total) =>
        told.push([pathname, entries.map(({ target }) => `${target} ${reasons.get(target)}`), missing, count, total]),
    });
    return { ...found, told };
  };
  const [one, three] = [await scanned(1), await scanned(3)];
  expect(Object.keys(one.manifest.pages)).toHaveLength(302);
  expect(JSON.stringify(three)).toBe(JSON.stringify(one));
});

test("h2push manifest --jobs prints the same for any number", async () => {
  const root = await writeSite(pages(40));
  const [one, four] = await Promise.all(["1", "4"].map((jobs) => runCli(["manifest", root, "--jobs", jobs])));
  expect(one?.stderr).toBe("missing: /no.png (p0.html:1)\n");
  expect(four).toEqual(one);
});

test("what several threads come upon is told once", async () => {
  const root = await writeSite(pages(200));
  await writeFile(join(root, "b.css"), Buffer.alloc(17 * 1024 * 1024, " "));
  const notices: string[] = [];
  await scan(root, { jobs: 2, onNotice: (text) => notices.push(text) });
  expect(notices).toEqual([expect.stringContaining("b.css")]);
});

test("a rule that can't be read is told once", async () => {
  const root = await writeSite({ ...pages(200), _redirects: "nonsense" });
  const told = async (jobs: number) => {
    const notices: string[] = [];
    await scan(root, { jobs, onNotice: (text) => notices.push(text) });
    return notices;
  };
  const alone = await told(1);
  expect(alone).toHaveLength(1);
  expect(await told(3)).toEqual(alone);
});

test.each([1, 2])("what a callback throws ends a scan by %i threads, and nothing else", async (jobs) => {
  const root = await writeSite(pages(200));
  const onPage = () => {
    throw new Error("no more");
  };
  await expect(scan(root, { jobs, onPage })).rejects.toThrow("no more");
});

test("a scan on threads can be broken off", async () => {
  const root = await writeSite(pages(300));
  const aborting = new AbortController();
  const onProgress = () => aborting.abort(new Error("enough"));
  await expect(scan(root, { jobs: 2, signal: aborting.signal, onProgress })).rejects.toThrow("enough");
});

test.each(["0", "65", "many"])("--jobs %s is refused", async (jobs) => {
  const { code, stderr } = await runCli(["manifest", ".", "--jobs", jobs]);
  expect([code, stderr]).toEqual([
    2,
    `error: not a number of threads: ${jobs}\nit must be a whole number from 1 to 64\n`,
  ]);
});
