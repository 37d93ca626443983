import { once } from "node:events";
import { get } from "node:https";
import { constants, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as after } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { expect, test, vi } from "vitest";
import { createServer, type Route, type RouteContext } from "../../src/index.js";
import { emptyDirectory } from "../support/directory.js";
import { http1, keepAlive } from "../support/h1.js";
import { connect, connectSocket, connectTapped } from "../support/h2.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";

const at =
  (path: string, answer: (request: Request, context: RouteContext) => Response | Promise<Response>): Route =>
  (request, context) =>
    new URL(request.url).pathname === path ? answer(request, context) : undefined;

/** Something that the test makes happen later. */
function later<T = void>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** A route whose answer comes when the test says so. */
function slow(path = "/slow") {
  const asked = later();
  const answer = later<Response>();
  const route = at(path, () => {
    asked.resolve();
    return answer.promise;
  });
  return { route, asked: asked.promise, answer: answer.resolve };
}

/** A stream of events that never ends by itself. */
function events() {
  const cancelled = later();
  const route = at("/events", () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from("data: 1\n\n")),
      cancel: () => cancelled.resolve(),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return { route, cancelled: cancelled.promise };
}

/** Long enough that a test which waits for it fails by its own time-out. */
const NEVER = 100_000;

test("close ends idle connections of both protocols, and those that have not spoken, at once", async () => {
  const server = await startServer({ root: await writeSite({ "index.html": "home" }) });
  const { session, request } = await connect(server.port);
  await request("/");
  const agent = keepAlive();
  await http1(server.port, "/", { agent });
  const fresh = await connect(server.port);
  const silent = connectTcp(server.port, "127.0.0.1");
  await once(silent, "connect");
  const shaken = await connectSocket(server.port, "http/1.1");
  const ends = [session, fresh.session, silent, shaken].map((end) => once(end, "close"));
  silent.resume();
  shaken.resume();
  await server.close(NEVER);
  await Promise.all(ends);
});

test.each(["h2", "http/1.1"])(
  "close does not wait for an idle client of %s that never closes its side",
  async (alpn) => {
    const server = await startServer();
    const socket = await connectSocket(server.port, alpn, { allowHalfOpen: true });
    socket.write(
      alpn === "h2" ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0" : "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    );
    await once(socket, "data");
    if (alpn !== "h2") await server.record(() => true);
    await server.close(NEVER);
  },
);

test("close refuses new connections and lets a running response end", async () => {
  const [first, second] = [slow("/first"), slow("/second")];
  const server = await startServer({ routes: [first.route, second.route] });
  const { request, session } = await connect(server.port);
  const running = [request("/first"), http1(server.port, "/second", { agent: keepAlive() })];
  await Promise.all([first.asked, second.asked]);
  const closed = server.close(NEVER);
  await expect(connectSocket(server.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  first.answer(new Response("late"));
  second.answer(new Response("late"));
  expect((await Promise.all(running)).map(({ body }) => body.toString())).toEqual(["late", "late"]);
  await closed;
  expect(session.closed).toBe(true);
});

test.each(["h2", "http/1.1"])("close ends a connection of %s whose handshake ends while it closes", async (alpn) => {
  const { route, asked, answer } = slow();
  const server = await startServer({ routes: [route] });
  const early = connectTcp(server.port, "127.0.0.1");
  await once(early, "connect");
  // Accepted in their order: when this one is served, the one before has been accepted, too.
  const { request } = await connect(server.port);
  const running = request("/slow");
  await asked;
  const closed = server.close(NEVER);
  const late = connectTls({ socket: early, ALPNProtocols: [alpn], rejectUnauthorized: false });
  late.on("error", () => undefined).resume();
  await once(late, "secureConnect");
  answer(new Response("late"));
  expect((await running).status).toBe(200);
  await closed;
});

test.each(["h2", "http/1.1"])("close ends a stream of events over %s", async (protocol) => {
  const { route, cancelled } = events();
  const server = await startServer({ routes: [route] });
  if (protocol === "h2") {
    const { session } = await connect(server.port);
    const stream = session.request({ ":path": "/events" });
    await once(stream, "data");
    const ended = once(stream, "end");
    await server.close(NEVER);
    await ended;
  } else {
    const socket = await connectSocket(server.port, protocol);
    socket.write("GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(socket, "data");
    const ended = once(socket, "close");
    socket.resume();
    await server.close(NEVER);
    await ended;
  }
  await cancelled;
  expect(server.errors).toEqual([]);
});

test("close ends a stream of events whose answer comes after it was called", async () => {
  const { route, asked, answer } = slow();
  const server = await startServer({ routes: [route] });
  const { request } = await connect(server.port);
  const response = request("/slow");
  await asked;
  const closed = server.close(NEVER);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from("data: 1\n\n")),
  });
  answer(new Response(body, { headers: { "content-type": "text/event-stream" } }));
  await closed;
  expect((await response).status).toBe(200);
});

