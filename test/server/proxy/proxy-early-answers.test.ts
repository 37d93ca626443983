import { createServer as createTls } from "node:tls";
import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer, testCertificate } from "../../support/server.js";
import { startRawUpstream } from "../../support/upstream.js";

const SIZE = 4_000_000;
const PAGE = "too large ".repeat(3000);
const answer = `HTTP/1.1 413 Content Too Large\r\ncontent-length: ${PAGE.length}\r\n\r\n${PAGE}`;

/** What an upstream does when it has said no. */
const endings: readonly (readonly [title: string, end: (socket: Socket) => unknown])[] = [
  ["resets the connection", (socket) => socket.resetAndDestroy()],
  ["closes the connection", (socket) => socket.destroy()],
  ["ends its side", (socket) => socket.end()],
  ["reads no more", () => undefined],
];

/** Says no when so many bytes have come, and takes no more. */
const refuseAfter = (bytes: number, end: (socket: Socket) => unknown) => (socket: Socket) => {
  let taken = 0;
  socket
    .on("error", () => undefined)
    .on("data", (piece: Buffer) => {
      taken += piece.length;
      if (taken < bytes) return;
      socket.removeAllListeners("data").pause();
      socket.write(answer, () => end(socket));
    });
};

async function refusal(port: number, protocol: string, expects: boolean): Promise<readonly [number, string]> {
  const content = Buffer.alloc(SIZE);
  const fields = expects ? { expect: "100-continue" } : {};
  if (protocol === "HTTP/1.1") {
    const { status, body } = await http1(port, "/", { method: "POST", headers: fields, content });
    return [status, body.toString()];
  }
  const stream = (await connect(port)).session.request({ ":path": "/", ":method": "POST", ...fields });
  stream.on("error", () => undefined);
  if (expects) await once(stream, "continue");
  stream.end(content);
  const [head]: unknown[] = await once(stream, "response");
  let body = "";
  for await (const piece of stream) body += String(piece);
  return [Number(Object(head)[":status"]), body];
}

test.each(
  ["HTTP/2", "HTTP/1.1"].flatMap((protocol) =>
    [1, 300_000].flatMap((bytes) => endings.map((ending) => [protocol, bytes, ...ending] as const)),
  ),
)("over %s, an upstream that says no after %i bytes of an upload and %s is heard", async (protocol, bytes, _, end) => {
  const { origin } = await startRawUpstream(refuseAfter(bytes, end));
  const notices: string[] = [];
  const { port, errors } = await startServer({ proxy: [`/=${origin}`], onNotice: (text) => notices.push(text) });
  for (const expects of [false, true]) expect(await refusal(port, protocol, expects)).toEqual([413, PAGE]);
  expect([...errors, ...notices]).toEqual([]);
});

test("an upstream behind TLS that says no to an upload and closes is heard", async () => {
  const upstream = createTls(
    await testCertificate(),
    refuseAfter(300_000, (socket) => socket.destroy()),
  );
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  onTestFinished(() => void upstream.close());
  const { port } = await startServer({ proxy: [`/=https://localhost:${Object(upstream.address()).port}`] });
  expect(await refusal(port, "HTTP/2", false)).toEqual([413, PAGE]);
});
