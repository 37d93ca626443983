import { mkdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect } from "../support/h2.js";
import { ask } from "../support/ask.js";
import { startCli } from "../support/cli.js";
import { writeSite } from "../support/site.js";

const SIZE = 600_000;
const version = (letter: string) => letter.repeat(SIZE);

/** What happens to a file or its directory again and again while it is sent. */
const CHANGES: Readonly<Record<string, (root: string, letter: string) => Promise<unknown>>> = {
  "replaced by another": async (root, letter) => {
    await writeFile(join(root, "beside"), version(letter));
    await rename(join(root, "beside"), join(root, "docs", "a.txt"));
  },
  truncated: async (root) => truncate(join(root, "docs", "a.txt"), 1000),
  deleted: async (root) => rm(join(root, "docs", "a.txt"), { force: true }),
  "replaced with its directory": async (root, letter) => {
    await mkdir(join(root, "new"), { recursive: true });
    await writeFile(join(root, "new", "a.txt"), version(letter));
    await rename(join(root, "docs"), join(root, `old-${letter}`));
    await rename(join(root, "new"), join(root, "docs"));
    await rm(join(root, `old-${letter}`), { recursive: true });
  },
};

test.each(Object.entries(CHANGES))(
  "a response is one version, whole, or it is cut short: a file %s",
  async (_, change) => {
    const root = await writeSite({ "docs/a.txt": version("a"), "quiet.txt": "quiet" });
    const cli = await startCli([root, "-p", "0", "--no-compress"]);
    const port = await cli.port();
    const { request } = await connect(port, { settings: { enablePush: false } });
    const whole = new Set([(await request("/docs/a.txt")).status]);
    for (const letter of "bcdefghijk") {
      const asked = Promise.allSettled([
        ...Array.from({ length: 4 }, () => request("/docs/a.txt")),
        ...Array.from({ length: 2 }, () => ask(port, "HTTP/1.1", "/docs/a.txt")),
      ]);
      // By then they are under way.
      await request("/quiet.txt");
      await change(root, letter);
      for (const outcome of await asked) {
        if (outcome.status === "rejected") continue;
        const { status, headers, body } = outcome.value;
        whole.add(status);
        if (status !== 200) continue;
        expect(Number(headers["content-length"])).toBe(body.length);
        expect(new Set(body).size).toBe(1);
      }
      expect((await request("/quiet.txt")).body.toString()).toBe("quiet");
      await mkdir(join(root, "docs"), { recursive: true });
      await writeFile(join(root, "docs", "a.txt"), version(letter));
    }
    expect([...whole].every((status) => status === 200 || status === 404 || status === 503)).toBe(true);
    cli.child.kill("SIGTERM");
    expect(await cli.exit).toBe(0);
    expect(cli.stderr).not.toMatch(/^ {4}at /m);
    expect(cli.stderr.split("\n").length).toBeLessThan(8);
  },
);