test("close lets a response arrive whole that has been handed over and is still on its way", async () => {
  const content = Buffer.alloc(40_000, 7);
  // Its last byte arrives a second after its first, and longer than an idle client is waited for.
  const server = await startServer({ root: await writeSite({ "a.bin": content }), kbps: 300 });
  const client = await connect(server.port, { settings: { initialWindowSize: 1_000_000 } });
  client.session.setLocalWindowSize(1_000_000);
  const answer = client.request("/a.bin");
  await server.record(({ target }) => target === "/a.bin");
  await server.close(NEVER);
  expect((await answer).body.equals(content)).toBe(true);
});

test("close ends what still runs when the grace is over", async () => {
  const { route, asked } = slow();
  const server = await startServer({ routes: [route] });
  const { request, session } = await connect(server.port);
  const response = request("/slow").catch(() => "cut off");
  await asked;
  const ended = once(session, "close");
  await server.close(20);
  await ended;
  expect(await response).toBe("cut off");
  expect(server.errors).toEqual([]);
});

test("close can be called twice, and before listen", async () => {
  const server = await startServer();
  await Promise.all([server.close(), server.close()]);
  await createServer().close();
});

test.each([
  [
    "throws",
    () => {
      throw new Error("a bug");
    },
  ],
  ["rejects", () => Promise.reject(new Error("a bug"))],
  [
    "throws what is no error",
    () => {
      throw "a bug";
    },
  ], // eslint-disable-line no-throw-literal, typescript/only-throw-error
])("a route that %s is answered with 500, told of, and the server lives", async (_what, fail) => {
  const server = await startServer({ routes: [at("/bug", fail)], root: await writeSite({ "index.html": "home" }) });
  const { request } = await connect(server.port);
  const answers = [await request("/bug"), await http1(server.port, "/bug")];
  for (const { status, body } of answers) {
    expect(status).toBe(500);
    expect(body.toString()).not.toContain("a bug");
  }
  expect(server.errors.map(({ message }) => message)).toEqual(["a bug", "a bug"]);
  expect((await request("/")).status).toBe(200);
});

test("a route whose content fails in its middle is reset and told of", async () => {
  const failing = at("/half", () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulled++ === 0) controller.enqueue(Buffer.from("half"));
        else controller.error(new Error("the other half is missing"));
      },
    });
    return new Response(body);
  });
  const server = await startServer({ routes: [failing] });
  const { request } = await connect(server.port);
  await expect(request("/half")).rejects.toThrow();
  await expect(http1(server.port, "/half")).rejects.toThrow();
  for (const version of ["2", "1.1"]) await server.record(({ httpVersion }) => httpVersion === version);
  expect(server.errors.map(({ message }) => message)).toEqual(Array(2).fill("the other half is missing"));
  expect((await request("/none")).status).toBe(404);
});

