import { X509Certificate, createPrivateKey } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Cli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { faultEnvironment } from "../support/fault.js";
import { connect } from "../support/h2.js";

/** Runs that are under way at a time. */
const AT_A_TIME = 4;

interface Action {
  readonly args: (directory: string) => readonly string[];
  /** Takes a run to where it has done what it is for; without it, to its end. */
  readonly finish?: (cli: Cli, directory: string) => Promise<unknown>;
  /** Looks at the files that there are. */
  readonly check: (directory: string) => Promise<void>;
}

async function ifThere(file: string, check: (text: string) => unknown): Promise<void> {
  if (existsSync(file)) check(await readFile(file, "utf8"));
}

async function stop(cli: Cli): Promise<void> {
  cli.child.kill("SIGTERM");
  await cli.exit;
}

const isKey = (text: string) => createPrivateKey(text);
const isCertificate = (text: string) => new X509Certificate(text);

/** A browser's load, in which a page asks for what reading it did not show. */
async function load(cli: Cli): Promise<void> {
  const port = await cli.port();
  const { request } = await connect(port, { settings: { enablePush: false } });
  for (let round = 0; round < 2; round++) {
    await request("/", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" });
    const referer = `https://localhost:${port}/`;
    await request("/late.js", { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script", accept: "*/*", referer });
  }
}

const ACTIONS: Readonly<Record<string, Action>> = {
  cert: {
    args: (directory) => ["cert", "--out", join(directory, "made")],
    async check(directory) {
      await ifThere(join(directory, "made", "key.pem"), isKey);
      await ifThere(join(directory, "made", "cert.pem"), isCertificate);
    },
  },
  "manifest --out": {
    args: (directory) => [
      "manifest",
      join(directory, "site"),
      "--format",
      "json",
      "--out",
      join(directory, "list.json"),
    ],
    check: (directory) => ifThere(join(directory, "list.json"), (text) => expect(JSON.parse(text).version).toBe(1)),
  },
  "a start with a new certificate": {
    args: (directory) => [join(directory, "site"), "-p", "0"],
    finish: (cli) => cli.port().then(() => stop(cli)),
    check: async () => undefined,
  },
  "--learn-file": {
    args: (directory) => [join(directory, "site"), "-p", "0", "--learn-file", join(directory, "learned.json")],
    finish: (cli) => load(cli).then(() => stop(cli)),
    check: (directory) => ifThere(join(directory, "learned.json"), (text) => expect(JSON.parse(text).version).toBe(1)),
  },
};

/** Runs an action in a directory; returns what ended it. */
async function run(action: Action, directory: string, env: Readonly<Record<string, string>> = {}) {
  const cli = await startCli(action.args(directory), { env: { HOME: directory, XDG_DATA_HOME: directory, ...env } });
  // A run that is killed goes no further.
  await action.finish?.(cli, directory).catch(() => undefined);
  return { ended: await cli.exit, stderr: cli.stderr };
}

async function newDirectory(): Promise<string> {
  const directory = await emptyDirectory();
  const site = join(directory, "site");
  await mkdir(site);
  await writeFile(join(site, "index.html"), "<p>a");
  await writeFile(join(site, "late.js"), "1");
  return directory;
}

/** Whether a run came to its end before that change. */
async function killedAt(action: Action, kill: number): Promise<boolean> {
  const directory = await newDirectory();
  const { ended, stderr } = await run(action, directory, faultEnvironment?.({ path: directory, kill }));
  await action.check(directory);
  if (ended !== "SIGKILL") {
    expect([ended, stderr, kill]).toEqual([0, stderr, kill]);
    expect(await leftovers(directory)).toEqual([]);
    return false;
  }
  const again = await run(action, directory);
  expect([kill, again.ended, again.stderr]).toEqual([kill, 0, expect.not.stringMatching(/waiting for|error/)]);
  await action.check(directory);
  return true;
}

/** Files that are there for the time of a change alone. */
async function leftovers(directory: string): Promise<string[]> {
  const files = await readdir(directory, { recursive: true });
  return files.filter((file) => /\.tmp$|lock$/.test(file));
}

describe.runIf(faultEnvironment !== undefined)("killed at any change of a file", () => {
  test.each(Object.entries(ACTIONS))(
    "%s leaves nothing half-written, and nothing that the next run waits for",
    async (_, action) => {
      for (let first = 1; ; first += AT_A_TIME) {
        const kills = Array.from({ length: AT_A_TIME }, (_, at) => killedAt(action, first + at));
        if ((await Promise.all(kills)).includes(false)) return expect(first + AT_A_TIME).toBeGreaterThan(4);
      }
    },
    400_000,
  );
});
