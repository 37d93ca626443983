import { once } from "node:events";
import { connect, createServer, Server } from "node:net";
import { networkInterfaces } from "node:os";
import type { Duplex } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { H2PushError } from "../../../src/errors.js";
import { listen, type ListenOptions } from "../../../src/server/listen/tcp-listener.js";
import { connect as connectH2 } from "../../support/h2.js";
import { startServer } from "../../support/server.js";

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

interface Met {
  readonly kind: "tls" | "plain";
  readonly start: string;
}

/** A listener that takes down what kind each connection is of, with the bytes that are handed on. */
async function listening(options: Partial<ListenOptions> = {}) {
  const met: Met[] = [];
  const take = (kind: Met["kind"]) => (socket: Duplex) => {
    socket.once("data", (bytes: Buffer) => {
      met.push({ kind, start: bytes.toString("latin1") });
      socket.end("done");
    });
  };
  const listener = await listen({
    host: "localhost",
    port: 0,
    alternatives: 0,
    network: undefined,
    maxConnections: 100,
    makeRoom: () => false,
    wait: () => 0,
    onTls: take("tls"),
    onPlain: take("plain"),
    ...options,
  });
  onTestFinished(() => {
    listener.close();
    listener.destroy();
  });
  return { ...listener, met };
}

/** Everything that comes over a connection until its end, after `bytes` were sent. */
async function converse(port: number, bytes: string | Buffer, host = "127.0.0.1"): Promise<string> {
  const socket = connect({ port, host });
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (more: string) => (text += more));
  socket.on("error", () => undefined);
  if (bytes.length > 0) socket.write(bytes);
  await once(socket, "close");
  return text;
}

/** Takes a port, on one address or on all. */
async function occupy(host: string, port = 0): Promise<number> {
  const server = createServer().listen({ port, host });
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return address.port;
}

