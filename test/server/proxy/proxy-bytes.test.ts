import { once } from "node:events";
import { expect, test } from "vitest";
import { ask, type Protocol } from "../../support/ask.js";
import { connect, connectSocket } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { startRawUpstream, startUpstream } from "../../support/upstream.js";

const protocols: readonly Protocol[] = ["HTTP/2", "HTTP/1.1"];

/** "é" in UTF-8, in Latin-1, and a byte that is neither, each byte as a character. */
const BYTES = "caf\u00c3\u00a9 \u00e9 \u0081";

const sized = "content-length: 2\r\n\r\nok";
const chunked = "transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
const disposition = `attachment; filename="${BYTES}.pdf"`;

const responses: readonly (readonly [title: string, head: string, rest: string, name: string, value: string])[] = [
  ["a file name before the length", "200 OK", sized, "content-disposition", disposition],
  ["a file name and chunks", "200 OK", chunked, "content-disposition", disposition],
  ["a field and chunks", "200 OK", chunked, "x-name", BYTES],
  ["a field of a stream of events", "200 OK\r\ncontent-type: text/event-stream", chunked, "x-name", BYTES],
  ["a redirect", "302 Found", "content-length: 0\r\n\r\n", "location", `/${BYTES}`],
  ["a field without a content", "304 Not Modified", "\r\n", "x-name", BYTES],
  ["a cookie", "200 OK", sized, "set-cookie", `a=${BYTES}; Path=/`],
];

test.each(protocols.flatMap((protocol) => responses.map((response) => [protocol, ...response] as const)))(
  "over %s, %s of the upstream reaches the client byte by byte",
  async (protocol, _title, head, rest, name, value) => {
    for (const message of [`${head}\r\n${name}: ${value}\r\n${rest}`, `${head}\r\n${rest}`]) {
      const late = message.includes(value) ? message : message.replace(/\r\n\r\n/, `\r\n${name}: ${value}\r\n\r\n`);
      const { origin } = await startRawUpstream((socket) => {
        socket.once("data", () => socket.end(Buffer.from(`HTTP/1.1 ${late}`, "latin1")));
      });
      const { port, errors } = await startServer({ proxy: [`/=${origin}`] });
      const { headers } = await ask(port, protocol, "/");
      expect([headers[name]].flat()).toEqual([value]);
      expect(errors).toEqual([]);
    }
  },
);

test.each(protocols)("over %s, fields of the client reach the upstream byte by byte", async (protocol) => {
  const { origin, received } = await startUpstream((request, response) => void request.pipe(response));
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const fields = { "x-name": BYTES, "content-disposition": disposition };
  await ask(port, protocol, "/", "GET", fields);
  if (protocol === "HTTP/2") {
    await (await connect(port)).request("/", { ":method": "POST", "content-length": 2, ...fields }, "ok");
    await (await connect(port)).request("/", { ":method": "POST", ...fields }, "ok");
  } else {
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    for (const rest of [sized, chunked]) {
      const socket = await connectSocket(port, "http/1.1");
      socket.write(Buffer.from(`POST / HTTP/1.1\r\nhost: localhost\r\n${lines.join("")}${rest}`, "latin1"));
      await once(socket, "data");
    }
  }
  expect(received.map(({ headers }) => [headers["x-name"], headers["content-disposition"]])).toEqual(
    Array.from({ length: 3 }, () => [BYTES, disposition]),
  );
});

test.each(protocols)("over %s, the upstream has the fields before the client sends its content", async (protocol) => {
  const { origin } = await startUpstream((_request, response) => response.writeHead(401).end());
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  if (protocol === "HTTP/2") {
    const stream = (await connect(port)).session.request({ ":path": "/", ":method": "POST" }, { endStream: false });
    const [fields]: unknown[] = await once(stream, "response");
    expect(Object(fields)[":status"]).toBe(401);
  } else {
    const socket = await connectSocket(port, "http/1.1");
    socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n");
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1.1 401 /);
  }
});
