import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { startRawUpstream, startUpstream } from "../../support/upstream.js";

/** The connections of this process to a server of this process. */
function connectionsTo(origin: string): () => readonly Socket[] {
  const sockets: Socket[] = [];
  const take = (message: unknown) => {
    const { socket }: { readonly socket?: unknown } = Object(message);
    if (socket instanceof Socket) sockets.push(socket);
  };
  subscribe("net.client.socket", take);
  onTestFinished(() => void unsubscribe("net.client.socket", take));
  return () => sockets.filter(({ remotePort, destroyed }) => !destroyed && origin.endsWith(`:${remotePort}`));
}

test.each(["between requests", "within a content", "before the answer"])(
  "the connections to an upstream end with the server: %s",
  async (when) => {
    const { origin, server } = await startUpstream((_request, response) => {
      if (when === "within a content") response.write("part");
      else if (when === "between requests") response.end("whole");
    });
    const open = connectionsTo(origin);
    const { port, close } = await startServer({ proxy: [`/=${origin}`] });
    const { session } = await connect(port);
    const asked = once(server, "request");
    const stream = session.request({ ":path": "/" }).on("error", () => undefined);
    if (when === "between requests") await once(stream.resume(), "close");
    else await Promise.all([asked, ...(when === "within a content" ? [once(stream, "data")] : [])]);
    expect(open()).toHaveLength(1);
    await close(0);
    expect(open()).toEqual([]);
  },
);

test("a tunnel ends with the server, though the upstream takes nothing any more", async () => {
  const { origin } = await startRawUpstream((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n");
      socket.write("sec-websocket-accept: unchecked\r\n\r\n");
      socket.pause();
    });
  });
  const open = connectionsTo(origin);
  const { port, close } = await startServer({ proxy: [`/=${origin}`] });
  const client = new WebSocket(`wss://localhost:${port}/`, { rejectUnauthorized: false });
  onTestFinished(() => client.terminate());
  client.on("error", () => undefined);
  const [response]: { socket?: Socket }[] = await once(client, "upgrade");
  response?.socket?.write(Buffer.alloc(20_000_000));
  expect(open()).toHaveLength(1);
  await close(0);
  expect(open()).toEqual([]);
});

/** Listeners of 'abort' that signals have now, less those that they had before. */
function abortListeners(): () => number {
  const listeners = new Set<unknown>();
  const add = vi.spyOn(AbortSignal.prototype, "addEventListener");
  const remove = vi.spyOn(AbortSignal.prototype, "removeEventListener");
  onTestFinished(() => [add, remove].forEach((spy) => spy.mockRestore()));
  return () => {
    add.mock.calls.forEach(([, listener]) => listeners.add(listener));
    remove.mock.calls.forEach(([, listener]) => listeners.delete(listener));
    return listeners.size;
  };
}

test("streams whose clients have gone while they took nothing leave no listener behind", async () => {
  const { origin } = await startUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("x".repeat(1_000_000));
  });
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on("warning", warn);
  onTestFinished(() => void process.off("warning", warn));
  const { port, records } = await startServer({ proxy: [`/=${origin}`] });
  const before = abortListeners();
  const { session } = await connect(port);
  session.setMaxListeners(0);
  const streams = Array.from({ length: 30 }, () => session.request({ ":path": "/" }).on("error", () => undefined));
  await Promise.all(streams.map((stream) => once(stream, "response")));
  expect(before()).toBeGreaterThanOrEqual(30);
  streams.forEach((stream) => stream.close(8));
  while (records.length < 30) await new Promise(setImmediate);
  expect(before()).toBe(0);
  expect(warnings).toEqual([]);
});
