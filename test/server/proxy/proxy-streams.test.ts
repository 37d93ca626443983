import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { startCli } from "../../support/cli.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { startUpstream } from "../../support/upstream.js";

/** The content of a response as it comes, and a way to end it. */
async function openStream(port: number, protocol: string, path: string): Promise<Readable> {
  if (protocol === "HTTP/2") {
    const stream = (await connect(port)).session.request({ ":path": path });
    await once(stream, "response");
    return stream;
  }
  const request = httpsRequest({ port, host: "localhost", path, rejectUnauthorized: false, agent: false });
  onTestFinished(() => void request.destroy());
  request.on("error", () => undefined).end();
  const [response]: unknown[] = await once(request, "response");
  if (!(response instanceof Readable)) throw new Error("no response");
  return response;
}

test.each(["HTTP/2", "HTTP/1.1"])(
  "events reach the client one by one over %s, and may be long in coming",
  async (protocol) => {
    const responses: ServerResponse[] = [];
    const { origin } = await startUpstream((_request, response) => {
      responses.push(response.writeHead(200, { "content-type": "text/event-stream" }));
      response.flushHeaders();
    });
    const { port } = await startServer({ proxy: [`/=${origin}`], proxyTimeout: 1 });
    // The head alone opens it: no event has been sent yet.
    const stream = await openStream(port, protocol, "/events");
    await new Promise((resolve) => setTimeout(resolve, 1200)); // longer than an upstream may be silent
    for (const event of ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]) {
      const next = once(stream, "data");
      responses[0]!.write(event);
      expect(String((await next)[0])).toBe(event);
    }
  },
);

test("a stream of events ends with the server", async () => {
  const { origin } = await startUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
  });
  const { port, close } = await startServer({ proxy: [`/=${origin}`] });
  const stream = await openStream(port, "HTTP/2", "/events");
  const ended = once(stream.resume(), "end");
  await Promise.all([close(), ended]);
});

test("a slow client holds the upstream back instead of filling the memory", async () => {
  let sent = 0;
  const { origin } = await startUpstream((_request, response) => {
    const piece = Buffer.alloc(64 * 1024);
    const write = () => {
      while (response.write(piece)) sent += piece.length;
      response.once("drain", write);
    };
    response.on("error", () => undefined);
    write();
  });
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const { session } = await connect(port);
  let taken = 0;
  for await (const piece of session.request({ ":path": "/" })) {
    taken += Buffer.byteLength(piece);
    await new Promise((resolve) => session.ping(resolve)); // it takes a piece in each round trip
    expect(sent - taken).toBeLessThan(20_000_000);
    if (taken > 30_000_000) break;
  }
});

const SIZE = 64_000_000;

/** Resident memory of a process in MB. */
async function resident(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1000;
}

/** Sends a content; resolves with that of the response. */
async function sendOver2(port: number, content: Readable): Promise<Readable> {
  const stream = (await connect(port)).session.request({ ":path": "/", ":method": "POST" });
  content.pipe(stream);
  await once(stream, "response");
  return stream;
}

async function sendOver1(port: number, content: Readable): Promise<Readable> {
  const request = httpsRequest({ port, host: "localhost", method: "POST", rejectUnauthorized: false, agent: false });
  content.pipe(request);
  const [response]: unknown[] = await once(request, "response");
  if (!(response instanceof Readable)) throw new Error("no response");
  return response;
}

test.runIf(process.platform === "linux").each(["HTTP/2", "HTTP/1.1"])(
  "64 MB up and down at once over %s pass through, and never are in memory",
  async (protocol) => {
    const { origin } = await startUpstream((request, response) => void request.pipe(response));
    const cli = await startCli(["--port", "0", "--quiet", "--proxy", `/=${origin}`]);
    const port = await cli.port();
    const idle = await resident(cli.child.pid);
    const content = Readable.from(
      (function* () {
        for (let left = SIZE; left > 0; left -= 64_000) yield Buffer.alloc(64_000, left % 256);
      })(),
    );
    const received = protocol === "HTTP/2" ? await sendOver2(port, content) : await sendOver1(port, content);
    let bytes = 0;
    let peak = 0;
    for await (const piece of received) {
      const { length }: { readonly length: number } = piece;
      bytes += length;
      if (bytes % 1_000_000 < length) peak = Math.max(peak, await resident(cli.child.pid));
    }
    expect(bytes).toBe(SIZE);
    expect(peak - idle).toBeLessThan(60);
  },
);
