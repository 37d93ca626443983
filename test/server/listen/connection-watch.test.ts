import { writeFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { emptyDirectory } from "../../support/directory.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import {
  CODE,
  codeOf,
  continuation,
  data,
  encodeFields,
  FLAG,
  FRAME,
  frame,
  get,
  goAway,
  headers,
  ping,
  post,
  priorityUpdate,
  RawClient,
  requestFields,
  reset,
  SETTING,
  settings,
  windowUpdate,
  type RawOptions,
} from "../../support/raw-frames.js";
import { startServer } from "../../support/server.js";

/** Sockets of this process, the server's and its clients'. */
const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;

async function client(port: number, options?: RawOptions): Promise<RawClient> {
  const made = await RawClient.connect(port, options);
  onTestFinished(() => made.destroy());
  return made;
}

/** A page with so many images of 20 kB, and a file of 1 MB. */
async function siteOf(images: number): Promise<string> {
  const root = await emptyDirectory();
  const names = Array.from({ length: images }, (_, at) => `${at}.png`);
  await Promise.all(names.map((name) => writeFile(join(root, name), Buffer.alloc(20_000, name))));
  await writeFile(join(root, "index.html"), `<title>t</title>${names.map((name) => `<img src=${name}>`).join("")}`);
  await writeFile(join(root, "big.bin"), Buffer.alloc(1_000_000));
  await writeFile(join(root, "small.txt"), "small");
  return root;
}

const events = (data: string) => () =>
  new Response(
    new ReadableStream({ start: (events) => events.enqueue(`data: ${data}\n\n`) }).pipeThrough(new TextEncoderStream()),
    {
      headers: { "content-type": "text/event-stream" },
    },
  );

test.each([
  ["with a GOAWAY", true],
  ["without a word", false],
])("a client that leaves %s in the middle of a page with its pushes leaves nothing behind", async (_, says) => {
  const server = await startServer({ root: await siteOf(110) });
  const before = sockets();
  const requests = Array.from({ length: 10 }, (_, at) => get(2 * at + 1, `/?${at}`));
  await Promise.all(
    Array.from({ length: 60 }, async (_, at) => {
      const one = await client(server.port);
      one.write(...requests);
      await one.next(({ type }) => type === FRAME.DATA);
      if (says) one.write(goAway());
      if (at % 3 > 0) one.socket.end();
      else one.destroy();
      await new Promise(setImmediate);
      one.destroy();
    }),
  );
  await expect.poll(sockets).toBeLessThanOrEqual(before);
  const began = performance.now();
  await server.close();
  // Else it waits for them for ten seconds.
  expect(performance.now() - began).toBeLessThan(9000);
});

test("who leaves in the middle again and again begins more slowly", async () => {
  const server = await startServer({ root: await siteOf(110) });
  const before = sockets();
  const connections = (count: number) => Promise.all(Array.from({ length: count }, () => client(server.port)));
  for (const one of await connections(110)) {
    one.write(get(1, "/"));
    await one.next(({ type }) => type === FRAME.DATA);
    one.destroy();
  }
  await expect.poll(sockets).toBeLessThanOrEqual(before);
  const began = performance.now();
  await connections(15);
  expect(performance.now() - began).toBeGreaterThanOrEqual(14 * 25 - 5);
});

test.each([
  ["content on stream 0", data(0, Buffer.from("x"))],
  ["fields that can't be read", frame(FRAME.HEADERS, FLAG.END_HEADERS, 5, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]))],
  ["a frame that is too large", frame(FRAME.DATA, 0, 1, Buffer.alloc(20_000))],
  ["fields on stream 0", headers(0, requestFields("/"))],
  ["a window beyond all bounds", windowUpdate(0, 0x7fffffff)],
])("%s ends the connection, its socket and the file under way", async (_, wrong) => {
  const server = await startServer({ root: await siteOf(0), headerTimeout: 2 });
  const before = sockets();
  const clients = await Promise.all(Array.from({ length: 10 }, () => client(server.port, { takes: false })));
  for (const one of clients) {
    one.write(get(1, "/big.bin"));
    await one.next(({ type }) => type === FRAME.DATA);
    one.write(wrong);
  }
  // They do not even close: their sockets stay, the server's go.
  await Promise.all(clients.map(({ closed }) => closed));
  await expect.poll(sockets).toBeLessThanOrEqual(before);
  await expect.poll(() => server.records.length).toBe(10);
});

