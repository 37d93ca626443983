import { once } from "node:events";
import { constants, createServer, type ServerHttp2Stream } from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import { loadByClient } from "../../src/report/measure/client-load.js";
import { request } from "./loads.js";

const page = request("/", { destination: "document", means: "page" });

/** A server without TLS that answers everything, unless `answer` does. */
async function serve(answer: (stream: ServerHttp2Stream, target: string) => boolean = () => false) {
  const server = createServer();
  const seen: string[] = [];
  server.on("stream", (stream, fields) => {
    const target = String(fields[":path"]);
    seen.push(target);
    stream.on("error", () => undefined);
    if (answer(stream, target)) return;
    stream.respond({ ":status": 200 });
    stream.end(target);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { origin: `http://localhost:${address.port}`, seen };
}

const push = (stream: ServerHttp2Stream, target: string, carry: (pushed: ServerHttp2Stream) => void) =>
  stream.pushStream({ ":path": target }, (error, pushed) => {
    if (error !== null) throw error;
    pushed.on("error", () => undefined);
    carry(pushed);
  });

const never = new AbortController().signal;

test.each([
  [
    "the page, asked for again by its own file",
    [page, request("/app.js", { by: "/" }), request("/", { by: "/app.js" })],
  ],
  [
    "a file, asked for again by what it asks for",
    [page, request("/app.js", { by: "/" }), request("/b.js", { by: "/app.js" }), request("/app.js", { by: "/b.js" })],
  ],
  ["a file that asks for itself", [page, request("/app.js", { by: "/" }), request("/app.js", { by: "/app.js" })]],
])("each file is got once, after the one that asked for it first: %s", async (_, asked) => {
  const { origin, seen } = await serve();
  const { requests } = await loadByClient(origin, asked, false, never);
  const targets = [...new Set(asked.map(({ target }) => target))];
  expect(seen).toEqual(targets);
  expect(requests.map(({ target, by, status }) => ({ target, by, status }))).toEqual(
    targets.map((target) => ({ target, by: asked.find((one) => one.target === target)?.by, status: 200 })),
  );
});

test("what is pushed is not asked for, and said to be pushed", async () => {
  const { origin, seen } = await serve((stream, target) => {
    if (target !== "/") return false;
    push(stream, "/a.js", (pushed) => {
      pushed.respond({ ":status": 200 });
      pushed.end("text");
      stream.respond({ ":status": 200 });
      stream.end("page");
    });
    return true;
  });
  const { requests, announced } = await loadByClient(origin, [page, request("/a.js", { by: "/" })], true, never);
  expect(seen).toEqual(["/"]);
  expect(announced).toEqual(["/a.js"]);
  expect(requests.find(({ target }) => target === "/a.js")).toMatchObject({ means: "push", bytes: 4, by: "/" });
});

/** Pushes a file that does not come, and calls `when` once the client knows of it. */
const pushesInVain = (when: (pushed: ServerHttp2Stream, asking: ServerHttp2Stream) => void) => {
  let promised: ServerHttp2Stream;
  return serve((stream, target) => {
    if (target === "/b.js") when(promised, stream);
    if (target !== "/") return true;
    push(stream, "/a.js", (pushed) => {
      promised = pushed;
      stream.respond({ ":status": 200 });
      stream.end("page");
    });
    return true;
  });
};

const asked = [page, request("/a.js", { by: "/b.js" }), request("/b.js", { by: "/" })];

test("a load that is broken off while files are pushed fails with the reason, and nothing else does", async () => {
  const stopped = new AbortController();
  const { origin } = await pushesInVain(() => stopped.abort(new Error("Ctrl+C")));
  await expect(loadByClient(origin, asked, true, stopped.signal)).rejects.toThrow("Ctrl+C");
});

test("a push that is reset before anybody waits for it fails the load, and nothing else", async () => {
  const { origin } = await pushesInVain((pushed, asking) => {
    pushed.close(constants.NGHTTP2_INTERNAL_ERROR);
    // The client has seen that by the time that it has answered this.
    asking.session?.ping(() => {
      asking.respond({ ":status": 200 });
      asking.end("text");
    });
  });
  await expect(loadByClient(origin, asked, true, never)).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
});
