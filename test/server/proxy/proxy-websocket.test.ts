import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { http1 } from "../../support/h1.js";
import { connectSocket } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { closedPort, startRawUpstream, startUpstream } from "../../support/upstream.js";

/** A WebSocket server that says back what it hears. */
async function startEcho() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  await once(server, "listening");
  server.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
  const { port }: Partial<AddressInfo> = Object(server.address());
  return { origin: `http://127.0.0.1:${port}`, server };
}

function open(port: number, path: string, options: object = {}): WebSocket {
  const socket = new WebSocket(`wss://localhost:${port}${path}`, { rejectUnauthorized: false, ...options });
  socket.on("error", () => undefined);
  onTestFinished(() => socket.terminate());
  return socket;
}

/** The status that a handshake is refused with. */
async function refusal(socket: WebSocket): Promise<number | undefined> {
  const [, response]: { statusCode?: number }[] = await once(socket, "unexpected-response");
  return response?.statusCode;
}

test("messages pass both ways, small and large, and the end of either side reaches the other", async () => {
  const { origin, server } = await startEcho();
  const { port, record, errors } = await startServer({ proxy: [`/ws=${origin}`] });
  const client = open(port, "/ws/chat?room=1");
  const [upstream, request]: [WebSocket, { url: string; headers: object }] = Object(await once(server, "connection"));
  expect(request).toMatchObject({
    url: "/ws/chat?room=1",
    headers: { host: origin.slice(7), "x-forwarded-host": `localhost:${port}`, "x-forwarded-proto": "https" },
  });
  await once(client, "open");
  for (const message of ["hello", "x".repeat(1_000_000)]) {
    client.send(message);
    const [answer]: unknown[] = await once(client, "message");
    expect(String(answer) === message).toBe(true);
  }
  client.close(4001, "done");
  const [code]: unknown[] = await once(upstream, "close");
  expect(code).toBe(4001);
  expect(await record(() => true)).toMatchObject({ status: 101, aborted: false, target: "/ws/chat?room=1" });

  const second = open(port, "/ws");
  const [other]: WebSocket[] = await once(server, "connection");
  await once(second, "open");
  other!.close(4002, "bye");
  expect((await once(second, "close"))[0]).toBe(4002);
  expect(errors).toEqual([]);
});

test("an upstream that vanishes ends the client's connection, and the other way round", async () => {
  const { origin, server } = await startEcho();
  const { port, errors } = await startServer({ root: await writeSite({ "a.txt": "file" }), proxy: [`/ws=${origin}`] });
  const client = open(port, "/ws");
  const [upstream]: WebSocket[] = await once(server, "connection");
  await once(client, "open");
  upstream!.terminate();
  expect((await once(client, "close"))[0]).toBe(1006);
  const second = open(port, "/ws");
  const [other]: WebSocket[] = await once(server, "connection");
  await once(second, "open");
  second.terminate();
  expect((await once(other!, "close"))[0]).toBe(1006);
  expect((await http1(port, "/a.txt")).body.toString()).toBe("file");
  expect(errors).toEqual([]);
});

test("the server's end ends WebSockets", async () => {
  const { origin, server } = await startEcho();
  const { port, close } = await startServer({ proxy: [`/ws=${origin}`] });
  const client = open(port, "/ws");
  await Promise.all([once(server, "connection"), once(client, "open")]);
  await Promise.all([close(), once(client, "close")]);
});

test("what the upstream says against a handshake reaches the client", async () => {
  const { origin } = await startUpstream((_request, response) => response.writeHead(403).end("no"));
  const { port } = await startServer({ proxy: [`/ws=${origin}`] });
  expect(await refusal(open(port, "/ws"))).toBe(403);
});

test.each([
  ["nothing listens there", "refused", 502],
  ["it ends", "end", 502],
  ["it sends garbage", "garbage\r\n\r\n", 502],
  ["it is silent", "silence", 504],
])("a handshake fails in words when %s", async (_title, behaviour, status) => {
  const { origin } =
    behaviour === "refused"
      ? { origin: `http://127.0.0.1:${await closedPort()}` }
      : await startRawUpstream((socket) => {
          if (behaviour === "end") socket.end();
          else if (behaviour !== "silence") socket.once("data", () => socket.write(behaviour));
        });
  const { port, errors } = await startServer({ proxy: [`/ws=${origin}`], proxyTimeout: 1 });
  expect(await refusal(open(port, "/ws"))).toBe(status);
  expect(errors).toEqual([]);
});

test("only what is proxied can become a WebSocket, for our hosts and with the password", async () => {
  const { origin } = await startEcho();
  const root = await writeSite({ "index.html": "page" });
  const { port } = await startServer({ root, proxy: [`/ws=${origin}`], auth: "me:secret" });
  expect(await refusal(open(port, "/ws"))).toBe(401);
  expect(await refusal(open(port, "/ws", { headers: { host: "evil.test" } }))).toBe(421);
  const headers = { authorization: `Basic ${Buffer.from("me:secret").toString("base64")}` };
  expect(await refusal(open(port, "/", { headers }))).toBe(200);
  expect(await refusal(open(port, "/none", { headers }))).toBe(404);
  expect(await refusal(open(port, "/ws/..%2fx", { headers }))).toBe(400);
  await once(open(port, "/ws", { headers }), "open");
});

test.each([
  ["GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n", 200],
  ["GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n", 426],
  [
    "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\ncontent-length: 3\r\n\r\nabc",
    400,
  ],
])("%j, no WebSocket, is answered with %i", async (request, status) => {
  const { origin } = await startEcho();
  const { port } = await startServer({ root: await writeSite({ "index.html": "page" }), proxy: [`/ws=${origin}`] });
  const socket = await connectSocket(port, "http/1.1");
  socket.write(request);
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});
