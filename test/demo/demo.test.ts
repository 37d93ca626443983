import { expect, onTestFinished, test, vi } from "vitest";
import { MAX_ECHO_BYTES } from "../../src/demo/endpoints/echo.js";
import { formatComment, formatEvent } from "../../src/demo/endpoints/demo-event-stream.js";
import { demoRoutes } from "../../src/demo/routes.js";
import { seriesStream } from "../../src/demo/endpoints/series.js";
import { isPeak, signal } from "../../src/demo/endpoints/signal-endpoint.js";
import type { RouteContext } from "../../src/server/routes/route.js";
import { waits } from "../support/timers.js";

vi.mock("node:timers/promises", () => import("../support/timers.js"));

const context: RouteContext = {
  httpVersion: "2",
  connection: 7,
  remoteAddress: "127.0.0.1",
  pushEnabled: true,
  deliveries: [],
  earlyHints: () => false,
};

async function ask(
  target: string,
  init: RequestInit = {},
  told = context,
  routes = demoRoutes(),
): Promise<Response | undefined> {
  const request = new Request(`https://localhost:8443${target}`, init);
  for (const route of routes) {
    const response = await route(request, told);
    if (response) return response;
  }
  return undefined;
}

async function answer(target: string, init?: RequestInit, told?: RouteContext): Promise<Response> {
  const response = await ask(target, init, told);
  if (!response) throw new Error(`no route took ${target}`);
  return response;
}

interface Reader {
  /** The stream's next pieces, decoded. */
  take(pieces: number): Promise<string>;
  /** Whatever is left until the stream ends. */
  rest(): Promise<string>;
  cancel(): Promise<void>;
}

function read(stream: ReadableStream<Uint8Array> | null): Reader {
  if (!stream) throw new Error("no content");
  const reader = stream.getReader();
  onTestFinished(() => reader.cancel());
  const next = async (): Promise<string | undefined> => {
    const { value } = await reader.read();
    return value && Buffer.from(value).toString();
  };
  return {
    async take(pieces) {
      let text = "";
      for (let piece = 0; piece < pieces; piece += 1) text += await next();
      return text;
    },
    async rest() {
      let text = "";
      for (let piece = await next(); piece !== undefined; piece = await next()) text += piece;
      return text;
    },
    cancel: () => reader.cancel(),
  };
}

function idsOf(text: string): number[] {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}

test.each(["/", "/demo", "/demo/", "/demo/time/", "/Demo/time", "/demo/none"])(
  "leaves %s to the next route",
  async (target) => {
    expect(await ask(target)).toBeUndefined();
  },
);

