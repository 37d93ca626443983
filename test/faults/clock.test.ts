import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { connect } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const DAY_MS = 86_400_000;

/** A clock that is off by so much from the start, and once more when a signal comes. */
const clock = (atStart: number, atSignal: number) =>
  `--import=data:text/javascript,${encodeURIComponent(`
  const real = Date;
  let shift = ${atStart};
  process.on("SIGUSR2", () => { shift += ${atSignal}; });
  globalThis.Date = class extends real {
    constructor(...given) { given.length > 0 ? super(...given) : super(real.now() + shift); }
    static now() { return real.now() + shift; }
  };`)}`;

const SITE = {
  "index.html": "<link rel=stylesheet href=/a.css>",
  "a.css": "@import 'b.css'",
  "b.css": "",
  "a.txt": "old",
};
const NAVIGATION = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

test.runIf(process.platform !== "win32").each([
  ["back by a day", -DAY_MS],
  ["forward by a day", DAY_MS],
])("a clock that is set %s changes nothing but the dates", async (_, shift) => {
  const root = await writeSite(SITE);
  const cli = await startCli([root, "-p", "0"], { env: { NODE_OPTIONS: clock(0, shift) } });
  const { request } = await connect(await cli.port(), { settings: { enablePush: false } });
  const etag = String((await request("/a.txt")).headers["etag"]);
  await request("/", NAVIGATION);
  cli.child.kill("SIGUSR2");
  const isShifted = ({ date }: { readonly date?: string | undefined }) =>
    Math.abs(Date.parse(date ?? "") - Date.now() - shift) < DAY_MS / 2;
  // The date is written once a second.
  await vi.waitFor(async () => expect(isShifted((await request("/a.txt")).headers)).toBe(true), { timeout: 5000 });
  expect((await request("/a.txt", { "if-none-match": etag })).status).toBe(304);
  expect((await request("/", NAVIGATION)).headers["link"]).toContain("</b.css>");
  await writeFile(join(root, "a.txt"), "newer");
  await vi.waitFor(async () => expect((await request("/a.txt")).body.toString()).toBe("newer"), { timeout: 5000 });
  await writeFile(join(root, "a.css"), "@import 'a.txt'");
  await vi.waitFor(
    async () => expect(String((await request("/", NAVIGATION)).headers["link"])).not.toContain("</b.css>"),
    {
      timeout: 5000,
    },
  );
  cli.child.kill("SIGTERM");
  expect([await cli.exit, cli.stderr]).toEqual([0, expect.not.stringContaining("error")]);
});

test("a start with a clock that has been set back serves, with a certificate that is valid by it", async () => {
  const [root, home] = [await writeSite(SITE), await emptyDirectory()];
  for (const shift of [0, -400 * DAY_MS, 0]) {
    const env = { HOME: home, XDG_DATA_HOME: home, NODE_OPTIONS: clock(shift, 0) };
    const cli = await startCli([root, "-p", "0"], { env });
    const { request } = await connect(await cli.port());
    expect((await request("/a.txt")).status).toBe(200);
    cli.child.kill("SIGTERM");
    expect([shift, await cli.exit, cli.stderr]).toEqual([shift, 0, expect.not.stringMatching(/error|waiting for/)]);
  }
});