test("a stream of events whose client has gone while its route made up its mind is cancelled", async () => {
  let answer: () => void = () => undefined;
  const mind = new Promise<void>((resolve) => (answer = resolve));
  const cancelled = vi.fn();
  const arrived = vi.fn();
  const server = await startServer({
    routes: [
      async () => {
        arrived();
        await mind;
        return new Response(new ReadableStream({ cancel: cancelled }), {
          headers: { "content-type": "text/event-stream" },
        });
      },
    ],
  });
  const { session } = await connect(server.port);
  const stream = session.request({ ":path": "/" }).on("error", () => undefined);
  await vi.waitFor(() => expect(arrived).toHaveBeenCalled());
  stream.close(8);
  await once(stream, "close");
  // The server has read the reset when it has answered what came behind it.
  await new Promise((resolve) => session.ping(resolve));
  answer();
  await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
  expect(server.errors).toEqual([]);
});

test("listeners of the library that throw do not end the process", async () => {
  const server = await startServer({
    onRequest: () => {
      throw new Error("a bug in the log");
    },
  });
  const { request } = await connect(server.port);
  await request("/a");
  expect((await request("/b")).status).toBe(404);
  expect(server.errors.map(({ message }) => message)).toContain("a bug in the log");
});

test("a route is told the protocol, the connection, the client's address, whether pushes are taken, and what was delivered", async () => {
  const told: RouteContext[] = [];
  const route = at("/told", (_request, context) => {
    told.push({ ...context, deliveries: [...context.deliveries] });
    return new Response(null, { status: 204 });
  });
  const root = await writeSite({ "index.html": `<script src="/a.js"></script>`, "a.js": "void 0;" });
  const server = await startServer({ root, routes: [route] });
  const client = await connect(server.port);
  await client.page("/?x");
  await client.request("/told");
  await (await connect(server.port, { settings: { enablePush: false } })).request("/told");
  await http1(server.port, "/told");
  const target = { target: "/a.js", as: "script", bytes: 7, means: "push" };
  const loopback = expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/);
  expect(told).toMatchObject([
    { httpVersion: "2", remoteAddress: loopback, pushEnabled: true, deliveries: [{ page: "/?x", targets: [target] }] },
    { httpVersion: "2", remoteAddress: loopback, pushEnabled: false, deliveries: [] },
    { httpVersion: "1.1", remoteAddress: loopback, pushEnabled: false, deliveries: [] },
  ]);
  expect(new Set(told.map(({ connection }) => connection)).size).toBe(3);
});

test.each(["h2", "http/1.1"])("a route gets the request as it was sent over %s", async (protocol) => {
  const seen: Request[] = [];
  const content = later<string>();
  const route = at("/echo", async (request) => {
    seen.push(request);
    content.resolve(await request.text());
    return new Response("thanks", {
      status: 201,
      headers: [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
        ["x-y", "z"],
      ],
    });
  });
  const { port, origin } = await startServer({ routes: [route] });
  const fields = { "x-test": "yes", cookie: "c=3" };
  const sent = "ä".repeat(50_000);
  const answer =
    protocol === "h2"
      ? await (await connect(port)).request("/echo?a=b%20c", { ":method": "POST", ...fields }, sent)
      : await http1(port, "/echo?a=b%20c", { method: "POST", headers: fields, content: sent });
  expect([answer.status, answer.body.toString(), answer.headers["x-y"]]).toEqual([201, "thanks", "z"]);
  expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  expect(await content.promise).toBe(sent);
  const [{ url, method, headers } = new Request("https://none.test")] = seen;
  expect([url, method, headers.get("x-test")]).toEqual([`${origin}/echo?a=b%20c`, "POST", "yes"]);
  expect([...headers.keys()].filter((name) => name.startsWith(":"))).toEqual([]);
});

test("routes are asked in their order, then the files, then 404", async () => {
  const root = await writeSite({ "file.txt": "file", "both.txt": "file" });
  const routes = [at("/both.txt", () => new Response("first")), at("/both.txt", () => new Response("second"))];
  const { port } = await startServer({ root, routes });
  const { request } = await connect(port);
  const bodies = await Promise.all(
    ["/both.txt", "/file.txt"].map(async (path) => (await request(path)).body.toString()),
  );
  expect(bodies).toEqual(["first", "file"]);
  expect((await request("/none")).status).toBe(404);
});

