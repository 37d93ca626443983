import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import type { Route } from "../../../../src/index.js";
import { SlowNetworkLines } from "../../../../src/server/listen/slow-network/network-simulator.js";
import { http1 } from "../../../support/h1.js";
import { answerOf, connect } from "../../../support/h2.js";
import { startServer } from "../../../support/server.js";
import { writeSite } from "../../../support/site.js";

/** Far above what a busy machine adds by itself (milliseconds). */
const RTT = 150;

/** How long something takes, in milliseconds: the quickest of three times, as the machine has other work too. */
async function quickest<T>(of: () => Promise<T>): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 3; time++) {
    const started = performance.now();
    await of();
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}

const roundTripsOnce = async <T>(of: () => Promise<T>) => {
  const started = performance.now();
  await of();
  return (performance.now() - started) / RTT;
};

const roundTrips = async <T>(of: () => Promise<T>) => (await quickest(of)) / RTT;

const echo: Route = (request) => (request.method === "POST" ? new Response(request.body) : undefined);

test("a first request takes three round trips, TCP, TLS and its own, and the next takes one", async () => {
  const { port } = await startServer({ root: await writeSite({ "a.txt": "a" }), rtt: RTT });
  const first = await roundTrips(() => http1(port, "/a.txt"));
  expect(first).toBeGreaterThan(2.98);
  expect(first).toBeLessThan(3.7);
  const client = await connect(port);
  await client.request("/a.txt");
  const next = await roundTrips(() => client.request("/a.txt"));
  expect(next).toBeGreaterThan(0.98);
  expect(next).toBeLessThan(1.4);
});

test("a connection that was opened ahead has its handshake of TCP behind it", async () => {
  const { port } = await startServer({ root: await writeSite({ "a.txt": "a" }), rtt: RTT });
  const sockets = [1, 2, 3].map(() => connectTcp({ port, host: "127.0.0.1" }));
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  for (const socket of sockets) socket.on("error", () => undefined);
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  await new Promise((resolve) => setTimeout(resolve, RTT));
  const handshake = await roundTrips(async () => {
    const tls = connectTls({ socket: sockets.pop()!, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
    // The server ends with the test, and this connection with it.
    tls.on("error", () => undefined);
    await once(tls, "secureConnect");
    tls.on("error", () => undefined);
  });
  expect(handshake).toBeGreaterThan(0.98);
  expect(handshake).toBeLessThan(1.5);
});

test("requests that are made at once take their round trip together", async () => {
  const { port } = await startServer({ root: await writeSite({ "a.txt": "a" }), rtt: RTT });
  const client = await connect(port);
  const all = await roundTrips(() => Promise.all(Array.from({ length: 50 }, () => client.request("/a.txt"))));
  expect(all).toBeLessThan(1.7);
});

test.each([8000, 50_000])("at %i kbit/s, content takes the time of its bits", async (kbps) => {
  const bytes = (kbps / 8) * 500; // half a second
  const { port } = await startServer({ root: await writeSite({ "a.bin": Buffer.alloc(bytes) }), kbps });
  const client = await connect(port, { settings: { initialWindowSize: 2 ** 30 } });
  client.session.setLocalWindowSize(2 ** 30);
  await client.request("/a.bin", { ":method": "HEAD" });
  const time = await quickest(async () => expect((await client.request("/a.bin")).body).toHaveLength(bytes));
  // Longer is the machine's affair; shorter would be too fast a line.
  expect(time).toBeGreaterThan(490);
});

test.each([
  [12_000, 1],
  [40_000, 2],
  [90_000, 3],
])("a new connection begins with ten segments, and has %i bytes after %i round trips", async (bytes, trips) => {
  const { port } = await startServer({ root: await writeSite({ "a.bin": Buffer.alloc(bytes, 7) }), rtt: RTT });
  const times: number[] = [];
  for (let time = 0; time < 2; time++) {
    const client = await connect(port, { settings: { initialWindowSize: 2 ** 30 } });
    await client.request("/a.bin", { ":method": "HEAD" });
    times.push(await roundTripsOnce(() => client.request("/a.bin")));
  }
  expect(Math.min(...times)).toBeGreaterThan(trips - 0.02);
  expect(Math.min(...times)).toBeLessThan(trips + 0.6);
});

test("the connections of a client share its line", async () => {
  const root = await writeSite({ "a.bin": Buffer.alloc(250_000, 7) });
  const { port } = await startServer({ root, kbps: 8000 });
  const clients = await Promise.all([1, 2].map(() => connect(port, { settings: { initialWindowSize: 2 ** 30 } })));
  const time = await quickest(() => Promise.all(clients.map((client) => client.request("/a.bin"))));
  expect(time).toBeGreaterThan(490);
});

test("a first needed response is not held up by what was asked for later", async () => {
  const root = await writeSite({ "a.css": Buffer.alloc(40_000, 1), "b.png": Buffer.alloc(400_000, 2) });
  const { port } = await startServer({ root, rtt: 20, kbps: 4000 });
  const client = await connect(port);
  const ended: string[] = [];
  await Promise.all(["/a.css", "/b.png"].map((path) => client.request(path).then(() => ended.push(path))));
  expect(ended).toEqual(["/a.css", "/b.png"]);
});

test("what Link announced goes behind what the page itself asks for as urgently", async () => {
  const css = `@font-face { font-family: f; src: url(f.woff2) } body { font-family: f }`;
  const html = `<link rel=stylesheet href=a.css><script src=a.js></script><p>text`;
  const large = { "f.woff2": "f".repeat(300_000), "a.js": "1;".repeat(100_000) };
  const root = await writeSite({ "index.html": html, "a.css": css, ...large });
  const { port } = await startServer({ root, rtt: 20, kbps: 4000, compress: false });
  const client = await connect(port, { settings: { enablePush: false } });
  expect((await client.request("/")).headers.link).toContain("f.woff2");
  const ended: string[] = [];
  const paths = ["/f.woff2", "/a.js"];
  await Promise.all(paths.map((path) => client.request(path, { priority: "u=1" }).then(() => ended.push(path))));
  expect(ended).toEqual(["/a.js", "/f.woff2"]);
});

test.each([{ rtt: 20 }, { kbps: 50_000 }, { rtt: 20, kbps: 50_000 }, { rtt: 5, loss: 3 }])(
  "over %j, what is sent comes back as it was, over both versions of HTTP",
  async (network) => {
    const { port, errors } = await startServer({ ...network, routes: [echo] });
    const content = Buffer.from(Uint32Array.from({ length: 250_000 }, (_, n) => n * 2_654_435_761).buffer);
    const client = await connect(port);
    const bodies = await Promise.all([
      client.request("/", { ":method": "POST" }, content).then(({ body }) => body),
      client.request("/", { ":method": "POST" }, content).then(({ body }) => body),
      http1(port, "/", { method: "POST", content }).then(({ body }) => body),
    ]);
    for (const body of bodies) expect(body.equals(content)).toBe(true);
    expect(errors).toEqual([]);
  },
);

test.each([{ rtt: 10 }, { kbps: 1_000_000 }])(
  "over %j, a client that reads slowly is sent a few megabytes ahead and no more",
  async (network) => {
    let sent = 0;
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 65_536;
            controller.enqueue(new Uint8Array(65_536));
          },
        }),
      );
    const { port } = await startServer({ ...network, routes: [endless] });
    const socket = connectTls({ port, host: "localhost", rejectUnauthorized: false });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let taken = 0;
    for await (const piece of socket) {
      taken += Buffer.byteLength(piece);
      await new Promise(setImmediate);
      expect(sent - taken).toBeLessThan(32 * 1024 * 1024);
      if (taken > 48 * 1024 * 1024) break;
    }
  },
);

