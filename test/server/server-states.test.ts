import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { createCertificate, createServer, type Route, type ServerOptions } from "../../src/index.js";
import { http1 } from "../support/h1.js";
import { connectSocket } from "../support/h2.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";

/** Options that are wrong, as JavaScript can pass them. */
const wrong = (options: object): ServerOptions => options;

async function newServer(options: ServerOptions = {}) {
  const server = createServer({ port: 0, certificate: await testCertificate(), ...options });
  onTestFinished(() => server.close(0));
  return server;
}

test("a server that is told twice to listen says so, and goes on", async () => {
  const server = await newServer({ root: await writeSite({ "a.txt": "a" }) });
  const [first, second] = await Promise.allSettled([server.listen(), server.listen()]);
  expect(second).toMatchObject({ reason: { name: "H2PushError", code: "listen", hint: expect.any(String) } });
  await expect(server.listen()).rejects.toThrow("listen() was called before");
  if (first.status === "rejected") throw first.reason;
  expect((await http1(first.value.port, "/a.txt")).body.toString()).toBe("a");
});

test("a server that was closed does not listen any more", async () => {
  const server = await newServer();
  await server.listen();
  await server.close();
  await expect(server.listen()).rejects.toMatchObject({ code: "listen", message: "the server was closed" });
  const other = await newServer();
  await other.close();
  await expect(other.listen()).rejects.toMatchObject({ code: "listen", message: "the server was closed" });
});

test("close() while the server begins to listen ends both, and the port is free", async () => {
  const server = await newServer({ root: await writeSite({ "a.txt": "a" }) });
  const listening = server.listen();
  await Promise.all([
    expect(listening).rejects.toMatchObject({ code: "listen", message: "the server was closed" }),
    server.close(),
  ]);
});

test("a server that could not listen can try again", async () => {
  const { port, close } = await startServer();
  const server = await newServer({ port });
  await expect(server.listen()).rejects.toMatchObject({ code: "listen" });
  await close(0);
  expect(await server.listen()).toMatchObject({ port });
});

