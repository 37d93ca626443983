import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../support/h2.js";
import { FRAME, get, RawClient, SETTING, windowUpdate } from "../support/raw-frames.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const SIZE = 300_000;

/** How often this process has the file open. */
async function timesOpen(file: string): Promise<number> {
  const open = await Promise.all(
    (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")),
  );
  return open.filter((name) => name === file).length;
}

/** A client that has asked for the file so many times, and reads nothing of it. */
async function still(port: number, requests: number): Promise<RawClient> {
  const client = await RawClient.connect(port, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 0]] });
  onTestFinished(() => client.destroy());
  client.write(...Array.from({ length: requests }, (_, at) => get(2 * at + 1, "/large.bin")));
  await Promise.all(Array.from({ length: requests }, (_, at) => client.status(2 * at + 1)));
  return client;
}

test.runIf(process.platform === "linux")(
  "clients that read nothing keep a part of the descriptors, and none from others; what they read in the end is whole",
  async () => {
    const root = await writeSite({ "large.bin": Buffer.alloc(SIZE, 1) });
    const { port, records, close } = await startServer({ root });
    const [first] = await Promise.all(Array.from({ length: 4 }, () => still(port, 120)));
    expect(await timesOpen(join(root, "large.bin"))).toBeLessThanOrEqual(256);
    const { request } = await connect(port);
    expect((await request("/large.bin")).body.length).toBe(SIZE);
    first?.write(windowUpdate(0, SIZE), windowUpdate(1, SIZE));
    await first?.next(({ type, stream, flags }) => type === FRAME.DATA && stream === 1 && flags === 1);
    const taken = first?.frames.filter(({ type, stream }) => type === FRAME.DATA && stream === 1) ?? [];
    expect(taken.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(SIZE);
    await close(0);
    await expect.poll(() => timesOpen(join(root, "large.bin"))).toBe(0);
    expect(records.length).toBe(481);
  },
);