test.each([
  ["content on stream 0", data(0, Buffer.from("x"))],
  ["a PING of one byte", frame(FRAME.PING, 0, 0, Buffer.alloc(1))],
])(
  "after %s the socket does not wait for as long as a slow client may take",
  async (_, wrong) => {
    const server = await startServer({ root: await siteOf(0), headerTimeout: 60 });
    const before = sockets();
    const one = await client(server.port);
    one.write(post(1, "/"), wrong);
    await one.closed;
    await expect.poll(sockets).toBeLessThanOrEqual(before);
  },
  20_000,
);

test.each([
  ["PING", ping()],
  ["SETTINGS", settings([])],
  ["WINDOW_UPDATE", windowUpdate(0, 1)],
  ["PRIORITY_UPDATE", priorityUpdate(1, "u=1")],
  ["PRIORITY", frame(FRAME.PRIORITY, 0, 1, Buffer.from([0, 0, 0, 0, 1]))],
  ["unknown", frame(0x42, 0, 0)],
])("a flood of %s frames ends with ENHANCE_YOUR_CALM", async (_, one) => {
  const server = await startServer();
  const flooding = await client(server.port);
  const chunk = Buffer.concat(Array.from({ length: 1000 }, () => one));
  for (; !flooding.socket.destroyed && flooding.socket.writable; await new Promise(setImmediate)) {
    flooding.write(chunk);
    await flooding.flushed();
  }
  await flooding.closed;
  // Newer lines of Node end some of them by themselves, and without a word.
  const words = flooding.frames.filter(({ type }) => type === FRAME.GOAWAY).map(codeOf);
  if (words.length > 0) expect(words[0]).toBe(CODE.ENHANCE_YOUR_CALM);
  expect(server.errors).toEqual([]);
});

const floods = [
  ["SETTINGS", Buffer.concat(Array.from({ length: 500 }, () => settings([])))],
  [
    "CONTINUATION",
    Buffer.concat([
      headers(1, requestFields("/"), 0),
      ...Array.from({ length: 500 }, () => continuation(1, Buffer.alloc(0))),
    ]),
  ],
] as const;

test.each(floods)("who has many connections end with %s has to wait for the next", async (_, flood) => {
  const server = await startServer();
  for (let number = 0; number < 12; number++) {
    const one = await client(server.port);
    one.write(flood);
    await one.closed;
  }
  const before = performance.now();
  await client(server.port);
  // Most often half a second: what is too many is forgiven while the others end.
  expect(performance.now() - before).toBeGreaterThan(100);
});

test("who uploads, downloads and asks for much is no flood", async () => {
  const received = async (request: Request) => new Response(String((await request.arrayBuffer()).byteLength));
  const root = await hugeFile();
  const upload = Buffer.alloc(10_000_000);
  const server = await startServer({
    root,
    routes: [(request) => (request.method === "POST" ? received(request) : undefined)],
  });
  const { request } = await connect(server.port);
  for (let round = 0; round < 3; round++) {
    expect((await request("/", { ":method": "POST" }, upload)).body.toString()).toBe(String(upload.length));
  }
  expect((await request("/huge.bin")).body.length).toBe(64_000_000);
});

test("a connection without requests is ended, one with an open stream of events is not", async () => {
  const server = await startServer({ idleTimeout: 1, routes: [events("here")] });
  const [idle, open] = [await client(server.port), await client(server.port)];
  open.write(get(1, "/events"));
  idle.write(get(1, "/events"));
  await idle.next(({ type }) => type === FRAME.DATA);
  idle.write(reset(1), ping());
  await idle.closed;
  expect(codeOf(await idle.next(({ type }) => type === FRAME.GOAWAY))).toBe(CODE.NO_ERROR);
  await open.answersPing();
});

test.each([
  ["never begins to speak", (): Buffer[] => []],
  [
    "stops in the middle of a request's fields",
    () => [frame(FRAME.HEADERS, FLAG.END_STREAM, 1, encodeFields(requestFields("/")))],
  ],
])("a client of HTTP/2 that %s is ended", async (_, says) => {
  const server = await startServer({ headerTimeout: 1, routes: [events("here")] });
  const frames = says();
  const slow = await client(server.port, { begins: frames.length > 0, acknowledges: frames.length > 0 });
  const quiet = await client(server.port);
  quiet.write(get(1, "/events"));
  slow.write(...frames);
  await slow.closed;
  await quiet.answersPing();
});

