import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { LoadLog } from "../../../src/inspect/loads/load-log.js";
import type { InspectedConnection, InspectedLoad } from "../../../src/inspect/loads/types.js";
import { connect } from "../../support/h2.js";
import { watch, type Watcher } from "../../support/inspector.js";
import { FLAG, FRAME, get, RawClient, reset, statusOf, windowUpdate } from "../../support/raw-frames.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const MEGABYTE = 1024 * 1024;
/** Bytes that a WINDOW_UPDATE frame is said to take, with its payload. */
const FRAME_BYTES = 404;
const EVENTS = "/.h2push/events";

const LOADS = 20_000;
const CLIENTS = 10;
const AT_A_TIME = 40;

/** They make a load worth telling: on a quick machine, some loads go before they are told. */
const targets = Array.from({ length: 40 }, (_, at) => `${at}.css`);
const site = {
  "index.html": targets.map((name) => `<link rel="stylesheet" href="/${name}">`).join(""),
  ...Object.fromEntries(targets.map((name) => [name, "p { color: red }"])),
};

const serve = async () => startServer({ root: await writeSite(site), inspect: true, stallTimeout: 600 });

/** One who looks and takes nothing; it ends with the test. */
async function stalledWatcher(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port, { takes: false });
  onTestFinished(() => void client.socket.destroy());
  client.write(get(1, EVENTS));
  return client;
}

/**
 * The numbers of the loads that one is told who looks and reads. It comes back
 * when it has fallen behind: it shares its process with the flood.
 */
async function readingWatcher(port: number): Promise<ReadonlySet<number>> {
  const { session } = await connect(port, { settings: { enablePush: false, initialWindowSize: 8 * MEGABYTE } });
  session.setLocalWindowSize(8 * MEGABYTE);
  const told = new Set<number>();
  const look = () => {
    const stream = session.request({ ":path": EVENTS });
    let rest = "";
    stream.setEncoding("utf8").on("data", (piece: string) => {
      rest += piece;
      for (const [, id] of rest.matchAll(/^event: load\ndata: \{"id":(\d+),/gm)) told.add(Number(id));
      rest = rest.slice(-40);
    });
    stream.on("error", () => undefined);
    stream.on("end", () => session.destroyed || look());
    return stream;
  };
  await once(look(), "response");
  return told;
}

const bytesOf = ({ frames }: RawClient) =>
  frames.filter(({ type }) => type === FRAME.DATA).reduce((sum, { payload }) => sum + payload.length, 0);

const hasEnded = ({ frames }: RawClient) =>
  frames.some(({ type, flags }) => type === FRAME.DATA && (flags & FLAG.END_STREAM) !== 0);

test(
  `of ${LOADS} loads the last 200 are kept and told; who takes nothing is left at 8 MB`,
  { timeout: 300_000 },
  async () => {
    const { port, errors } = await serve();
    const told = await readingWatcher(port);
    const stalled = await stalledWatcher(port);
    await Promise.all(Array.from({ length: CLIENTS }, () => browse(port, LOADS / CLIENTS)));
    expect(errors).toEqual([]);
    const { json } = await watch(port);
    const { loads } = await json<{ loads: readonly InspectedLoad[] }>("loads.json");
    const last = loads.at(-1)?.id ?? 0;
    expect(last).toBeGreaterThan(LOADS / 2);
    expect(loads.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, at) => last - 199 + at));
    await expect.poll(() => told.has(last)).toBe(true);
    const before = bytesOf(stalled);
    expect(before).toBeLessThanOrEqual(65_535);
    stalled.write(windowUpdate(0, 2 ** 30), windowUpdate(1, 2 ** 30));
    await expect.poll(() => hasEnded(stalled)).toBe(true);
    expect(bytesOf(stalled)).toBeGreaterThan(8 * MEGABYTE);
    // What waits for HTTP/2 beside, and the event that was one too many.
    expect(bytesOf(stalled)).toBeLessThan(8.5 * MEGABYTE);
  },
);

async function browse(port: number, count: number): Promise<void> {
  const client = await connect(port, { settings: { enablePush: false } });
  for (let done = 0; done < count; done += AT_A_TIME) {
    await Promise.all(Array.from({ length: AT_A_TIME }, () => client.request("/")));
  }
  client.session.close();
  await once(client.session, "close");
}