test.each([
  ["POST", "/demo/time", "GET, HEAD"],
  ["DELETE", "/demo/slow", "GET, HEAD"],
  ["OPTIONS", "/demo/events", "GET, HEAD"],
  ["PUT", "/demo/delivery", "GET, HEAD"],
  ["GET", "/demo/echo", "POST"],
  ["GET", "/demo/chat", "POST"],
  ["GET", "/demo/events/break", "POST"],
  ["GET", "/demo/parallel", "POST"],
  ["HEAD", "/demo/echo", "POST"],
])("answers %s %s with 405 and Allow: %s", async (method, target, allow) => {
  const response = await answer(target, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe(allow);
  expect(await response.json()).toMatchObject({ status: 405, detail: `${target} takes ${allow}, not ${method}` });
});

test.each([
  ["POST", "/demo/network", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
  // A form of another site: its answer would be shown, but it is no link.
  ["POST", "/demo/network", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
  // Another port of this machine.
  ["POST", "/demo/echo", { "sec-fetch-site": "same-site", origin: "https://localhost:3000" }],
  ["POST", "/demo/echo", { origin: "https://other.example" }],
  ["POST", "/demo/parallel", { origin: "https://other.example" }],
  ["POST", "/demo/priority", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
  ["POST", "/demo/chat", { "sec-fetch-site": "same-site", origin: "https://localhost:3000" }],
  ["POST", "/demo/events/break?stream=1", { origin: "null" }],
  ["POST", "/demo/echo", { origin: "null" }],
  ["GET", "/demo/events", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }],
  ["GET", "/demo/slow?ms=9000", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
])("refuses %s %s to the page of another origin: %j", async (method, target, headers) => {
  const response = await answer(target, { method, headers });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ detail: expect.stringMatching(/ is for the pages of this server$/) });
});

test.each([
  {},
  { "sec-fetch-site": "same-origin", origin: "https://localhost:8443" },
  { "sec-fetch-site": "none" },
  { origin: "https://LOCALHOST:8443" },
])("answers what a page of this server asks, and what no page does: %j", async (headers) => {
  expect((await answer("/demo/echo", { method: "POST", body: "a", headers })).status).toBe(200);
  expect((await answer("/demo/slow?ms=0", { headers })).status).toBe(200);
});

test("answers a link on another site", async () => {
  const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  expect((await answer("/demo/time", { headers })).status).toBe(200);
});

test.each(["/demo/time", "/demo/slow?ms=0", "/demo/events", "/demo/delivery"])(
  "answers HEAD %s with the fields of GET and no content",
  async (target) => {
    const get = await answer(target);
    const head = await answer(target, { method: "HEAD" });
    await get.body?.cancel();
    expect(head.status).toBe(200);
    expect([...head.headers]).toEqual([...get.headers]);
    expect(head.body).toBeNull();
  },
);

test.each([
  ["/demo/slow?ms=", 'ms must be a whole number from 0 to 10000, not ""'],
  ["/demo/slow?ms=-1", 'ms must be a whole number from 0 to 10000, not "-1"'],
  ["/demo/slow?ms=1e3", 'ms must be a whole number from 0 to 10000, not "1e3"'],
  ["/demo/slow?ms=0x10", 'ms must be a whole number from 0 to 10000, not "0x10"'],
  ["/demo/slow?ms=10001", 'ms must be a whole number from 0 to 10000, not "10001"'],
  ["/demo/slow?ms=1&ms=2", "ms is given 2 times"],
  ["/demo/events?every=19", 'every must be a whole number from 20 to 60000, not "19"'],
  ["/demo/events?every=60001", 'every must be a whole number from 20 to 60000, not "60001"'],
  ["/demo/events?every=fast", 'every must be a whole number from 20 to 60000, not "fast"'],
  ["/demo/events?from=-1", 'from must be a whole number from 0 to 1000000000000, not "-1"'],
  ["/demo/socket?read=-1", 'read must be a whole number from 0 to 100000, not "-1"'],
  ["/demo/events?limit=0", 'limit must be a whole number from 1 to 1000000, not "0"'],
])("answers %s with 400 and the reason: %s", async (target, detail) => {
  const response = await answer(target);
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toEqual({ title: "bad value", status: 400, detail });
});

test("tells the time and the connection", async () => {
  const before = Date.now();
  const { time, ...rest } = await (await answer("/demo/time")).json();
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
  expect(rest).toEqual({ httpVersion: "2", connection: 7 });
});

test("tells what the connection was given", async () => {
  const told = {
    httpVersion: "2",
    connection: 7,
    pushEnabled: false,
    deliveries: [
      { page: "/", time: 1, targets: [{ target: "/a.css", as: "style", bytes: 12, means: "skipped", reason: "seen" }] },
    ],
  } as const;
  const response = await answer("/demo/delivery", {}, { ...context, ...told });
  expect(response.headers.get("cache-control")).toBe("no-store");
  const { httpVersion, connection, pushEnabled, deliveries } = told;
  expect(await response.json()).toEqual({ httpVersion, connection, pushEnabled, deliveries });
});

test("waits as long as it was asked to", async () => {
  const start = performance.now();
  const { ms, waited } = await (await answer("/demo/slow?ms=60")).json();
  // A timer may fire up to a millisecond before its time.
  expect(performance.now() - start).toBeGreaterThanOrEqual(58);
  expect(ms).toBe(60);
  expect(waited).toBeGreaterThanOrEqual(59);
});

test("stops waiting for a client that has gone", async () => {
  const client = new AbortController();
  const waiting = answer("/demo/slow?ms=10000", { signal: client.signal });
  await vi.waitUntil(() => waits.size === 1);
  client.abort();
  const { waited } = await (await waiting).json();
  expect(waited).toBeLessThan(10_000);
  expect(waits.size).toBe(0);
});

test.each([
  ["application/json", "application/json"],
  ["text/plain; charset=utf-8", "text/plain; charset=utf-8"],
  ["text/html", "application/octet-stream"],
  ["image/svg+xml", "application/octet-stream"],
  ["nonsense", "application/octet-stream"],
])("echoes the bytes of %s as %s", async (sent, received) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const response = await answer("/demo/echo", { method: "POST", body: bytes, headers: { "content-type": sent } });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(received);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

test("echoes nothing for no content", async () => {
  const response = await answer("/demo/echo", { method: "POST" });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-length")).toBe("0");
});

test("echoes content as long as the limit, and refuses one byte more", async () => {
  const post = (length: number) => answer("/demo/echo", { method: "POST", body: new Uint8Array(length) });
  expect((await post(MAX_ECHO_BYTES)).status).toBe(200);
  const refused = await post(MAX_ECHO_BYTES + 1);
  expect(refused.status).toBe(413);
  expect(await refused.json()).toMatchObject({ detail: "at most 65536 bytes come back" });
});

test("refuses a long announced content without reading it", async () => {
  const pull = vi.fn<() => void>();
  const body = new ReadableStream({ pull }, { highWaterMark: 0 });
  const headers = { "content-length": String(MAX_ECHO_BYTES + 1) };
  const response = await answer("/demo/echo", { method: "POST", body, headers, duplex: "half" } as RequestInit);
  expect(response.status).toBe(413);
  expect(pull).not.toHaveBeenCalled();
});

test("stops reading content of unknown length at the limit", async () => {
  const cancel = vi.fn<() => void>();
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10_000)), cancel });
  const response = await answer("/demo/echo", { method: "POST", body, duplex: "half" } as RequestInit);
  expect(response.status).toBe(413);
  expect(cancel).toHaveBeenCalledOnce();
});

