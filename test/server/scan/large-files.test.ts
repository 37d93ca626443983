import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect } from "../../support/h2.js";
import { startCli } from "../../support/cli.js";
import { writeSite } from "../../support/site.js";

const NAVIGATION = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const MB = 1_000_000;

/** A text of that many bytes whose lines differ. */
function lines(bytes: number, line: (n: number) => string): string {
  const made: string[] = [];
  for (let n = 0, length = 0; length < bytes; n++, length += made.at(-1)?.length ?? 0) made.push(line(n));
  return made.join("");
}

const statement = (n: number) => `export function f${n}(a, b) { return a > ${n} ? [a, "x${n}"] : b.c((d) => d + 1) }\n`;

/** Pages that take a file of megabytes, and what is announced for them once it was read. */
const PAGES: Readonly<Record<string, readonly [files: () => Record<string, string>, target: string]>> = {
  "a script of 10 MB": [
    () => ({
      "p.html": "<script type=module src=/a.js></script>",
      "a.js": `import "./b.js";\n${lines(10 * MB, statement)}`,
      "b.js": "",
    }),
    "/b.js",
  ],
  "a script of 3 MB whose syntax tree is made": [
    () => ({
      "p.html": "<script type=module src=/a.js></script>",
      "a.js": `import("./b.js");\n${lines(3 * MB, statement)}`,
      "b.js": "",
    }),
    "/b.js",
  ],
  "a stylesheet of 10 MB": [
    () => ({
      "p.html": "<link rel=stylesheet href=/a.css><p class=c>",
      "a.css": `@import "b.css";\n${lines(10 * MB, (n) => `.c${n} .d > a:hover, .e { color: red; margin: 0 ${n}px }\n`)}`,
      "b.css": "",
    }),
    "/b.css",
  ],
  "HTML of 10 MB": [
    () => ({
      "p.html":
        lines(10 * MB, (n) => `<div class=c${n}><p>Text <a href=/x${n}>link</a></div>\n`) +
        "<link rel=stylesheet href=/a.css>",
      "a.css": "",
    }),
    "/a.css",
  ],
};

/**
 * Has the server say, when it is told to, for how long its thread computed at the longest without a look at
 * anything else. Of its processor time, as a busy machine bears on the clock.
 */
const LONGEST = `import { readFileSync } from "node:fs";
const spent = () => Number(readFileSync("/proc/self/task/" + process.pid + "/schedstat", "utf8").split(" ")[0]) / 1e6;
let [before, longest] = [spent(), 0];
setInterval(() => {
  const now = spent();
  longest = Math.max(longest, now - before);
  before = now;
}, 1).unref();
process.on("SIGUSR2", () => {
  console.error("longest: " + longest.toFixed(0) + " ms");
  longest = 0;
});`;

/** Milliseconds: what a page of megabytes took is 200 and more. */
const MOST = 100;

test.runIf(process.platform === "linux").each(Object.entries(PAGES))(
  "nobody waits while a page is scanned that has %s",
  async (_, [files, target]) => {
    const root = await writeSite({ "quiet.txt": "quiet" });
    const preload = `--import=data:text/javascript,${encodeURIComponent(LONGEST)}`;
    const cli = await startCli([root, "--port", "0"], { env: { NODE_OPTIONS: preload } });
    const { request } = await connect(await cli.port(), { settings: { enablePush: false } });
    const longest = async (which: number) => {
      cli.child.kill("SIGUSR2");
      return Number((await cli.says(new RegExp(`(?:longest: (\\d+) ms[^]*){${which}}`)))[1]);
    };
    await request("/quiet.txt");
    await longest(1);
    for (const [name, content] of Object.entries(files())) await writeFile(join(root, name), content);
    // The first load may go without: it waits for a second and a half.
    let link: unknown;
    while (link === undefined) link = (await request("/p.html", NAVIGATION)).headers["link"];
    expect(link).toContain(`<${target}>`);
    expect(await longest(2)).toBeLessThan(MOST);
  },
);

test("a thread that ends in the middle of a page costs the links of that page alone, and that is said once", async () => {
  const dies = `import { isMainThread, parentPort } from "node:worker_threads";
if (!isMainThread) parentPort.on("message", () => process.exit(1));`;
  const root = await writeSite({
    "small.html": "<link rel=stylesheet href=/a.css>",
    "large.html": `<link rel=stylesheet href=/a.css>${" ".repeat(MB)}`,
    "a.css": "@import 'b.css'",
    "b.css": "",
  });
  const preload = `--import=data:text/javascript,${encodeURIComponent(dies)}`;
  const cli = await startCli([root, "--port", "0"], { env: { NODE_OPTIONS: preload } });
  const { request } = await connect(await cli.port(), { settings: { enablePush: false } });
  for (let round = 0; round < 3; round++) {
    const { status, headers, body } = await request("/large.html", NAVIGATION);
    expect([status, headers["link"], body.length]).toEqual([200, undefined, MB + 33]);
    expect((await request("/small.html", NAVIGATION)).headers["link"]).toContain("</b.css>");
  }
  cli.child.kill();
  await cli.exit;
  expect(cli.stdout.match(/large\.html goes without links/g)).toHaveLength(1);
});

test("a page whose scan takes long does not wait for it, nor do others that need no thread; it keeps its own links", async () => {
  const hangs = `import { isMainThread, parentPort } from "node:worker_threads";
if (!isMainThread) parentPort.on("message", () => { for (;;); });`;
  const root = await writeSite({
    _headers: "/large.html\n  Link: </own.css>; rel=preload; as=style\n",
    "small.html": "<link rel=stylesheet href=/a.css>",
    "large.html": `<link rel=stylesheet href=/a.css>${" ".repeat(MB)}`,
    "a.css": "@import 'b.css'",
    "b.css": "",
    "own.css": "",
  });
  const preload = `--import=data:text/javascript,${encodeURIComponent(hangs)}`;
  const cli = await startCli([root, "--port", "0"], { env: { NODE_OPTIONS: preload } });
  const { request } = await connect(await cli.port(), { settings: { enablePush: false } });
  const large = Promise.all([request("/large.html", NAVIGATION), request("/large.html", NAVIGATION)]);
  expect((await request("/small.html", NAVIGATION)).headers["link"]).toContain("</b.css>");
  for (const { status, headers, body } of await large) {
    expect([status, headers["link"], body.length]).toEqual([200, "</own.css>; rel=preload; as=style", MB + 33]);
  }
});