test("localhost listens on both loopback addresses, on one port", async () => {
  const { addresses, port, met } = await listening();
  expect(addresses).toEqual(hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"]);
  for (const address of addresses) expect(await converse(port, "GET", address)).toBe("done");
  expect(met).toHaveLength(addresses.length);
});

test("an address listens on itself alone", async () => {
  const { addresses, port } = await listening({ host: "127.0.0.2" });
  expect(addresses).toEqual(["127.0.0.2"]);
  const socket = connect({ port, host: "127.0.0.1" });
  expect(await once(socket, "error")).toMatchObject([{ code: "ECONNREFUSED" }]);
});

test.each([
  ["\x16\x03\x01\x02\x00", "tls"],
  ["GET / HTTP/1.1\r\n\r\n", "plain"],
  ["get", "plain"],
])("a connection that begins with %j is %s, and keeps its first byte", async (start, kind) => {
  const { port, met } = await listening();
  await converse(port, Buffer.from(start, "latin1"));
  expect(met).toEqual([{ kind, start }]);
});

test.each(["\x80\x2e\x01", "\0", " GET", "\r\n", "\xff"])(
  "a connection that begins with %j is ended",
  async (start) => {
    const { port, met } = await listening();
    expect(await converse(port, Buffer.from(start, "latin1"))).toBe("");
    expect(met).toEqual([]);
  },
);

test("a client that connects and goes away without a word is no event", async () => {
  const { port, met } = await listening();
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  socket.end();
  await once(socket, "close");
  expect(await converse(port, "GET")).toBe("done");
  expect(met).toHaveLength(1);
});

test("a client that says nothing is ended", async () => {
  const { port, met } = await listening({ silence: 20 });
  expect(await converse(port, "")).toBe("");
  expect(met).toEqual([]);
});

test("a client that has said something may take its time", async () => {
  const { port } = await listening({
    silence: 200,
    onPlain: (socket) => socket.on("data", (bytes) => socket.write(bytes)),
  });
  const socket = connect({ port, host: "127.0.0.1" });
  onTestFinished(() => void socket.destroy());
  socket.write("G");
  await once(socket, "data");
  // A silent client that came later has been ended: the time has passed for the other, too.
  await converse(port, "");
  socket.write("E");
  expect(String(await once(socket, "data"))).toBe("E");
});

test("a port that is taken is an error, which names it", async () => {
  const port = await occupy("127.0.0.1");
  const error = await listening({ port }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(H2PushError);
  expect(error).toMatchObject({ code: "listen", message: `port ${port} is in use` });
});

test.skipIf(!hasIpv6)("a port that is taken on ::1 alone is taken, and none is left open on the other", async () => {
  const port = await occupy("::1");
  await expect(listening({ port })).rejects.toMatchObject({ message: `port ${port} is in use` });
  await occupy("127.0.0.1", port);
});

test("with alternatives, the next port that is free on both addresses is taken", async () => {
  const first = await occupy("127.0.0.1");
  // Whether the port above is free nobody knows; the one that is taken must not be the first.
  const { port } = await listening({ port: first, alternatives: 50 });
  expect(port).toBeGreaterThan(first);
  expect(port).toBeLessThanOrEqual(first + 50);
});

test("alternatives end at the last port there is", async () => {
  const last = await occupy("127.0.0.1", 65_535).catch(() => 65_535);
  await expect(listening({ port: last, alternatives: 100 })).rejects.toMatchObject({ message: "port 65535 is in use" });
});

test.each(["192.0.2.1", "no-such-host.invalid"])("the address %s is none of this machine", async (host) => {
  await expect(listening({ host })).rejects.toMatchObject({
    code: "listen",
    message: `no such address on this machine: ${host}`,
  });
});

test("a machine without IPv6 listens on 127.0.0.1 alone", async () => {
  const real: unknown = Reflect.get(Server.prototype, "listen");
  const spy = vi.spyOn(Server.prototype, "listen");
  onTestFinished(() => spy.mockRestore());
  spy.mockImplementation(function (this: Server, options: unknown, ...rest: unknown[]) {
    if (typeof options === "object" && options !== null && "host" in options && options.host === "::1") {
      const error = Object.assign(new Error("no IPv6"), { code: "EADDRNOTAVAIL" });
      queueMicrotask(() => this.emit("error", error));
    } else if (typeof real === "function") {
      Reflect.apply(real, this, [options, ...rest]);
    }
    return this;
  });
  const { addresses, port } = await listening();
  expect(addresses).toEqual(["127.0.0.1"]);
  expect(await converse(port, "GET")).toBe("done");
});

const request = (lines: string[]) => `${lines.join("\r\n")}\r\n\r\n`;

test.each([
  ["its name", ["GET /docs/?a=b HTTP/1.1", "host: app.localhost:8443"], "https://app.localhost:PORT/docs/?a=b"],
  ["a name without port", ["GET / HTTP/1.1", "host: localhost"], "https://localhost:PORT/"],
  ["an IPv6 address", ["GET / HTTP/1.1", "host: [::1]:80"], "https://[::1]:PORT/"],
  ["no host (HTTP/1.0)", ["GET /a HTTP/1.0"], "https://localhost:PORT/a"],
  ["the absolute form", ["GET http://localhost/a HTTP/1.1", "host: localhost"], "https://localhost:PORT/"],
])("plain HTTP by %s is sent to https with 308", async (_how, lines, location) => {
  const { port } = await startServer();
  const answer = await converse(port, request(lines));
  expect(answer).toMatch(/^HTTP\/1\.1 308 /);
  expect(/^location: (.*)$/im.exec(answer)?.[1]?.trim()).toBe(location.replace("PORT", String(port)));
});

test("a POST in plain HTTP is sent to https with its method kept", async () => {
  const { port } = await startServer();
  const answer = await converse(port, request(["POST /form HTTP/1.1", "host: localhost", "content-length: 1"]) + "x");
  expect(answer).toMatch(/^HTTP\/1\.1 308 /);
});

test.each([
  ["no HTTP at all", "hello\r\n\r\n"],
  ["a broken request", "GET / HTTP/9.9\r\n\r\n"],
  ["a TLS handshake of rubbish", "\x16\x03\x01\x00\x05hello"],
])("%s ends its own connection, not the server", async (_what, start) => {
  const { port, errors } = await startServer();
  await converse(port, Buffer.from(start, "latin1"));
  expect((await (await connectH2(port)).request("/")).status).toBe(404);
  expect(errors).toEqual([]);
});
