import { once } from "node:events";
import { connect as connectTcp, createServer, type AddressInfo } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { Connections } from "../../../src/server/listen/connections.js";
import { Hosts } from "../../../src/server/middleware/host-check.js";
import { createProtocols } from "../../../src/server/listen/protocol-servers.js";
import { secureContexts } from "../../../src/tls/store/secure-context.js";
import { testCertificate } from "../../support/server.js";

/** The servers behind a listener, with little patience; which of the two takes the connections is the test's choice. */
async function impatient(kind: "tls" | "plain") {
  const closing = new AbortController();
  const protocols = createProtocols({
    secured: secureContexts({ tlsMin: "1.2" })(await testCertificate()),
    connections: new Connections(),
    onExchange: () => undefined,
    hosts: new Hosts([]),
    port: () => 443,
    closing: closing.signal,
    maxStreams: 128,
    headerTimeout: 50,
    stallTimeout: 0,
  });
  const listener = createServer((socket) => protocols[kind].emit("connection", socket)).listen(0, "127.0.0.1");
  onTestFinished(() => {
    closing.abort();
    listener.close();
  });
  await once(listener, "listening");
  const { port }: Partial<AddressInfo> = Object(listener.address());
  return port ?? 0;
}

test.each(["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nhost: a\r\nx: "])(
  "a client of HTTP/1.1 that stops after %j is ended",
  async (start) => {
    const options = { port: await impatient("tls"), host: "127.0.0.1", rejectUnauthorized: false };
    const socket = connectTls({ ...options, ALPNProtocols: ["http/1.1"] });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined).resume();
    socket.write(start);
    await once(socket, "close");
  },
);

test("a client of plain HTTP that stops in its request is ended", async () => {
  const socket = connectTcp(await impatient("plain"), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let answer = "";
  socket.on("error", () => undefined).on("data", (bytes) => (answer += String(bytes)));
  socket.write("GET / HTTP/1.1\r\n");
  await once(socket, "close");
  expect(answer).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
});