test.each([
  [{ data: "a" }, "data: a\n\n"],
  [{ data: "a\nb\r\nc\rd" }, "data: a\ndata: b\ndata: c\ndata: d\n\n"],
  [{ data: "" }, "data: \n\n"],
  [{ event: "sample", id: 0, data: "1" }, "id: 0\nevent: sample\ndata: 1\n\n"],
  [{ retry: 500, data: "x" }, "retry: 500\ndata: x\n\n"],
])("writes the event %j", (event, text) => {
  expect(formatEvent(event)).toBe(text);
});

test("writes a comment that no client takes for an event", () => {
  expect(formatComment("still here")).toBe(": still here\n\n");
});

test("has a signal within -1 and 1, with peaks that are its highs", () => {
  const samples = Array.from({ length: 2000 }, (_, sample) => sample);
  expect(Math.max(...samples.map((sample) => Math.abs(signal(sample))))).toBeLessThanOrEqual(1);
  const peaks = samples.filter((sample) => isPeak(sample));
  expect(peaks.length).toBeGreaterThan(20);
  for (const peak of peaks) expect(signal(peak)).toBeGreaterThan(signal(peak - 1));
});

test("begins an event stream with the time to reconnect after, then numbers its events", async () => {
  const response = await answer("/demo/events?from=40&every=20");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = read(response.body);
  expect(await reader.take(1)).toBe(
    'retry: 1000\nevent: start\ndata: {"from":40,"by":"from","every":20,"stream":1}\n\n',
  );
  const text = await reader.take(3);
  expect(idsOf(text)).toEqual([40, 41, 42]);
  expect(text).toContain(`id: 40\nevent: sample\ndata: {"value":${signal(40)}}\n\n`);
});

