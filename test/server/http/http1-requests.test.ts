import { expect, test } from "vitest";
import type { Route } from "../../../src/index.js";
import { ask } from "../../support/ask.js";
import { connectSocket } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { startUpstream } from "../../support/upstream.js";

/** Everything that comes after a request, until the connection ends. */
async function converse(port: number, request: string): Promise<string> {
  const socket = await connectSocket(port, "http/1.1");
  let text = "";
  socket.on("data", (bytes) => (text += String(bytes)));
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.write(request);
  await ended;
  return text;
}

const CHUNKS = "\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

test.each([
  [400, "the same host twice", "host: localhost\r\nhost: localhost\r\n\r\n"],
  [400, "two hosts", "host: localhost\r\nHost: 127.0.0.1\r\n\r\n"],
  [400, "two hosts and an upgrade", "host: a\r\nhost: b\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"],
  [501, "a coding that is not ours", `host: localhost\r\ntransfer-encoding: gzip, chunked${CHUNKS}`],
  [501, "codings in two fields", `host: localhost\r\ntransfer-encoding: gzip\r\ntransfer-encoding: chunked${CHUNKS}`],
  [501, "identity before chunked", `host: localhost\r\ntransfer-encoding: identity, chunked${CHUNKS}`],
  [501, "identity", "host: localhost\r\ntransfer-encoding: identity\r\n\r\n"],
  [400, "chunked twice", `host: localhost\r\ntransfer-encoding: chunked, chunked${CHUNKS}`],
  [400, "chunks and a length", `host: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked${CHUNKS}`],
])("a request over HTTP/1.1 is answered %i, and goes no further, for %s", async (status, _, fields) => {
  const { origin, received } = await startUpstream();
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const answer = await converse(port, `POST / HTTP/1.1\r\n${fields}`);
  expect(answer.slice(0, 13)).toBe(`HTTP/1.1 ${status} `);
  expect(received).toEqual([]);
});

test("chunks in capital letters go on to the upstream", async () => {
  const { origin, received } = await startUpstream();
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const answer = await converse(
    port,
    `POST / HTTP/1.1\r\nconnection: close\r\nhost: localhost\r\ntransfer-encoding: CHUNKED${CHUNKS}`,
  );
  expect(answer).toContain("upstream");
  expect(received).toHaveLength(1);
});

test("fields that connection names go no further, to an upstream and back", async () => {
  const { origin, received } = await startUpstream((_, response) => {
    response.writeHead(200, { connection: "close, X-Hop", "x-hop": "1", "x-end": "2", "transfer-encoding": "chunked" });
    response.addTrailers({ "x-hop": "3", "x-trailer": "4" });
    response.end("ok");
  });
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const fields = { connection: "close, X-Hop", "x-hop": "1", "x-end": "2" };
  const { headers } = await ask(port, "HTTP/1.1", "/", "GET", fields);
  expect([headers["x-hop"], headers["x-end"]]).toEqual([undefined, "2"]);
  expect(received.map((one) => [one.headers["x-hop"], one.headers["x-end"]])).toEqual([[undefined, "2"]]);
});

test("fields that connection names are nothing to a route, and none of its own reach the client", async () => {
  const seen: (string | null)[] = [];
  const { port } = await startServer({
    routes: [
      ({ headers }) => {
        seen.push(headers.get("x-hop"), headers.get("x-end"));
        return new Response("ok", { headers: { connection: "x-hop", "x-hop": "1", "x-end": "2" } });
      },
    ],
  });
  const fields = { connection: "close, X-Hop", "x-hop": "1", "x-end": "2" };
  for (const [protocol, sent] of [
    ["HTTP/1.1", fields],
    ["HTTP/2", { "x-end": "2" }],
  ] as const) {
    const { headers } = await ask(port, protocol, "/", "GET", sent);
    expect([headers["x-hop"], headers["x-end"]]).toEqual([undefined, "2"]);
  }
  expect(seen).toEqual([null, "2", null, "2"]);
});

const KEY = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";

test.each([
  ["without key and version", ""],
  ["of another version", `${KEY}\r\nsec-websocket-version: 8`],
  ["without a key", "sec-websocket-version: 13"],
  ["with a key of another length", "sec-websocket-key: eA==\r\nsec-websocket-version: 13"],
])("a handshake for a WebSocket %s is answered 426, with the version that is spoken here", async (_what, fields) => {
  const routes: Route[] = [(_request, context) => context.upgradeWebSocket?.().response];
  const { port } = await startServer({ routes });
  const upgrade = `host: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n${fields && `${fields}\r\n`}\r\n`;
  const answer = await converse(port, `GET / HTTP/1.1\r\n${upgrade}`);
  expect(answer).toMatch(/^HTTP\/1\.1 426 /);
  expect(answer).toMatch(/^sec-websocket-version: 13\r$/im);
});