test("the shortest grace of all calls of close() counts", async () => {
  const { promise, resolve } = later();
  const { port, close } = await startServer({ routes: [() => (resolve(), new Promise(() => undefined))] });
  const socket = await connectSocket(port, "http/1.1");
  socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await promise;
  const ended = once(socket, "close");
  const slow = close(1_000_000);
  await Promise.all([close(0), slow, ended]);
  await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

function later() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

test.each([
  [{ ports: 1 }, "unknown option: ports", "did you mean port?"],
  [{ onerror: () => undefined }, "unknown option: onerror", "did you mean onError?"],
  [{ cert: "", key: "" }, "unknown option: cert", "did you mean certificate: { cert, key }?"],
  [{ zebra: 1 }, "unknown option: zebra", /^the options are root, /],
  [{ routes: () => undefined }, "not a list in which each entry is a function: routes", undefined],
  [{ routes: [{}] }, "not a list in which each entry is a function: routes", undefined],
  [{ root: 1 }, "not a text: root", undefined],
  [{ onError: "console" }, "not a function: onError", undefined],
  [{ certificate: "secret" }, "not a pair: { cert, key }: certificate", undefined],
])("createServer(%o) is refused: %s", (options, message, hint) => {
  const matching = hint instanceof RegExp ? expect.stringMatching(hint) : hint;
  expect(() => createServer(wrong(options))).toThrow(
    expect.objectContaining({ name: "H2PushError", code: "usage", message, hint: matching }),
  );
});

test("an option that is undefined is none", async () => {
  await (await newServer(wrong({ root: undefined, onError: undefined }))).listen();
});

test("a pair that is none is refused, and names the part", async () => {
  const good = await testCertificate();
  const other = await createCertificate();
  const pairs = [
    [{ cert: "x", key: good.key }, "no PEM certificate in certificate.cert"],
    [{ cert: good.cert, key: "x" }, "no PEM private key in certificate.key"],
    [{ cert: good.cert, key: other.key }, "key does not belong to the certificate: certificate.key, certificate.cert"],
    [{ cert: good.cert }, "not a text: certificate.key"],
    [{ cert: Buffer.from(good.cert), key: good.key }, "not a text: certificate.cert"],
  ] as const;
  for (const [certificate, message] of pairs) {
    const server = createServer({ ...wrong({ certificate }), port: 0 });
    await expect(server.listen()).rejects.toMatchObject({ code: "certificate", message, hint: expect.any(String) });
  }
  const server = await newServer();
  const { port } = await server.listen();
  expect(() => server.useCertificate({ cert: good.cert, key: other.key })).toThrow("key does not belong");
  expect((await http1(port, "/")).status).toBe(404);
});

test("a certificate that a server is given before it listens is shown", async () => {
  const server = await newServer();
  const pair = await createCertificate({ names: ["swapped.test"] });
  server.useCertificate(pair);
  const socket = await connectSocket((await server.listen()).port);
  expect(socket.getPeerCertificate().subjectaltname).toBe("DNS:swapped.test");
});

const once200 = new Response("once");

/** A route as JavaScript can write it. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the types forbid is what is tried
const careless = (answer: (request: Request) => unknown) => answer as Route;

test.each([
  ["a text", careless(() => "hello"), "a route returned String instead of a Response: GET /x"],
  ["an object", careless(() => ({ ok: true })), "a route returned Object instead of a Response: GET /x"],
  ["null", careless(async () => Promise.resolve(null)), "a route returned Null instead of a Response: GET /x"],
  ["Response.error()", careless(() => Response.error()), "a route returned Response.error(): GET /x"],
  [
    "a Response that it has read",
    careless(async () => {
      const response = new Response("read");
      await response.text();
      return response;
    }),
    "a route returned a Response that has been read: GET /x",
  ],
  [
    "a Response that somebody reads",
    careless(() => {
      const response = new Response("read");
      response.body?.getReader();
      return response;
    }),
    "a route returned a Response that has been read: GET /x",
  ],
])("a route that returns %s is told of, and answered 500", async (_title, route, message) => {
  const { port, errors } = await startServer({ routes: [route] });
  expect((await http1(port, "/x?secret")).status).toBe(500);
  expect(errors).toEqual([expect.objectContaining({ name: "H2PushError", code: "route", message })]);
});

test("a Response that a route returns again is told of with the second request", async () => {
  const { port, errors } = await startServer({ routes: [() => once200] });
  expect((await http1(port, "/")).body.toString()).toBe("once");
  expect((await http1(port, "/")).status).toBe(500);
  expect(errors).toMatchObject([{ code: "route", hint: expect.stringContaining("a new one for each request") }]);
});

test("an error that nobody takes goes to standard error once", async () => {
  const printed = vi.spyOn(console, "error").mockReturnValue(undefined);
  onTestFinished(() => printed.mockRestore());
  const bug = new Error("a bug");
  const routes: Route[] = [
    ({ url }) => {
      if (url.endsWith("/bug")) throw bug;
      return undefined;
    },
    careless(() => 1),
  ];
  const server = await newServer({ routes });
  const { port } = await server.listen();
  expect((await http1(port, "/bug")).status).toBe(500);
  expect(printed.mock.calls).toEqual([[bug]]);
  expect((await http1(port, "/number")).status).toBe(500);
  expect(printed.mock.calls.slice(1)).toEqual([
    ["h2push: a route returned Number instead of a Response: GET /number"],
    [expect.stringContaining("return new Response")],
  ]);
});

test("an onError that throws takes no request with it", async () => {
  const printed = vi.spyOn(console, "error").mockReturnValue(undefined);
  onTestFinished(() => printed.mockRestore());
  const { port } = await startServer({
    routes: [() => Promise.reject(new Error("a bug"))],
    onError: () => {
      throw new Error("a bug in onError");
    },
  });
  expect((await http1(port, "/")).status).toBe(500);
  expect(printed.mock.calls).toEqual([[new Error("a bug in onError")]]);
});
