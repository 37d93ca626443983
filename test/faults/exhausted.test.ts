import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:https";
import { expect, onTestFinished, test } from "vitest";
import { programFile } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { http1 } from "../support/h1.js";
import { connect } from "../support/h2.js";
import { writeSite } from "../support/site.js";

/** Starts the program with so many descriptors. */
async function startWith(descriptors: number, root: string) {
  const home = await emptyDirectory();
  const script = `ulimit -n ${descriptors} && exec "$0" "$@"`;
  const child = spawn("sh", ["-c", script, process.execPath, programFile, root, "-p", "0"], {
    env: { PATH: process.env["PATH"], HOME: home, XDG_DATA_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  for (;;) {
    const [, port] = /https:\/\/\S*:(\d+)\//.exec(stdout) ?? [];
    if (port !== undefined) return { child, port: Number(port), stderr: () => stderr };
    await once(child.stdout, "data");
  }
}

test.runIf(process.platform !== "win32")(
  "with more connections than descriptors, whoever is let in is answered whole, and everybody is once others have left",
  async () => {
    const large = Buffer.alloc(400_000, 7);
    const root = await writeSite({
      "index.html": "<link rel=stylesheet href=/a.css>",
      "a.css": "@import 'b.css'",
      "b.css": "",
      ...Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.bin`, large])),
    });
    const { child, port, stderr } = await startWith(64, root);
    // Over HTTP/1.1: Node's client of HTTP/2 may miss that a connection was closed as it began (seen in one of ten runs).
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, async (_, n) => (await http1(port, `/${n % 40}.bin`, { agent })).body.equals(large)),
    );
    const answered = outcomes.filter(({ status }) => status === "fulfilled");
    expect(answered.length).toBeGreaterThan(4);
    expect(answered.every((outcome) => outcome.status === "fulfilled" && outcome.value)).toBe(true);
    agent.destroy();
    const page = await connect(port, { settings: { enablePush: false } });
    const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const { status, headers } = await page.request("/", navigation);
    expect([status, headers["link"]]).toEqual([200, expect.stringContaining("</b.css>")]);
    child.kill("SIGTERM");
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(stderr()).not.toMatch(/^ {4}at /m);
  },
);
