import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Route, RouteContext, ServerWebSocket } from "../../../src/index.js";
import { connect } from "../../support/h2.js";
import { startServer, type TestServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { openWebSocket } from "../../support/websocket-h2.js";

/** Says back what it hears, and tells the test of each socket. */
function echoRoute(sockets: ServerWebSocket[] = [], told: RouteContext[] = []): Route {
  return (request, context) => {
    if (new URL(request.url).pathname !== "/echo") return undefined;
    const accepted = context.upgradeWebSocket?.({ maxPayload: 2_000_000 });
    if (accepted === undefined) return new Response("this is for WebSockets", { status: 426 });
    told.push(context);
    sockets.push(accepted.socket);
    accepted.socket.on("message", (data, isBinary) => accepted.socket.send(isBinary ? data : data.toString()));
    return accepted.response;
  };
}

type Version = "1.1" | "2";

async function open({ port }: TestServer, version: Version, path = "/echo", fields: Record<string, string> = {}) {
  if (version === "2") return openWebSocket((await connect(port)).session, path, fields);
  const socket = new WebSocket(`wss://localhost:${port}${path}`, { rejectUnauthorized: false, headers: fields });
  socket.on("error", () => undefined);
  onTestFinished(() => socket.terminate());
  const refused = once(socket, "unexpected-response").then(([, response]) => Number(response.statusCode));
  return { socket, status: await Promise.race([once(socket, "open").then(() => 101), refused]) };
}

test.each([
  ["1.1", 101],
  ["2", 200],
] as const)("a route answers a WebSocket over HTTP/%s, small messages and large", async (version, status) => {
  const told: RouteContext[] = [];
  const server = await startServer({ routes: [echoRoute([], told)] });
  const { socket, status: answered } = await open(server, version);
  expect([answered, told[0]?.httpVersion]).toEqual([status, version]);
  for (const message of ["hello", "x".repeat(1_000_000)]) {
    socket.send(message);
    const [data, isBinary]: unknown[] = await once(socket, "message");
    expect([String(data) === message, isBinary]).toEqual([true, false]);
  }
  socket.send(Buffer.from([0, 255]));
  expect(await once(socket, "message")).toEqual([Buffer.from([0, 255]), true]);
  socket.close(4001, "done");
  expect(Number((await once(socket, "close"))[0])).toBe(4001);
  expect(await server.record(() => true)).toMatchObject({ method: "GET", status, target: "/echo", bytes: 1_000_007 });
  expect(server.errors).toEqual([]);
});

test.each(["1.1", "2"] as const)(
  "the server's ping, close code and end reach the client over HTTP/%s",
  async (version) => {
    const sockets: ServerWebSocket[] = [];
    const server = await startServer({ routes: [echoRoute(sockets)] });
    const { socket } = await open(server, version);
    const pong = new Promise<void>((resolve) => sockets[0]?.on("pong", resolve));
    sockets[0]?.ping();
    await pong;
    sockets[0]?.close(4002, "bye");
    expect((await once(socket, "close")).map(String)).toEqual(["4002", "bye"]);
    const second = await open(server, version);
    const gone = once(second.socket, "close");
    await server.close(1000);
    expect(Number((await gone)[0])).toBe(1001);
  },
);

test.each(["1.1", "2"] as const)(
  "a message above the limit ends the socket with 1009 over HTTP/%s",
  async (version) => {
    const server = await startServer({ routes: [echoRoute()] });
    const { socket } = await open(server, version);
    socket.send("x".repeat(2_000_001));
    expect(Number((await once(socket, "close"))[0])).toBe(1009);
  },
);

test.each([
  ["1.1", "/echo", { origin: "https://other.example" }, 403],
  ["2", "/echo", { origin: "https://other.example" }, 403],
  ["2", "/echo", { "sec-fetch-site": "same-site", "sec-fetch-mode": "websocket" }, 403],
  ["1.1", "/elsewhere", {}, 404],
  ["2", "/elsewhere", {}, 404],
  // Over HTTP/2 the status 200 of the page would say that the socket is open.
  ["2", "/", {}, 404],
  ["2", "/forced", {}, 404],
] as const)("refuses a handshake over HTTP/%s for %s with %j: %d", async (version, path, fields, status) => {
  const root = await writeSite({ "index.html": "a", _redirects: "/forced /index.html 200!" });
  const server = await startServer({ root, routes: [echoRoute()] });
  expect((await open(server, version, path, fields)).status).toBe(status);
});

test.each(["1.1", "2"] as const)("a client that takes no pongs is ended over HTTP/%s", async (version) => {
  const sockets: ServerWebSocket[] = [];
  const server = await startServer({ routes: [echoRoute(sockets)] });
  const { socket } = await open(server, version);
  const ended = new Promise((resolve) => sockets[0]?.on("close", resolve));
  socket.pause();
  for (let at = 0; at < 200_000; at++) socket.ping(Buffer.alloc(125));
  await ended;
  expect(server.errors).toEqual([]);
});

test.each(["1.1", "2"] as const)(
  "a client that reads nothing is ended over HTTP/%s, though more and more waits for it",
  async (version) => {
    const sockets: ServerWebSocket[] = [];
    const server = await startServer({ stallTimeout: 1, routes: [echoRoute(sockets)] });
    const { socket } = await open(server, version);
    const ended = new Promise((resolve) => sockets[0]?.on("close", resolve));
    socket.pause();
    const timer = setInterval(() => sockets[0]?.send("x".repeat(500_000)), 50);
    onTestFinished(() => clearInterval(timer));
    await ended;
  },
);

test("a message in too many pieces ends its socket with 1008", async () => {
  const server = await startServer({ routes: [echoRoute()] });
  const { socket } = await open(server, "1.1");
  const closed = once(socket, "close");
  for (let at = 0; at < 20_000; at++) socket.send("x", { fin: false });
  expect(Number((await closed)[0])).toBe(1008);
});

test("a route that is asked without a handshake is told so", async () => {
  const { port } = await startServer({ routes: [echoRoute()] });
  expect((await (await connect(port)).request("/echo")).status).toBe(426);
});

test("without routes and upstreams, a client is told that there is no WebSocket over HTTP/2", async () => {
  const { port } = await startServer({ root: await writeSite({ "index.html": "a" }) });
  expect((await connect(port)).session.remoteSettings.enableConnectProtocol).toBe(false);
});

test("an upstream is asked over HTTP/1.1 for a WebSocket that came over HTTP/2", async () => {
  const upstream = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => upstream.close());
  await once(upstream, "listening");
  upstream.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
  const { port }: { port?: number } = Object(upstream.address());
  const server = await startServer({ proxy: [`/echo=http://127.0.0.1:${port}`] });
  const { socket, status } = await open(server, "2");
  expect(status).toBe(200);
  socket.send("through");
  expect(String((await once(socket, "message"))[0])).toBe("through");
  socket.close(4003);
  expect(Number((await once(socket, "close"))[0])).toBe(4003);
  expect(await server.record(() => true)).toMatchObject({ status: 200, aborted: false });
});
