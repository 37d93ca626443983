import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { EIO, EMFILE, ENOSPC, faultEnvironment } from "../support/fault.js";
import { connect } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const SITE = {
  "index.html": "<link rel=stylesheet href=/bad.css><script src=/good.js></script>",
  "bad.css": "@import 'a.css'",
  "good.js": "1",
  "bad.bin": Buffer.alloc(3_000_000, 1),
  "good.bin": Buffer.alloc(300_000, 2),
};

describe.runIf(faultEnvironment !== undefined)("a disk that fails", () => {
  test.each([
    ["at once", 0],
    ["in the middle", 100_000],
  ])("costs what it holds and nothing else: reads give EIO %s", async (_, after) => {
    const root = await writeSite(SITE);
    const env = { ...faultEnvironment?.({ path: `${root}/bad`, read: EIO, after }) };
    const cli = await startCli([root, "-p", "0"], { env });
    const { request } = await connect(await cli.port(), { settings: { enablePush: false } });
    for (let round = 0; round < 3; round++) {
      const bad = request("/bad.bin").then(
        ({ status, body }) => [status, body.length === SITE["bad.bin"].length],
        () => "reset",
      );
      expect((await request("/good.bin")).body.equals(SITE["good.bin"])).toBe(true);
      expect((await request("/")).body.toString()).toBe(SITE["index.html"]);
      expect([[500, false], "reset"]).toContainEqual(await bad);
    }
    cli.child.kill("SIGTERM");
    expect(await cli.exit).toBe(0);
    expect(cli.stderr).toContain("EIO");
    const lines = cli.stdout.split("\n").filter((line) => line.includes("/bad.bin"));
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/500 GET|broken off/);
    expect(cli.stdout).not.toContain("client went away");
    expect(cli.stderr).not.toMatch(/^ {4}at /m);
    expect(cli.stderr.split("\n").length).toBeLessThan(6);
  });

  test("or a process that has too many files open, costs a page its links for that time, and is said once", async () => {
    const root = await writeSite(SITE);
    const env = { ...faultEnvironment?.({ path: `${root}/bad.css`, read: EMFILE }) };
    const cli = await startCli([root, "-p", "0"], { env });
    const { request } = await connect(await cli.port(), { settings: { enablePush: false } });
    for (let round = 0; round < 3; round++) {
      const { status, headers } = await request("/", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" });
      expect([status, headers["link"]]).toEqual([200, undefined]);
    }
    cli.child.kill("SIGTERM");
    await cli.exit;
    expect(cli.stdout.match(/\/ goes without links: .*EMFILE.*(?<!please report it)$/gm)).toHaveLength(1);
  });

  test.each([
    [
      "manifest --out",
      (site: string, out: string) => ["manifest", site, "--format", "json", "--out", join(out, "a.json")],
    ],
    ["cert --out", (_site: string, out: string) => ["cert", "--out", out, "--self-signed"]],
  ])("that is full is told of by %s, which leaves nothing behind", async (_, args) => {
    const [root, out] = [await writeSite(SITE), await emptyDirectory()];
    const env = { ...faultEnvironment?.({ path: out, write: ENOSPC }) };
    const { code, stderr } = await runCli(args(root, out), { env });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: .*ENOSPC/m)]);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(await readdir(out)).toEqual([]);
  });

  test("that is full when the certificate should be kept stops no start", async () => {
    const [root, home] = [await writeSite(SITE), await emptyDirectory()];
    const env = { ...faultEnvironment?.({ path: home, write: ENOSPC }), HOME: home, XDG_DATA_HOME: home };
    const cli = await startCli([root, "-p", "0"], { env });
    const { request } = await connect(await cli.port());
    expect((await request("/good.js")).status).toBe(200);
    expect(cli.stdout).toContain("ENOSPC");
    expect(existsSync(join(home, "h2push", "lock"))).toBe(false);
  });
});