test("as many look at a time as there is room for, with those that take nothing", async () => {
  const { port } = await serve();
  const client = await stalledWatcher(port);
  const streams = Array.from({ length: 33 }, (_, at) => 1 + 2 * at);
  client.write(...streams.slice(1).map((stream) => get(stream, EVENTS)));
  const statuses = () => client.frames.filter(({ type }) => type === FRAME.HEADERS).map(statusOf);
  await expect.poll(statuses).toEqual([...Array<number>(32).fill(200), 503]);
  client.write(...streams.slice(0, 32).map((stream) => reset(stream)));
  const next = await connect(port);
  await expect.poll(async () => (await next.request("/.h2push/loads.json")).status).toBe(200);
  const again = await watch(port);
  expect(again.events.headers[":status"]).toBe(200);
});

test(
  "of 205,000 frames on ten connections 20,000 of each are kept, and 64 MB of all",
  { timeout: 240_000 },
  async () => {
    const { port } = await serve();
    const watcher = await watch(port);
    const stalled = await stalledWatcher(port);
    const clients = await Promise.all(Array.from({ length: 10 }, () => flood(port)));
    const open = await flooded(watcher, 10);
    const kept = open.map(({ frames = 0 }) => frames);
    expect(Math.max(...kept)).toBe(20_000);
    expect(sum(kept)).toBeGreaterThan((63 * MEGABYTE) / FRAME_BYTES);
    expect(sum(kept)).toBeLessThanOrEqual((64 * MEGABYTE) / FRAME_BYTES);
    for (const client of clients) {
      client.socket.end();
      await client.closed;
    }
    const isOver = ({ connections }: Known) => connections.every((one) => !isFlooded(one) || !one.isOpen);
    await expect.poll(async () => isOver(await known(watcher))).toBe(true);
    const closed = (await known(watcher)).connections.filter(isFlooded).map(({ frames = 0 }) => frames);
    expect(sum(closed)).toBeLessThanOrEqual((32 * MEGABYTE) / FRAME_BYTES);
    expect(sum(closed)).toBeGreaterThan(0);
    // What they took is there again.
    await flood(port);
    const next = (await flooded(watcher, closed.length + 1)).find(({ isOpen }) => isOpen);
    expect(next?.frames).toBe(20_000);
    expect(bytesOf(stalled)).toBeLessThanOrEqual(65_535);
  },
);

interface Known {
  readonly connections: readonly InspectedConnection[];
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

const isFlooded = ({ frames = 0, framesOmitted = 0 }: InspectedConnection) => frames + framesOmitted > 20_500;

const known = (watcher: Watcher) => watcher.json<Known>("connections.json");

/** The connections that were flooded, when there are as many. */
async function flooded(watcher: Watcher, count: number): Promise<readonly InspectedConnection[]> {
  const all = async () => (await known(watcher)).connections.filter(isFlooded);
  await expect.poll(async () => (await all()).length).toBe(count);
  return all();
}

/** A connection on which 20,500 frames pass that say next to nothing. */
async function flood(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port, { keeps: false });
  onTestFinished(() => void client.socket.destroy());
  client.write(...Array<Buffer>(20_500).fill(windowUpdate(0, 1)));
  return client;
}

test("a request of a load that is not kept any more belongs to none, also on its connection", () => {
  const log = new LoadLog(() => true);
  const exchange = (connection: number, target: string, referer?: string) => ({
    httpVersion: "1.1" as const,
    connection: { id: connection, remoteAddress: undefined, opened: 0, history: { deliveries: [] } },
    arrived: performance.now(),
    begun: 0,
    method: "GET",
    target,
    authority: "localhost",
    fields: { "sec-fetch-mode": referer === undefined ? "navigate" : "no-cors", "sec-fetch-dest": "document", referer },
    status: 200,
    bytes: 0,
    sent: {},
    stream: undefined,
    responseBody: { writableFinished: false },
    inspected: undefined,
  });
  log.arrived(exchange(1, "/first"));
  const asked = exchange(1, "/a.css", "https://localhost/first");
  log.arrived(asked);
  expect(log.all.map(({ page }) => page)).toEqual(["/first"]);
  for (let load = 0; load < 200; load++) log.arrived(exchange(2 + load, `/${load}`));
  expect(log.all).toHaveLength(200);
  const late: ReturnType<typeof exchange> & { inspected: unknown } = exchange(1, "/b.css", "https://localhost/first");
  log.arrived(late);
  expect(late.inspected).toBeUndefined();
  // 500 requests of two kilobytes to each of the loads would be 200 MB.
  for (let load = 0; load < 200; load++) {
    for (let request = 0; request < 500; request++)
      log.arrived(exchange(2 + load, `/${"x".repeat(2000)}${request}`, `https://localhost/${load}`));
  }
  expect(sum(log.all.map(({ size }) => size))).toBeLessThanOrEqual(16 * MEGABYTE);
});