test("names the highs of the signal peak", async () => {
  const peak = Array.from({ length: 200 }, (_, sample) => sample).find((sample) => isPeak(sample));
  const reader = read((await answer(`/demo/events?from=${peak}&every=20`)).body);
  expect(await reader.take(2)).toContain(`id: ${peak}\nevent: peak\n`);
});

test("goes on after Last-Event-ID, whatever the URL says", async () => {
  const headers = { "last-event-id": "41" };
  const reader = read((await answer("/demo/events?from=3&every=20", { headers })).body);
  expect(await reader.take(1)).toContain('{"from":42,"by":"last-event-id","every":20,"stream":1}');
  expect(idsOf(await reader.take(2))).toEqual([42, 43]);
});

test("takes an empty Last-Event-ID for none", async () => {
  const reader = read((await answer("/demo/events?from=3", { headers: { "last-event-id": "" } })).body);
  expect(await reader.take(2)).toContain("id: 3\n");
});

test.each(["x", "-1", "1.5", "1000000000001"])("answers Last-Event-ID: %s with 400", async (id) => {
  const response = await answer("/demo/events", { headers: { "last-event-id": id } });
  expect(response.status).toBe(400);
  expect((await response.json()).detail).toContain(`Last-Event-ID must be a whole number from 0 to 1000000000000`);
});

test("ends after the limit, and the next stream continues the same line", async () => {
  const first = await read((await answer("/demo/events?every=20&limit=3")).body).rest();
  const headers = { "last-event-id": String(idsOf(first).at(-1)) };
  const second = await read((await answer("/demo/events?every=20&limit=3", { headers })).body).rest();
  expect(idsOf(first + second)).toEqual([0, 1, 2, 3, 4, 5]);
  const whole = await read((await answer("/demo/events?every=20&limit=6")).body).rest();
  const values = (text: string) => [...text.matchAll(/"value":[-.\d]+/g)].map(String);
  expect(values(first + second)).toEqual(values(whole));
});

test("breaks a stream off in the middle of an event, and the next one has the whole of it", async () => {
  const routes = demoRoutes();
  const stream = await ask("/demo/events?every=20", {}, context, routes);
  const reader = read(stream?.body ?? null);
  const before = await reader.take(3);
  const breakOff = () => ask("/demo/events/break?stream=1", { method: "POST" }, context, routes);
  expect((await breakOff())?.status).toBe(204);
  expect((await breakOff())?.status).toBe(404);
  const rest = await reader.rest();
  expect(rest).toMatch(/^id: 2\nevent: sam/);
  expect(rest).not.toContain("\n\n");
  const headers = { "last-event-id": String(idsOf(before).at(-1)) };
  expect(idsOf(await read((await answer("/demo/events?every=20", { headers })).body).take(2))).toEqual([2]);
});

test("sends a comment when it has been silent for long", async () => {
  const stop = new AbortController().signal;
  const reader = read(seriesStream("", { from: 0, every: 60_000, heartbeat: 5, stop }));
  await reader.take(2);
  expect(await reader.take(3)).toBe(": still here\n\n".repeat(3));
});

test("stops its clock when the client goes away", async () => {
  const client = new AbortController();
  const reader = read((await answer("/demo/events?every=60000", { signal: client.signal })).body);
  await reader.take(2);
  const rest = reader.rest();
  await vi.waitUntil(() => waits.size === 1);
  client.abort();
  expect(await rest).toBe("");
  expect(waits.size).toBe(0);
});

test("stops its clock when the stream is cancelled", async () => {
  const reader = read((await answer("/demo/events?every=60000")).body);
  await reader.take(2);
  const rest = reader.rest();
  await vi.waitUntil(() => waits.size === 1);
  await reader.cancel();
  expect(await rest).toBe("");
  await vi.waitUntil(() => waits.size === 0);
});

test("makes nothing that its reader does not ask for", async () => {
  const reader = read((await answer("/demo/events?every=20")).body);
  await reader.take(3);
  expect(waits.size).toBe(0);
  expect(idsOf(await reader.take(2))).toEqual([2, 3]);
});