test("HEAD of a route has the fields and no content, and its stream is cancelled", async () => {
  const { route, cancelled } = events();
  const { port } = await startServer({ routes: [route] });
  const { request } = await connect(port);
  const { status, headers, body } = await request("/events", { ":method": "HEAD" });
  expect([status, headers["content-type"], body.length]).toEqual([200, "text/event-stream", 0]);
  await cancelled;
});

test.each(["h2", "http/1.1"])(
  "an upload over %s that nobody reads is answered, and the connection goes on",
  async (alpn) => {
    const server = await startServer({ root: await writeSite({ "index.html": "home" }) });
    if (alpn === "http/1.1") {
      const agent = keepAlive();
      const content = Buffer.alloc(3_000_000);
      expect((await http1(server.port, "/", { method: "POST", content, agent })).status).toBe(405);
      expect((await http1(server.port, "/", { agent })).status).toBe(200);
      return;
    }
    const { session, request } = await connect(server.port);
    const stream = session.request({ ":path": "/", ":method": "POST" });
    stream.write(Buffer.alloc(3_000_000));
    let received = 0;
    stream.on("data", (piece: Buffer) => (received += piece.length));
    const fields = new Promise<IncomingHttpHeaders>((resolve) => stream.once("response", resolve));
    await once(stream, "close");
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
    expect(await fields).toMatchObject({ ":status": 405, "content-length": String(received) });
    expect((await request("/")).status).toBe(200);
    expect(session.closed).toBe(false);
  },
);

test("a client that goes away tells the route by its signal, and ends its stream", async () => {
  const aborted = later();
  const { route, cancelled } = events();
  const waiting = at("/wait", async (request) => {
    request.signal.addEventListener("abort", () => aborted.resolve());
    await aborted.promise;
    request.signal.throwIfAborted();
    return new Response("nobody reads it");
  });
  const server = await startServer({ routes: [route, waiting] });
  const { session } = await connect(server.port);
  const stream = session.request({ ":path": "/events" });
  await once(stream, "data");
  const second = session.request({ ":path": "/wait" });
  second.on("error", () => undefined);
  await new Promise<void>((resolve) => session.ping(() => resolve()));
  session.destroy();
  await Promise.all([aborted.promise, cancelled]);
  expect(await server.record(({ target }) => target === "/events")).toMatchObject({ aborted: true, status: 200 });
  expect(await server.record(({ target }) => target === "/wait")).toMatchObject({ aborted: true, status: 0 });
  expect(server.errors).toEqual([]);
});

