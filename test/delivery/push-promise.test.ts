import { once } from "node:events";
import { connect, createServer, type ServerHttp2Stream } from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import { promise, promisedRequest } from "../../src/delivery/push-promise.js";

/** The server's side of a request, over plain TCP. */
async function requestOf(enablePush: boolean): Promise<ServerHttp2Stream> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const client = connect(`http://127.0.0.1:${port}`, { settings: { enablePush } });
  onTestFinished(() => client.destroy());
  client.on("stream", (stream) => stream.on("error", () => undefined).resume());
  const streams = once(server, "stream");
  client.request().on("error", () => undefined);
  const [stream] = await streams;
  return stream;
}

const errors = () => {
  const list: Error[] = [];
  return { list, report: (error: Error) => void list.push(error) };
};

test("a client that takes pushes is promised one", async () => {
  const { list, report } = errors();
  const pushed = await promise(await requestOf(true), { ":path": "/a.css" }, report);
  pushed?.respond({}, { endStream: true });
  expect([pushed?.sentHeaders[":status"], list]).toEqual([200, []]);
});

test("a client that takes none is no error, nor is one that has gone", async () => {
  const { list, report } = errors();
  expect(await promise(await requestOf(false), { ":path": "/a.css" }, report)).toBeUndefined();
  const gone = await requestOf(true);
  gone.destroy();
  expect(await promise(gone, { ":path": "/a.css" }, report)).toBeUndefined();
  expect(list).toEqual([]);
});

test("what else goes wrong is reported, and the page's own response goes on", async () => {
  const { list, report } = errors();
  const page = await requestOf(true);
  expect(await promise(page, { ":path": "/a.css", connection: "close" }, report)).toBeUndefined();
  expect(list).toHaveLength(1);
  page.respond({}, { endStream: true });
  expect(page.headersSent).toBe(true);
});

test("a promised request has the host of a client that sends no :authority, and no field that names a user", () => {
  const page = { host: "localhost", cookie: "a=b", "user-agent": "test" };
  expect(promisedRequest(page, "/a.css", "style")).toEqual({
    ":method": "GET",
    ":scheme": "https",
    ":authority": "localhost",
    ":path": "/a.css",
    accept: "text/css,*/*;q=0.1",
    "user-agent": "test",
  });
  expect(promisedRequest({ ":authority": "a.test" }, "/a.js", "script")).toMatchObject({
    ":authority": "a.test",
    accept: "*/*",
  });
});
