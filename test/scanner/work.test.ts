import { expect, test } from "vitest";
import { createScanner } from "../../src/scanner/scanner.js";
import { within, spend, Work } from "../../src/scanner/work.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { locateIn, lookupIn, writeSite } from "../support/site.js";

const each = (count: number, of: (n: number) => string) => Array.from({ length: count }, (_, n) => of(n)).join("");

/** Rules that each element has to be held against, whatever an index does. */
const heavy = (count: number) => ({
  "index.html": `<link rel=stylesheet href=s.css><script src=a.js></script>${each(count, (n) => `<p class=c${n}>`)}`,
  "s.css": each(count, (n) => `p:not(.c${n}) { background: url(${n % 7}.png) }`),
  "a.js": "1",
  "0.png": "image",
  "small.txt": "small",
});

test("a page with more styles than a page may cost goes with its other needs, and that is said once", async () => {
  const root = await writeSite(heavy(8000));
  const page = await locateIn(root)("/");
  if (page === undefined) throw new Error("the site has no index.html");
  const limits: unknown[] = [];
  const scanner = createScanner({
    lookup: lookupIn(root),
    checkAfter: 0,
    onLimit: ({ file }, limit) => limits.push([file.endsWith("index.html"), limit]),
  });
  for (const path of ["/", "/index.html"]) {
    expect((await scanner.page(path, page)).entries.map(({ target }) => target)).toEqual(["/s.css", "/a.js"]);
  }
  expect(limits).toEqual([[true, "style"]]);
});

test("other clients are answered while a page is worked out, and it comes", async () => {
  const notices: string[] = [];
  const { port } = await startServer({ root: await writeSite(heavy(8000)), onNotice: (text) => notices.push(text) });
  const [slow, quiet] = [await connect(port), await connect(port)];
  await quiet.request("/small.txt");
  const state = { isThere: false };
  // The first load may go without: it waits for a second and a half.
  const withPushes = async () => {
    for (;;) {
      const { pushed } = await slow.page("/");
      if (pushed.size > 0) return pushed;
    }
  };
  const pushes = withPushes().finally(() => (state.isThere = true));
  let answered = 0;
  for (; !state.isThere; answered += 1) expect((await quiet.request("/small.txt")).status).toBe(200);
  expect([...(await pushes).keys()].sort()).toEqual(["/a.js", "/s.css"]);
  expect(answered).toBeGreaterThan(20);
  const left = "index.html has more elements and rules than are compared: its fonts and images by style are left out";
  expect(notices).toEqual([left]);
});

test.each([
  [
    "declarations",
    (n: number) =>
      `* { ${"background: url(0.png);".repeat(n)} } ${each(n, (k) => `.c${k} { color: red; font-weight: 700 }`)}`,
  ],
  [
    "families",
    (n: number) =>
      `@font-face { font-family: F; src: url(0.png) } * { font-family: ${"G,".repeat(n)}F } ${each(n, (k) => `.c${k} { font-weight: 700 }`)}`,
  ],
  [
    "animations",
    (n: number) =>
      `* { animation: ${each(n, (k) => `k${k},`)}x } ${each(n, (k) => `@keyframes k${k} { from { background: url(${k}) } } .c${k} { font-weight: 700 }`)}`,
  ],
  ["attributes", (n: number) => each(n, (k) => `[class*="c${k}x"] { background: url(0.png) }`)],
])("what is multiplied by the elements is bounded: %s", async (_what, css) => {
  const root = await writeSite({ ...heavy(8000), "s.css": css(8000) });
  const page = await locateIn(root)("/");
  if (page === undefined) throw new Error("the site has no index.html");
  const limits: string[] = [];
  const scanner = createScanner({ lookup: lookupIn(root), onLimit: (_file, limit) => limits.push(limit) });
  const before = process.cpuUsage();
  await scanner.page("/", page);
  expect(limits).toEqual(["style"]);
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
});

test("the work of one page does not count for another", () => {
  const [first, second] = [new Work(10), new Work(10)];
  expect(within(first, () => within(second, () => (spend(8), "second")))).toBe("second");
  expect(within(first, () => (spend(8), "first"))).toBe("first");
  expect(within(first, () => (spend(8), "first"))).toBeUndefined();
  expect([first.exhausted, second.exhausted]).toEqual([true, false]);
});
