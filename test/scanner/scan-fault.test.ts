import { expect, onTestFinished, test, vi } from "vitest";

import { NO_NEEDS as none, ScanFault, withoutFaults } from "../../src/scanner/scan-fault.js";
import { runCli } from "../support/cli.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

/** An escape in a stylesheet at which the platform fails, as at the end of the stack. */
const FAULT = "@font-face { font-family: '\\2718'; src: url(f.woff2) }";
const MESSAGE = "Maximum call stack size exceeded";
const notice = `/ goes without links: reading css/site.css failed (${MESSAGE}), please report it`;

/** Has reading `FAULT` fail until it is mended. */
function breakReading(): { mend: () => void } {
  const { fromCodePoint } = String;
  const spy = vi.spyOn(String, "fromCodePoint").mockImplementation((...codes) => {
    if (codes[0] === 0x2718) throw new RangeError(MESSAGE);
    return fromCodePoint(...codes);
  });
  onTestFinished(() => spy.mockRestore());
  return { mend: () => spy.mockRestore() };
}

const files = {
  "index.html": `<link rel=stylesheet href=/css/site.css><h1>text</h1>`,
  "other.html": `<link rel=stylesheet href=/plain.css>`,
  "css/site.css": FAULT,
  "plain.css": "",
};

test("a page whose scan fails is served without links, the fault is told once, and the next request tries again", async () => {
  const { mend } = breakReading();
  const notices: string[] = [];
  const root = await writeSite(files);
  const server = await startServer({ root, announce: "all", onNotice: (text) => notices.push(text) });
  const client = await connect(server.port, { settings: { enablePush: false } });
  for (let times = 0; times < 3; times += 1) {
    const { status, headers, body } = await client.request("/");
    expect([status, headers["link"], body.toString()]).toEqual([200, undefined, files["index.html"]]);
  }
  expect([notices, server.errors]).toEqual([[notice], []]);
  mend();
  expect((await client.request("/")).headers["link"]).toContain("</css/site.css>");
  expect(notices).toHaveLength(1);
});

test("a page whose scan fails is served to a client that takes pushes, which gets none", async () => {
  breakReading();
  const server = await startServer({ root: await writeSite(files) });
  const { status, pushed } = await (await connect(server.port)).page("/");
  expect([status, pushed.size, server.errors]).toEqual([200, 0, []]);
});

test("looking at the pages ahead goes on after one whose scan fails", async () => {
  breakReading();
  const notices: string[] = [];
  const root = await writeSite(files);
  const server = { root, onNotice: (text: string) => notices.push(text) };
  const { pages, assets } = await new Promise<{ pages: number; assets: number }>((resolve) => {
    void startServer({ ...server, onScan: resolve });
  });
  expect([pages, assets, notices]).toEqual([2, 1, [notice]]);
});

test("h2push manifest lists the other pages, and says in one line which page and file it failed at", async () => {
  const breaking = `const own = String.fromCodePoint; String.fromCodePoint = (...codes) => {
    if (codes[0] === 0x2718) throw new RangeError("${MESSAGE}"); return own(...codes); };`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(breaking)}` };
  const { code, stdout, stderr } = await runCli(["manifest", await writeSite(files)], { env });
  expect([code, stderr]).toEqual([0, `note: ${notice}\n`]);
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    pages: { "/": [], "/other.html": [expect.objectContaining({ target: "/plain.css" })] },
  });
});

const page = { kind: "file", file: "/site/a.html", size: 1, mtimeMs: 1, ctimeMs: 1, dev: 1, ino: 1 } as const;

test.each([
  ["an error of ours", new Error("a\n b"), "a.html failed (a b)"],
  ["what is no error", "thrown", "a.html failed (thrown)"],
  ["a fault of another file", new ScanFault("/site/b.css", "thrown"), "b.css failed (thrown)"],
  ["a long message", new Error("x".repeat(1000)), `a.html failed (${"x".repeat(200)})`],
])("%s is told once, and once more when the page has been read meanwhile", async (_what, fault, text) => {
  const notices: string[] = [];
  let fails = true;
  const read = withoutFaults(
    { page: () => (fails ? Promise.reject(fault) : Promise.resolve({ ...none, mayHaveImportMap: false })) },
    { root: "/site", notice: (said) => notices.push(said) },
  );
  const told = `/a goes without links: reading ${text}, please report it`;
  expect(await read("/a", page)).toEqual(none);
  await read("/a", page);
  expect(notices).toEqual([told]);
  fails = false;
  await read("/a", page);
  fails = true;
  await read("/a", page);
  expect(notices).toEqual([told, told]);
});
