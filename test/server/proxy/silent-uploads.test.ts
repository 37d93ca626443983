import { once } from "node:events";
import type { ClientHttp2Stream } from "node:http2";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { SilentUploads } from "../../../src/server/proxy/silent-uploads.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { startUpstream } from "../../support/upstream.js";

/** So many requests of a connection are passed on before any of their content has come. */
const AT_ONCE = 8;

/** An upstream that answers at once, whatever comes, and a connection that announces so many contents. */
async function announce(count: number) {
  const { origin, received } = await startUpstream((_request, response) => void response.writeHead(200).write("here"));
  const { port } = await startServer({ proxy: [`/up=${origin}`] });
  const client = await connect(port);
  const upload = (path: string) => {
    const stream = client.session.request({ ":path": path, ":method": "POST" }, { endStream: false });
    return stream.on("error", () => undefined);
  };
  const uploads = Array.from({ length: count }, (_, at) => upload(`/up/${at}`));
  await Promise.all(uploads.slice(0, AT_ONCE).map(answered));
  // What was sent before it has been read, and what could be passed on has been.
  await client.request("/", { ":method": "HEAD" });
  return { received, uploads, port, paths: () => received.map(({ url }) => url) };
}

const answered = (stream: ClientHttp2Stream) => once(stream, "response");

const upTo = (count: number) => Array.from({ length: count }, (_, at) => `/up/${at}`);

test("of many requests whose content does not come, some of a connection reach the upstream", async () => {
  const { paths, port } = await announce(100);
  expect(paths()).toEqual(upTo(AT_ONCE));
  const other = (await connect(port)).session.request({ ":path": "/up/x", ":method": "POST" }, { endStream: false });
  await answered(other.on("error", () => undefined));
  expect(paths()).toEqual([...upTo(AT_ONCE), "/up/x"]);
});

test("one that waits is passed on when its content begins or ends", async () => {
  const { paths, uploads } = await announce(20);
  uploads[15]!.write("a");
  await answered(uploads[15]!);
  uploads[17]!.end();
  await answered(uploads[17]!);
  expect(paths()).toEqual([...upTo(AT_ONCE), "/up/15", "/up/17"]);
});

test("a content that has ended, an empty one too, waits for nobody", async () => {
  const connection = {};
  const silent = new SilentUploads();
  const ended = new PassThrough().resume().end();
  await once(ended, "end");
  for (let time = 0; time < AT_ONCE; time++) {
    expect(silent.wait(connection, ended)).toBe(undefined);
    expect(silent.wait(connection, new PassThrough())).toBe(undefined);
  }
  expect(silent.wait(connection, new PassThrough())).not.toBe(undefined);
  expect(silent.wait(connection, ended)).toBe(undefined);
});

test("the next is passed on when the content of one ahead begins, or when that is reset", async () => {
  const { paths, uploads } = await announce(20);
  uploads[3]!.write("a");
  await answered(uploads[AT_ONCE]!);
  uploads[5]!.close();
  await answered(uploads[AT_ONCE + 1]!);
  expect(paths()).toEqual(upTo(AT_ONCE + 2));
});

test("one that is reset while it waits never reaches the upstream", async () => {
  const { paths, uploads } = await announce(20);
  uploads[AT_ONCE]!.close();
  await once(uploads[AT_ONCE]!, "close");
  uploads[0]!.write("a");
  await answered(uploads[AT_ONCE + 1]!);
  expect(paths()).toEqual([...upTo(AT_ONCE), `/up/${AT_ONCE + 1}`]);
});