test("a client that goes away at any point is a normal event", async () => {
  const page = Array.from({ length: 20 }, (_, n) => `<img src="/${n}.png">`).join("");
  const images = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${n}.png`, Buffer.alloc(30_000, n)]));
  const server = await startServer({ root: await writeSite({ "index.html": page, ...images }) });
  for (let bytes = 0; bytes < 40; bytes++) {
    const client = await connectTapped(server.port);
    client.session
      .request({ ":path": "/" })
      .on("error", () => undefined)
      .resume();
    client.session.on("stream", (stream) => stream.on("error", () => undefined).resume());
    // After so many frames of the answer, at every point of promises, page and pushes.
    const enough = () => client.frames.length >= 2 + bytes;
    while (!enough()) await new Promise((resolve) => setImmediate(resolve));
    client.session.destroy();
  }
  const { request } = await connect(server.port);
  expect((await request("/")).body.toString()).toBe(page);
  expect(server.errors).toEqual([]);
});

test.each([
  ["CONNECT", { ":method": "CONNECT", ":authority": "example.com:443" }],
  ["OPTIONS *", { ":method": "OPTIONS", ":path": "*" }],
])("%s is refused, and the session goes on", async (_what, fields) => {
  const { port, errors } = await startServer({ routes: [() => undefined] });
  const { session, request } = await connect(port);
  const stream = session.request(fields);
  await once(stream, "response");
  stream.resume();
  expect((await request("/")).status).toBe(404);
  expect(errors).toEqual([]);
});

test("a client of HTTP/1.1 gets a persistent connection, and a broken request gets 400", async () => {
  const { port, records, record } = await startServer({ root: await writeSite({ "a.txt": "a" }) });
  const agent = keepAlive();
  for (const path of ["/a.txt?1", "/a.txt?2"]) expect((await http1(port, path, { agent })).status).toBe(200);
  await record(({ target }) => target === "/a.txt?2");
  expect(records.map(({ httpVersion }) => httpVersion)).toEqual(["1.1", "1.1"]);
  const socket = await connectSocket(port, "http/1.1");
  socket.write("GET / HTTP/1.1\r\nbad header\r\n\r\n");
  expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1\.1 400 /);
});

test("a client without ALPN gets HTTP/1.1, one with another protocol none", async () => {
  const { port } = await startServer();
  await expect(connectSocket(port, "spdy/3")).rejects.toThrow();
  expect((await http1(port, "/")).status).toBe(404);
});

test("the absolute form of a request target over HTTP/1.1 is understood", async () => {
  const { port, origin } = await startServer({ root: await writeSite({ "a.txt": "a" }) });
  expect((await http1(port, `${origin}/a.txt`)).body.toString()).toBe("a");
});

test("each request is told of when it has ended, with what it came to", async () => {
  const root = await writeSite({ "index.html": `<script src="/a.js"></script>`, "a.js": "void 0;" });
  const server = await startServer({ root });
  await (await connect(server.port)).page("/");
  const record = await server.record(() => true);
  expect(record).toMatchObject({
    method: "GET",
    target: "/",
    httpVersion: "2",
    status: 200,
    aborted: false,
    failed: false,
    bytes: 29,
  });
  expect(record.duration).toBeGreaterThan(0);
  expect(server.records).toHaveLength(1);
});

test("pages are scanned ahead after listening, and a summary tells what they need", async () => {
  const root = await writeSite({
    "index.html": `<script src="/a.js"></script>\n<script src="/none.js"></script>`,
    "docs/index.html": `<script src="/a.js"></script><img src="/b.png"><img src="/none.js">`,
    "a.js": "",
    "b.png": "",
  });
  const summary = await new Promise((resolve) => void startServer({ root, onScan: resolve }));
  expect(summary).toEqual({
    pages: 2,
    assets: 2,
    missing: [{ target: "/none.js", from: "/", line: 2 }],
    more: false,
  });
});

test.each([
  ["port", { port: 70_000 }, "not a port: 70000"],
  ["port", { port: "http" }, "not a port: http"],
  ["port", { port: 1.5 }, "not a port: 1.5"],
  ["port", { port: "" }, "not a port: "],
  ["host", { host: "" }, "not a host name or address: "],
  ["host", { host: "a b" }, "not a host name or address: a b"],
])("an option that can't be is refused when the server is made: %s %j", (_name, options, message) => {
  expect(() => createServer(options)).toThrow(expect.objectContaining({ code: "usage", message }));
});

test("a root that is not there, or a file, is refused when the server starts", async () => {
  const root = await emptyDirectory();
  const certificate = await testCertificate();
  const message = `no such directory: ${root}/none`;
  await expect(createServer({ port: 0, certificate, root: `${root}/none` }).listen()).rejects.toMatchObject({
    message,
  });
});

test("a session that sends rubbish ends alone", async () => {
  const { port, errors } = await startServer();
  const socket = await connectSocket(port);
  socket.resume();
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n rubbish that is no frame at all, and long enough to be one");
  await once(socket, "close");
  const { session, request } = await connect(port);
  expect((await request("/")).status).toBe(404);
  expect(session.remoteSettings.maxConcurrentStreams).toBe(128);
  expect(errors).toEqual([]);
});

test.skipIf(process.platform === "win32")("a client that comes before the certificate waits for it", async () => {
  const socketPath = join(await emptyDirectory(), "socket");
  let status: Promise<number | undefined> | undefined;
  const certificate = async () => {
    const asked = get({
      socketPath,
      path: "/",
      headers: { host: "localhost" },
      rejectUnauthorized: false,
      agent: false,
    });
    status = once(asked, "response").then(([response]) => response.resume().statusCode);
    const [socket] = await once(asked, "socket");
    if (socket.connecting) await once(socket, "connect");
    return testCertificate();
  };
  await startServer({ root: await writeSite({ "index.html": "page" }), host: `unix:${socketPath}`, certificate });
  expect(await status).toBe(200);
});

test("a server whose certificate can't be had does not listen", async () => {
  const failing = createServer({ port: 0, certificate: () => Promise.reject(new Error("no certificate")) });
  await expect(failing.listen()).rejects.toThrow("no certificate");
  const wrong = createServer({ port: 0, certificate: { cert: "none", key: "none" } });
  await expect(wrong.listen()).rejects.toThrow();
});

/** Requests over HTTP/1.1 that all wait, in one piece. */
const PIPELINED = 20;

test("a client that has asked for more before it was answered, and leaves, tells each route", async () => {
  const [all, none] = [later(), later()];
  let open = 0;
  const waiting = at("/wait", (request) => {
    open += 1;
    if (open === PIPELINED) all.resolve();
    request.signal.addEventListener("abort", () => {
      open -= 1;
      if (open === 0) none.resolve();
    });
    return new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } });
  });
  const server = await startServer({ routes: [waiting] });
  const socket = await connectSocket(server.port, "http/1.1");
  socket.write("GET /wait HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(PIPELINED));
  await all.promise;
  socket.destroy();
  await none.promise;
  await expect.poll(() => server.records.length).toBe(PIPELINED);
});

test("a WebSocket that is asked for before the last answer has come ends its own connection alone", async () => {
  const { route } = slow();
  const server = await startServer({ routes: [route] });
  const socket = await connectSocket(server.port, "http/1.1");
  const handshake = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n";
  socket.write(
    `GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\nGET /slow HTTP/1.1\r\nhost: localhost\r\n${handshake}sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  expect(await text(socket)).toBe("");
  expect((await http1(server.port, "/other")).status).toBe(404);
});