test("a response that its client does not take is ended, and the others of the connection go on", async () => {
  const server = await startServer({
    root: await siteOf(0),
    stallTimeout: 1,
    routes: [route("/events", events("here"))],
  });
  const still = await client(server.port, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 100]], takes: false });
  still.write(get(1, "/big.bin"), get(3, "/events"));
  const ended = await still.next(({ type, stream }) => type === FRAME.RST_STREAM && stream === 1);
  expect(codeOf(ended)).toBe(CODE.CANCEL);
  await still.answersPing();
  expect(still.frames.some(({ type, stream }) => type === FRAME.RST_STREAM && stream === 3)).toBe(false);
});

const route = (path: string, answer: () => Response) => (request: Request) =>
  new URL(request.url).pathname === path ? answer() : undefined;

test.each(["h2", "http/1.1"])("a client of %s that reads nothing is ended", async (protocol) => {
  const server = await startServer({ root: await hugeFile(), stallTimeout: 1 });
  const one = await client(server.port, { begins: false, protocol });
  if (protocol === "h2") {
    one.begin();
    one.write(windowUpdate(0, 0x7fff0000), get(1, "/huge.bin"));
    await one.next(({ type }) => type === FRAME.HEADERS);
    one.write(windowUpdate(1, 0x7fff0000));
  } else one.write(Buffer.from("GET /huge.bin HTTP/1.1\r\nhost: localhost\r\n\r\n"));
  one.socket.pause();
  await server.record(({ target, aborted }) => target === "/huge.bin" && aborted);
});

test("a client of HTTP/1.1 that asks ahead without end is ended", async () => {
  const server = await startServer({ routes: [() => new Promise(() => undefined)] });
  const one = await client(server.port, { begins: false, protocol: "http/1.1" });
  one.write(Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(129)));
  await one.closed;
  expect(server.errors).toEqual([]);
});

test("over HTTP/1.1, a content that has come and is not read may wait for its route", async () => {
  let answer: (response: Response) => void = () => undefined;
  const asked = new Promise<Response>((resolve) => (answer = resolve));
  const server = await startServer({ stallTimeout: 1, routes: [() => asked] });
  const answered = http1(server.port, "/", { method: "POST", content: "{}" });
  setTimeout(() => answer(new Response("late")), 2000); // longer than a client may be silent
  expect((await answered).body.toString()).toBe("late");
});

test("over HTTP/1.1, a client whose content does not come is ended behind the answer, too", async () => {
  const server = await startServer({ stallTimeout: 1, routes: [() => new Response("no thanks")] });
  const one = await client(server.port, { begins: false, protocol: "http/1.1" });
  one.write(Buffer.from("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nbegun"));
  await one.closed;
});

async function hugeFile(): Promise<string> {
  const root = await emptyDirectory();
  await writeFile(join(root, "huge.bin"), Buffer.alloc(64_000_000));
  return root;
}

test.each(["h2", "http/1.1"])("over %s, a content that does not come is no longer waited for", async (protocol) => {
  const server = await startServer({
    stallTimeout: 1,
    routes: [async (request) => new Response(await request.text())],
  });
  const one = await client(server.port, { begins: protocol === "h2", protocol });
  if (protocol === "h2") {
    one.write(post(1, "/"), data(1, Buffer.from("begun")));
    await one.next(({ type, stream }) => type === FRAME.RST_STREAM && stream === 1);
    await one.answersPing();
  } else {
    one.write(Buffer.from("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nbegun"));
    await one.closed;
  }
  expect(await server.record(({ method }) => method === "POST")).toMatchObject({ aborted: true });
  expect(server.errors).toEqual([]);
});

test("an idle connection gives way to a new one when there are too many; one in use stays", async () => {
  const server = await startServer({ maxConnections: 2, routes: [events("here")] });
  const [used, idle] = [await client(server.port), await client(server.port)];
  used.write(get(1, "/events"));
  await used.next(({ type }) => type === FRAME.DATA);
  await idle.answersPing();
  const third = await client(server.port);
  third.write(get(1, "/events"));
  await third.next(({ type }) => type === FRAME.DATA);
  await idle.closed;
  const refused = connectTcp(server.port, "127.0.0.1");
  onTestFinished(() => void refused.destroy());
  await new Promise((resolve) =>
    refused
      .on("error", () => undefined)
      .resume()
      .once("close", resolve),
  );
  await used.answersPing();
  await third.answersPing();
});

test("connections that never ask for anything give way first, however new they are", async () => {
  const server = await startServer({ maxConnections: 3 });
  const used = await client(server.port);
  used.write(get(1, "/"));
  await used.status(1);
  for (let at = 0; at < 10; at++) await (await client(server.port)).answersPing();
  used.write(get(3, "/"));
  expect(await used.status(3)).toBe(404);
});

