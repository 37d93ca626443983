import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { ask, type Protocol } from "../../support/ask.js";
import { connect, connectSocket } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { closedPort, startRawUpstream, startUpstream } from "../../support/upstream.js";

const protocols: readonly Protocol[] = ["HTTP/2", "HTTP/1.1"];

/** What an upstream does with a connection: says this, and then goes on so. */
type Behaviour = readonly [title: string, says: string, then: "end" | "reset" | "hang", outcome: number | string];

const head = "HTTP/1.1 200 OK\r\n";

const behaviours: readonly Behaviour[] = [
  ["closes at once", "", "end", 502],
  ["resets at once", "", "reset", 502],
  ["is silent", "", "hang", 504],
  ["sends garbage", "garbage garbage\r\n\r\n", "hang", 502],
  ["speaks TLS", "\u0015\u0003\u0003\0\u0002\u0002F", "hang", 502],
  ["ends in the status line", "HTTP/1.1 2", "end", 502],
  ["hangs in the status line", "HTTP/1.1 2", "hang", 504],
  ["ends in a field", `${head}x: y`, "end", 502],
  ["resets in a field", `${head}x: y`, "reset", 502],
  ["hangs in a field", `${head}x: y`, "hang", 504],
  ["sends a field without a name", `${head}: y\r\n\r\n`, "hang", 502],
  ["sends a field with a zero byte", `${head}x: a\0b\r\n\r\n`, "hang", 502],
  ["sends fields without end", `${head}${"x: y\r\n".repeat(20_000)}`, "hang", 502],
  ["gives two lengths", `${head}content-length: 1\r\ncontent-length: 2\r\n\r\na`, "end", 502],
  [
    "gives a length and a transfer coding",
    `${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    "end",
    502,
  ],
  ["gives a status beyond all classes", "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n", "end", 502],
  [
    "switches protocols unasked",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "hang",
    502,
  ],
  ["hangs after a 103", "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n", "hang", 504],
  ["ends after a 103", "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n", "end", 502],
  ["ends before its content", `${head}content-length: 9\r\n\r\n`, "end", "reset"],
  ["ends within its content", `${head}content-length: 9\r\n\r\nhalf`, "end", "reset"],
  ["resets within its content", `${head}content-length: 9\r\n\r\nhalf`, "reset", "reset"],
  ["hangs within its content", `${head}content-length: 9\r\n\r\nhalf`, "hang", "reset"],
  ["ends within its chunks", `${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, "end", "reset"],
  ["hangs within its chunks", `${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, "hang", "reset"],
  ["sends a chunk of no size", `${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nxyz\r\n`, "hang", "reset"],
  [
    "ends within a stream of events",
    `${head}transfer-encoding: chunked\r\ncontent-type: text/event-stream\r\n\r\n`,
    "reset",
    "reset",
  ],
  ["sends more than its length", `${head}content-length: 5\r\n\r\nwholemore`, "hang", "whole"],
  ["gives no length and ends", "HTTP/1.0 200 OK\r\n\r\nwhole", "end", "whole"],
];

async function misbehaving([, says, then]: Behaviour) {
  return startRawUpstream((socket: Socket) => {
    socket.once("data", () => {
      socket.write(says, "latin1", () => {
        if (then === "end") socket.end();
        else if (then === "reset") socket.resetAndDestroy();
      });
    });
  });
}

/** The status, what came with a 200, or "reset". */
async function outcomeOf(port: number, protocol: Protocol, method: string): Promise<string | number> {
  try {
    const { status, body } = await ask(port, protocol, "/api/x", method);
    return status === 200 ? body.toString() : status;
  } catch {
    return "reset";
  }
}

test.each(behaviours)("over both versions of HTTP, an upstream that %s", async (...behaviour) => {
  const { origin } = await misbehaving(behaviour);
  const root = await writeSite({ "a.txt": "file" });
  const { port, errors } = await startServer({ root, proxy: [`/api=${origin}`], proxyTimeout: 1 });
  const [, , , expected] = behaviour;
  const outcomes = await Promise.all(protocols.map((protocol) => outcomeOf(port, protocol, "GET")));
  expect(outcomes).toEqual([expected, expected]);
  for (const protocol of protocols) expect((await ask(port, protocol, "/a.txt")).body.toString()).toBe("file");
  expect(errors).toEqual([]);
});

test.each(protocols)("says over %s which upstream failed and why, to the client and to the user", async (protocol) => {
  const origin = `http://127.0.0.1:${await closedPort()}`;
  const notices: string[] = [];
  const { port } = await startServer({ proxy: [`/api=${origin}`], onNotice: (text) => notices.push(text) });
  const { status, body } = await ask(port, protocol, "/api/x");
  expect(status).toBe(502);
  expect(body.toString()).toContain(`${origin} refused the connection`);
  expect(notices).toEqual([`GET /api/x: ${origin} refused the connection: nothing listens there.`]);
});

test("an upstream that breaks off within its content is told to the user", async () => {
  const { origin } = await misbehaving(["", `${head}content-length: 9\r\n\r\nhalf`, "end", "reset"]);
  const notices: string[] = [];
  const { port } = await startServer({ proxy: [`/=${origin}`], onNotice: (text) => notices.push(text) });
  expect(await outcomeOf(port, "HTTP/2", "GET")).toBe("reset");
  expect(notices).toEqual([`GET /api/x: ${origin} broke off before its answer was whole.`]);
});

test("an upstream that takes no content is given up", async () => {
  const { origin } = await startRawUpstream((socket) => socket.pause());
  const { port } = await startServer({ proxy: [`/=${origin}`], proxyTimeout: 1 });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/", ":method": "POST" });
  stream.on("error", () => undefined).write(Buffer.alloc(8_000_000));
  const [fields]: unknown[] = await once(stream, "response");
  expect(Object(fields)[":status"]).toBe(504);
});

test("a client that takes its time with the content is waited for", async () => {
  const { origin } = await startUpstream((request, response) => void request.pipe(response));
  const { port } = await startServer({ proxy: [`/=${origin}`], proxyTimeout: 1 });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/", ":method": "POST" });
  stream.write("slow ");
  await new Promise((resolve) => setTimeout(resolve, 1500)); // longer than an upstream may be silent
  stream.end("client");
  let content = "";
  for await (const piece of stream) content += String(piece);
  expect(content).toBe("slow client");
});

test.each(protocols)("an upstream is told when its client goes away, over %s", async (protocol) => {
  let left: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (left = resolve));
  const asked: (() => void)[] = [];
  const { origin } = await startUpstream((_request, response) => {
    response.on("close", left);
    response.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
    asked.splice(0).forEach((tell) => tell());
  });
  const notices: string[] = [];
  const { port, record, errors } = await startServer({
    proxy: [`/=${origin}`],
    onNotice: (text) => notices.push(text),
  });
  const socket = await connectSocket(port, protocol === "HTTP/2" ? "h2" : "http/1.1");
  const arrived = new Promise<void>((resolve) => asked.push(resolve));
  if (protocol === "HTTP/2") {
    const session = connectHttp2(`https://localhost:${port}`, { createConnection: () => socket });
    session.on("error", () => undefined);
    session.request({ ":path": "/" }).on("error", () => undefined);
  } else socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await arrived;
  socket.destroy();
  await gone;
  expect(await record(() => true)).toMatchObject({ aborted: true });
  expect([...errors, ...notices]).toEqual([]);
});

test("what a client no longer wants is not asked a second time over another connection", async () => {
  const asked: (string | undefined)[] = [];
  let slow: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => (slow = resolve));
  let left: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (left = resolve));
  const { origin } = await startUpstream((request, response) => {
    asked.push(request.url);
    if (request.url !== "/slow") return response.end("a");
    response.on("close", left);
    return slow();
  });
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const { session, request } = await connect(port);
  await request("/a");
  const stream = session.request({ ":path": "/slow" }).on("error", () => undefined);
  await isAsked;
  stream.close(8);
  await gone;
  // Over the connection that is free again, were the other asked first.
  await request("/b");
  expect(asked).toEqual(["/a", "/slow", "/b"]);
});

test.each(["reset", "connection lost", "connection lost over HTTP/1.1"])(
  "a content that its client breaks off never looks whole to the upstream: %s",
  async (how) => {
    const seen: string[] = [];
    let over: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (over = resolve));
    const { origin, received } = await startUpstream((request) => {
      request.on("data", () => seen.push("data")).on("end", () => seen.push("end"));
      request.on("error", () => undefined).on("close", over);
    });
    const { port } = await startServer({ proxy: [`/=${origin}`] });
    const socket = await connectSocket(port, how.endsWith("1.1") ? "http/1.1" : "h2");
    let breakOff = (): unknown => socket.destroy();
    if (how.endsWith("1.1")) {
      socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    } else {
      const session = connectHttp2(`https://localhost:${port}`, { createConnection: () => socket });
      session.on("error", () => undefined);
      const stream = session.request({ ":path": "/", ":method": "POST" });
      stream.on("error", () => undefined).write("half");
      if (how === "reset") breakOff = () => stream.destroy(new Error("reset"));
    }
    while (!seen.includes("data")) await new Promise(setImmediate);
    breakOff();
    await closed;
    expect(received[0]!.headers["transfer-encoding"]).toBe("chunked");
    expect(seen).toEqual(["data"]);
  },
);