test("a response that waits for one before it, which takes its time, does not end the connection", async () => {
  const slowly = at("/slowly", () => {
    let left = 12;
    const body = new ReadableStream<Uint8Array>({
      async pull(pieces) {
        await after(200);
        pieces.enqueue(Buffer.from("."));
        if (--left === 0) pieces.close();
      },
    });
    return new Response(body);
  });
  const server = await startServer({ routes: [slowly, at("/behind", () => new Response("behind"))], stallTimeout: 1 });
  const socket = await connectSocket(server.port, "http/1.1");
  const request = (path: string, connection: string) =>
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: ${connection}\r\n\r\n`;
  socket.write(request("/slowly", "keep-alive") + request("/behind", "close"));
  expect(await text(socket)).toContain("behind");
});

test("the head of a response whose content is long in coming goes ahead over HTTP/1.1, too", async () => {
  const silent = at(
    "/silent",
    () => new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } }),
  );
  const { port } = await startServer({ routes: [silent] });
  const request = get({ port, host: "localhost", path: "/silent", rejectUnauthorized: false });
  const [response] = await once(request, "response");
  expect(response.headers["content-type"]).toBe("text/event-stream");
  request.destroy();
});

test("a client that waits for leave to send its content to a route gets it", async () => {
  const echo = at("/echo", async (request) => new Response(await request.text()));
  const { session } = await connect((await startServer({ routes: [echo] })).port);
  const stream = session.request({ ":method": "POST", ":path": "/echo", expect: "100-continue" });
  await once(stream, "continue");
  stream.end("content");
  expect(await text(stream)).toBe("content");
});

test("a content that is empty and whole is not waited for", async () => {
  const unread = at("/unread", async () => {
    await after(2000);
    return new Response("answer");
  });
  const { session } = await connect((await startServer({ routes: [unread], stallTimeout: 1 })).port);
  const stream = session.request({ ":method": "POST", ":path": "/unread" });
  stream.end();
  expect(await text(stream)).toBe("answer");
});

test("the fields of a request may take longer than Node gives a whole request", async () => {
  const server = await startServer({ root: await writeSite({ "index.html": "home" }), headerTimeout: 301 });
  expect((await http1(server.port, "/")).status).toBe(200);
});
