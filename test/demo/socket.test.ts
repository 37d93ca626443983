import { once } from "node:events";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { demoRoutes } from "../../src/demo/routes.js";
import { connect, type H2Client } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { openWebSocket } from "../support/websocket-h2.js";

async function demo(): Promise<H2Client> {
  const { port } = await startServer({ routes: demoRoutes() });
  return connect(port);
}

interface Talk {
  readonly socket: WebSocket;
  readonly tell: (message: object | string | Buffer) => void;
  /** The next message, read as JSON. */
  readonly hear: () => Promise<Record<string, unknown>>;
}

async function open({ session }: H2Client, query = ""): Promise<Talk> {
  const { socket } = await openWebSocket(session, `/demo/socket${query}`);
  const heard: Record<string, unknown>[] = [];
  const waiting: (() => void)[] = [];
  socket.on("message", (data: Buffer) => {
    heard.push(JSON.parse(data.toString()));
    waiting.shift()?.();
  });
  return {
    socket,
    tell: (message) =>
      socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    async hear() {
      if (heard.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return heard.shift() ?? {};
    },
  };
}

test("says which version it came over, says back what it hears, times a ping, and closes with the code", async () => {
  const { socket, tell, hear } = await open(await demo());
  expect(await hear()).toEqual({ type: "welcome", httpVersion: "2", connection: 1 });
  tell({ type: "say", text: "你好" });
  expect(await hear()).toEqual({ type: "said", text: "你好" });
  tell({ type: "ping" });
  expect(await hear()).toEqual({ type: "pong", ms: expect.any(Number) });
  tell({ type: "close", code: 4002, reason: "bye" });
  expect((await once(socket, "close")).map(String)).toEqual(["4002", "bye"]);
});

test.each([
  "hello",
  { type: "shout" },
  { type: "say", text: "x".repeat(501) },
  { type: "close", code: 1006 },
  { type: "close", code: 4000, reason: "x".repeat(124) },
])("closes with 4000 what it does not understand: %j", async (message) => {
  const { socket, tell } = await open(await demo());
  tell(message);
  expect(Number((await once(socket, "close"))[0])).toBe(4000);
});

test("lets all in a room hear what one says, and who comes and goes", async () => {
  const client = await demo();
  const first = await open(client, "?room=a");
  await first.hear();
  expect(await first.hear()).toEqual({ own: true, type: "joined", name: 1, members: 1 });
  const second = await open(client, "?room=a");
  const other = await open(client, "?room=b");
  await second.hear();
  await other.hear();
  expect(await second.hear()).toEqual({ own: true, type: "joined", name: 2, members: 2 });
  expect(await first.hear()).toEqual({ type: "joined", name: 2, members: 2 });
  second.tell({ type: "say", text: "hi" });
  expect(await second.hear()).toEqual({ own: true, type: "said", name: 2, text: "hi" });
  expect(await first.hear()).toEqual({ type: "said", name: 2, text: "hi" });
  expect(await other.hear()).toMatchObject({ type: "joined", name: 1 });
  second.socket.close();
  expect(await first.hear()).toEqual({ type: "left", name: 2, members: 1 });
});

test("sends one away that says too much", async () => {
  const { socket, tell } = await open(await demo(), "?room=a");
  for (let message = 0; message < 80; message += 1) tell({ type: "say", text: "x" });
  expect(Number((await once(socket, "close"))[0])).toBe(4008);
});

test("reads slowly when it is asked to, and what is not read waits with the client", async () => {
  const { socket, tell, hear } = await open(await demo(), "?read=4000");
  await hear();
  const began = performance.now();
  for (let message = 0; message < 40; message += 1) tell(Buffer.alloc(50_000));
  expect(socket.bufferedAmount).toBeGreaterThan(1_000_000);
  for (let message = 1; message <= 40; message += 1)
    expect(await hear()).toEqual({ type: "read", bytes: message * 50_000 });
  expect(performance.now() - began).toBeGreaterThan(400);
  expect(socket.bufferedAmount).toBe(0);
});

test.each([
  ["/demo/socket?room=a%20b", 400],
  ["/demo/socket?read=x", 400],
])("refuses %s", async (path, status) => {
  const { session } = await demo();
  expect((await openWebSocket(session, path)).status).toBe(status);
});

test("answers 426 when it is asked without a handshake", async () => {
  expect((await (await demo()).request("/demo/socket")).status).toBe(426);
});