test("a server that closes lets what is on its way arrive", async () => {
  const root = await writeSite({ "a.bin": Buffer.alloc(100_000, 7) });
  const { port, close, record } = await startServer({ root, rtt: RTT });
  const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false });
  onTestFinished(() => session.destroy());
  const answer = answerOf(session.request({ ":path": "/a.bin" }));
  await record(({ target }) => target === "/a.bin");
  await Promise.all([close(), once(session, "close")]);
  expect((await answer).body).toHaveLength(100_000);
});

test("a client that goes away in the middle leaves nothing behind", async () => {
  const root = await writeSite({ "a.bin": Buffer.alloc(1_000_000, 7) });
  const { port, close, record, errors } = await startServer({ root, rtt: 20, kbps: 2000 });
  const client = await connect(port);
  client.request("/a.bin").catch(() => undefined);
  client.session.once("stream", () => undefined);
  await new Promise((resolve) => client.session.ping(resolve));
  client.session.destroy();
  expect((await record(({ target }) => target === "/a.bin")).aborted).toBe(true);
  await close();
  expect(errors).toEqual([]);
});

test("a client that resets its connection before anybody takes it harms nobody", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const client = connectTcp({ port: typeof address === "object" ? (address?.port ?? 0) : 0, host: "127.0.0.1" });
  const [socket] = await once(server, "connection");
  const slow = new SlowNetworkLines({ rtt: RTT, kbps: Infinity, loss: 0 }).connect(socket, performance.now());
  client.resetAndDestroy();
  // Not by `once`, which listens for an error.
  await new Promise((resolve) => slow.on("close", resolve));
  expect(slow.errored).toMatchObject({ code: "ECONNRESET" });
});