test("a client has no more requests open than it may", async () => {
  const server = await startServer({ maxStreams: 3, routes: [events("here")] });
  const one = await client(server.port);
  one.write(...[1, 3, 5, 7].map((stream) => get(stream, "/events")));
  const refused = await one.next(({ type }) => type === FRAME.RST_STREAM);
  expect([refused.stream, codeOf(refused)]).toEqual([7, CODE.REFUSED_STREAM]);
});

test.each([
  ["at once", "/", 20],
  ["when they are answered", "/events", 500],
])(
  "a client that resets its requests %s is told to calm down; what is reset at once is not logged",
  async (_, path, logged) => {
    const server = await startServer({ root: await siteOf(20), routes: [route("/events", events("here"))] });
    const one = await client(server.port);
    for (let first = 1; first < 2000 && !one.socket.closed; first += 40) {
      const streams = Array.from({ length: 20 }, (_, at) => first + 2 * at);
      const asks = Buffer.concat(streams.map((stream) => get(stream, path)));
      if (path !== "/") one.write(asks, ping());
      if (path !== "/") await Promise.race([one.answersPing().catch(() => undefined), one.closed]);
      one.write(...(path !== "/" ? [] : [asks]), ...streams.map((stream) => reset(stream)));
      await Promise.race([one.answersPing().catch(() => undefined), one.closed]);
    }
    await one.closed;
    expect(codeOf(await one.next(({ type }) => type === FRAME.GOAWAY))).toBe(CODE.ENHANCE_YOUR_CALM);
    expect(server.records.length).toBeLessThanOrEqual(logged);
    expect(server.errors).toEqual([]);
  },
);

/** Asks 500 times, 20 at a time; resolves when all were answered, or the connection has ended. */
async function postOften(one: RawClient, ask: (stream: number) => readonly Buffer[]): Promise<void> {
  for (let first = 1; first < 1000 && !one.socket.closed; first += 40) {
    const streams = Array.from({ length: 20 }, (_, at) => first + 2 * at);
    one.write(...streams.flatMap(ask));
    await Promise.race([Promise.all(streams.map((stream) => one.status(stream))).catch(() => undefined), one.closed]);
  }
}

test("a client whose contents are refused, and never end, is told to calm down", async () => {
  const server = await startServer({ root: await siteOf(0) });
  const one = await client(server.port);
  await postOften(one, (stream) => [post(stream, "/")]);
  await one.closed;
  expect(codeOf(await one.next(({ type }) => type === FRAME.GOAWAY))).toBe(CODE.ENHANCE_YOUR_CALM);
  expect(server.errors).toEqual([]);
});

test.each([
  ["that end", "/", [FLAG.END_STREAM]],
  ["that a route answers before their end", "/beacon", []],
])("contents %s are no reset", async (_, path, ends) => {
  const routes = [route("/beacon", () => new Response(null, { status: 204 }))];
  const server = await startServer({ root: await siteOf(0), routes });
  const one = await client(server.port);
  await postOften(one, (stream) => [post(stream, path), ...ends.map((flag) => data(stream, Buffer.from("x"), flag))]);
  await expect.poll(() => server.records.length).toBe(500);
  expect(one.socket.closed).toBe(false);
  expect(one.frames.filter(({ type }) => type === FRAME.GOAWAY)).toEqual([]);
});

test("nothing is promised for a page that is reset in the same breath", async () => {
  const server = await startServer({ root: await siteOf(20) });
  const one = await client(server.port, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 0xffff]] });
  await one.answersPing();
  one.write(...[1, 3, 5].flatMap((stream) => [get(stream, "/"), reset(stream)]), get(7, "/"));
  const promised = await one.next(({ type }) => type === FRAME.PUSH_PROMISE);
  expect(promised.stream).toBe(7);
});

test("who resets too often is heard no more, and is let go after a second", async () => {
  const server = await startServer({ root: await siteOf(0) });
  const one = await client(server.port);
  const ask = (from: number, count: number) => {
    const streams = Array.from({ length: count }, (_, at) => from + 2 * at);
    for (const stream of streams) one.write(get(stream, "/small.txt"), reset(stream));
  };
  for (let from = 1; from < 900; from += 100) {
    ask(from, 50);
    await one.answersPing();
  }
  expect(codeOf(await one.next(({ type }) => type === FRAME.GOAWAY))).toBe(CODE.ENHANCE_YOUR_CALM);
  one.write(get(1001, "/big.bin"));
  await one.closed;
  expect(one.frames.some(({ stream }) => stream === 1001)).toBe(false);
  expect(server.records.filter(({ target }) => target === "/big.bin")).toEqual([]);
});
