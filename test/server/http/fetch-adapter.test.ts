import { once } from "node:events";
import { constants, type ClientHttp2Stream } from "node:http2";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Route } from "../../../src/index.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";

const content = Buffer.alloc(200_000, "content ");

const echo: Route = async (request) => new Response(await request.arrayBuffer());

test("a route reads the whole content of a request over HTTP/2, and then answers", async () => {
  const { port } = await startServer({ routes: [echo] });
  const { body } = await (await connect(port)).request("/", { ":method": "POST" }, content);
  expect(body.equals(content)).toBe(true);
});

test("a route reads the whole content of a request over HTTP/1.1, and then answers", async () => {
  const { port } = await startServer({ routes: [echo] });
  const { body } = await http1(port, "/", { method: "POST", content });
  expect(body.equals(content)).toBe(true);
});

test("a route that has read enough answers over HTTP/2 all the same", async () => {
  const server = await startServer({
    routes: [
      async (request) => {
        const reader = request.body?.getReader();
        const { value } = (await reader?.read()) ?? {};
        await reader?.cancel();
        return new Response(value?.subarray(0, 7));
      },
    ],
  });
  const { status, body } = await (await connect(server.port)).request("/", { ":method": "POST" }, content);
  expect([status, body.toString()]).toEqual([200, "content"]);
  expect(server.errors).toEqual([]);
});

test.each<[how: string, leave: (stream: ClientHttp2Stream) => void]>([
  ["went away", ({ session }) => session?.destroy()],
  ["reset its request", (stream) => stream.close(constants.NGHTTP2_CANCEL)],
])("a route sees that a client %s in the middle of its content", async (_how, leave) => {
  let failed: (error: unknown) => void;
  const failure = new Promise((resolve) => (failed = resolve));
  const server = await startServer({
    routes: [
      async (request) => {
        await request.arrayBuffer().catch((error: unknown) => failed(error));
        return new Response();
      },
    ],
  });
  const { session } = await connect(server.port);
  const stream = session.request({ ":path": "/", ":method": "POST" }, { endStream: false });
  stream.on("error", () => undefined);
  stream.write("some", () => leave(stream));
  expect(await failure).toBeInstanceOf(Error);
});

test("a route that keeps the signal of its request alone is told that the client has gone, also after a collection", async () => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  let tellGone: () => void;
  const gone = new Promise<void>((resolve) => (tellGone = resolve));
  const events = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data:\n\n")),
  });
  const routes: Route[] = [
    ({ signal }) => {
      signal.addEventListener("abort", () => tellGone());
      return new Response(events, { headers: { "content-type": "text/event-stream" } });
    },
  ];
  const { session } = await connect((await startServer({ routes })).port);
  const stream = session.request({ ":path": "/" });
  stream.on("error", () => undefined);
  await once(stream, "data");
  for (let turn = 0; turn < 5; turn++) {
    await new Promise(setImmediate);
    if (typeof collect === "function") collect();
  }
  session.destroy();
  await gone;
});
