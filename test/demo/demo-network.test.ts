import { once } from "node:events";
import { constants, type ClientHttp2Stream } from "node:http2";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import { demoRoutes } from "../../src/demo/routes.js";
import { loadWithPush } from "../../src/demo/network/push-client.js";
import { LoadPort } from "../../src/demo/network/load-port.js";
import { servePage, type PageServerOptions } from "../../src/demo/network/page-server.js";
import { run } from "../../src/demo/network/run.js";
import { readSamplePage } from "../../src/demo/network/sample-page.js";
import { scan } from "../../src/index.js";
import { connect, type H2Client } from "../support/h2.js";
import { startServer, testCertificate } from "../support/server.js";

const noPush = { settings: { enablePush: false } };
const navigation = { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" };
const never = new AbortController().signal;

interface Told {
  readonly event: string;
  readonly data: {
    readonly means: string;
    readonly url?: string;
    readonly total?: number;
    readonly target?: string;
    readonly rows?: Row[];
  };
}

interface Row {
  readonly target: string;
  readonly means: string;
  readonly reason?: string;
  readonly start: number;
  readonly end: number;
}

/** A server with the demo's endpoints, and a client of it. */
async function demo(
  allowHost: readonly string[] = [],
): Promise<{ client: H2Client; close: (grace?: number) => Promise<void> }> {
  const { port, close } = await startServer({
    allowHost,
    routes: demoRoutes({ certificate: await testCertificate(), allowHost }),
  });
  return { client: await connect(port), close };
}

async function begin({ session }: H2Client, query: string): Promise<{ status: number; stream: ClientHttp2Stream }> {
  const stream = session.request({ ":path": `/demo/network?${query}`, ":method": "POST" });
  stream.on("error", () => undefined);
  const [fields] = await once(stream, "response");
  return { status: Number(fields[":status"]), stream };
}

async function* eventsOf(stream: ClientHttp2Stream): AsyncGenerator<Told> {
  let event = "";
  for await (const line of createInterface(stream)) {
    if (line.startsWith("event: ")) event = line.slice(7);
    if (line.startsWith("data: ")) yield { event, data: JSON.parse(line.slice(6)) };
  }
}

async function firstOf(events: AsyncGenerator<Told>): Promise<Told> {
  const { value } = await events.next();
  if (value === undefined) throw new Error("the stream ended");
  return value;
}

const portOf = (url = "") => Number(new URL(url).port);

/** Does what a browser does, in short: loads the page alone and says so. */
async function visit(url: string | undefined): Promise<H2Client> {
  const client = await connect(portOf(url), noPush);
  const target = new URL(url ?? "").pathname;
  await client.request(target, navigation);
  await report(client, { page: { target, start: 0, first: 60, end: 60, bytes: 9 }, assets: [] });
  return client;
}

function report(client: H2Client, content: unknown, fields = {}) {
  const type = { ":method": "POST", "content-type": "application/json" };
  return client.request("/loaded", { ...type, ...fields }, JSON.stringify(content));
}

test("tells where to load the page by each means, what came of it, and at last of the pushes", async () => {
  const { client } = await demo();
  const { status, stream } = await begin(client, "rtt=20&think=10");
  expect(status).toBe(200);
  const progress: [event: string, means: string, target: string][] = [];
  const told: string[] = [];
  const ports = new Set<number>();
  const paths = new Set<string>();
  for await (const { event, data } of eventsOf(stream)) {
    if (event === "asked" || event === "got") progress.push([event, data.means, data.target ?? ""]);
    else told.push(`${event} ${data.means}`);
    if (event === "loaded" && data.means !== "push") expect(data).toMatchObject({ total: 60, rows: [{ target: "/" }] });
    if (data.url === undefined) continue;
    ports.add(portOf(data.url));
    paths.add(new URL(data.url).pathname);
    await visit(data.url);
  }
  expect(told).toEqual(["none", "link", "hints", "push"].flatMap((means) => [`open ${means}`, `loaded ${means}`]));
  // A browser that asks about the certificate asks once, and no cache has what is loaded.
  expect([ports.size, paths.size]).toEqual([1, 3]);
  for (const means of ["none", "link", "hints", "push"]) {
    expect(progress.filter(([, of, target]) => of === means && target === "/").map(([event]) => event)).toEqual([
      "asked",
      "got",
    ]);
  }
  expect(progress).toContainEqual(["got", "push", "/js/granite.js"]);
});

test("names the host of the page's address as the browser knows this machine, and answers for it", async () => {
  const { client } = await demo(["dev.example"]);
  const stream = client.session.request({
    ":path": "/demo/network",
    ":method": "POST",
    ":authority": "dev.example:8443",
  });
  const { data } = await firstOf(eventsOf(stream));
  const { hostname, host, port, pathname } = new URL(data.url ?? "");
  expect(hostname).toBe("dev.example");
  expect((await (await connect(Number(port), noPush)).request(pathname, { ":authority": host })).status).toBe(200);
});

test.each([
  ["rtt=1001", 'rtt must be a whole number from 0 to 1000, not "1001"'],
  ["kbps=-1", 'kbps must be a whole number from 0 to 1000000, not "-1"'],
  ["think=soon", 'think must be a whole number from 0 to 2000, not "soon"'],
])("answers ?%s with 400 and the reason", async (query, detail) => {
  const { client } = await demo();
  const { status, body } = await client.request(`/demo/network?${query}`, { ":method": "POST" }, "");
  expect([status, JSON.parse(body.toString())]).toEqual([400, { title: "bad value", status: 400, detail }]);
});

test("takes one run at a time, of whatever kind, and the next when that has been left", async () => {
  const { client } = await demo();
  const first = await begin(client, "rtt=0");
  expect(first.status).toBe(200);
  expect((await begin(client, "rtt=0")).status).toBe(503);
  expect((await client.request("/demo/priority", { ":method": "POST" }, "")).status).toBe(503);
  first.stream.close(constants.NGHTTP2_CANCEL);
  await vi.waitUntil(async () => (await begin(client, "rtt=0")).status === 200);
});

test("ends the page's server when the run is left", async () => {
  const { client } = await demo();
  const { stream } = await begin(client, "rtt=0");
  const { data } = await firstOf(eventsOf(stream));
  const visitor = await connect(portOf(data.url), noPush);
  stream.close(constants.NGHTTP2_CANCEL);
  await once(visitor.session, "close");
  await expect(connect(portOf(data.url))).rejects.toThrow("ECONNREFUSED");
});

test("ends the page's server with the server of the demo", async () => {
  const { client, close } = await demo();
  const { stream } = await begin(client, "rtt=0");
  const { data } = await firstOf(eventsOf(stream));
  const visitor = await connect(portOf(data.url), noPush);
  await Promise.all([once(visitor.session, "close"), close(1000)]);
});

test("gives up on a window that says nothing", async () => {
  const page = await readSamplePage();
  const told: string[] = [];
  const options = { page, rtt: 0, kbps: 0, think: 0, hostname: "localhost", timeoutMs: 50, port: new LoadPort() };
  for await (const { event, means } of run(options, never)) told.push(`${event} ${means}`);
  expect(told).toEqual(["open none", "silence none"]);
});

async function pageServer(options: Partial<PageServerOptions> = {}) {
  const page = await readSamplePage();
  const certificate = await testCertificate();
  const server = await servePage({ page, delivery: "none", rtt: 0, kbps: 0, think: 0, certificate, ...options });
  onTestFinished(() => server.close());
  return server;
}

test("the client that takes pushes has the page and all that it needs after one round trip", async () => {
  const server = await pageServer({ delivery: "push", rtt: 400 });
  const { total, rows } = await server.explain(await loadWithPush(server.url, never));
  const { manifest } = await scan((await readSamplePage()).root);
  const needs = manifest.pages["/"]?.map(({ target }) => target) ?? [];
  expect(needs.length).toBeGreaterThan(9);
  const pushed = rows.filter(({ means }) => means === "push");
  expect(pushed.map(({ target }) => target).sort()).toEqual(needs.toSorted());
  expect(pushed.find(({ target }) => target === "/css/ground.css")?.reason).toBe("@import in /css/page.css");
  expect(total).toBeGreaterThanOrEqual(395);
  expect(total).toBeLessThan(790);
});

test("what the server takes to make the page counts once for all that is pushed with it", async () => {
  const server = await pageServer({ delivery: "push", think: 300 });
  const { total } = await server.explain(await loadWithPush(server.url, never));
  expect(total).toBeGreaterThanOrEqual(295);
  expect(total).toBeLessThan(590);
});

test("the client that takes pushes stops when it is told to, and when nobody is there", async () => {
  const server = await pageServer({ delivery: "push", think: 2000 });
  const stop = new AbortController();
  const load = loadWithPush(server.url, stop.signal);
  stop.abort(new Error("left"));
  await expect(load).rejects.toThrow("left");
  await server.close();
  await expect(loadWithPush(server.url, never)).rejects.toThrow("ECONNREFUSED");
});

test("hints go out before the page that the server thinks about", async () => {
  const server = await pageServer({ delivery: "hints", think: 50 });
  const client = await connect(server.port, noPush);
  const { informational, headers } = await client.request("/", navigation);
  expect(informational).toHaveLength(1);
  expect(informational[0]?.link).toContain("</js/granite.js>; rel=preload; as=script; crossorigin");
  expect(headers.link).toContain("</js/granite.js>; rel=modulepreload");
});

test("sees that a hinted file was asked for twice", async () => {
  const server = await pageServer({ delivery: "hints", think: 20 });
  const client = await connect(server.port, noPush);
  const target = "/js/soil.js";
  const page = client.request("/", navigation);
  await client.request(target);
  await page;
  await client.request(target);
  const times = { first: 500, end: 510, bytes: 9 };
  const load = { page: { target: "/", start: 0, ...times }, assets: [{ target, start: 400, ...times }] };
  expect((await report(client, load)).status).toBe(204);
  const { rows } = await server.explain(await server.reported);
  const { vain } = rows.find((row) => row.target === target) ?? {};
  expect(vain?.start).toBeGreaterThanOrEqual(0);
  expect(vain?.end).toBeGreaterThan(vain?.start ?? 0);
});

test.each([
  ["plain text", { "content-type": "text/plain" }, {}, 415],
  ["what is no load", {}, { page: 1 }, 400],
  ["more than a load takes", {}, { page: "x".repeat(70_000) }, 413],
])("the page's server refuses %s", async (_name, fields, content, status) => {
  const { port } = await pageServer();
  expect((await report(await connect(port, noPush), content, fields)).status).toBe(status);
});
