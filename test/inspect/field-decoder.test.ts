import { once } from "node:events";
import { connect as connectHttp2, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { FieldDecoder } from "../../src/inspect/frames/field-decoder.js";
import { FrameLog } from "../../src/inspect/frames/frame-log.js";
import { FrameTap } from "../support/frames.js";

const octets = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

/** RFC 7541, Appendix C.4 and C.6: requests and responses with Huffman's code, the latter with a table of 256 bytes. */
test("reads the examples of RFC 7541", () => {
  const requests = new FieldDecoder();
  const read = (hex: string) => requests.decode(octets(hex)).map(({ name, value }) => `${name}: ${value}`);
  const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
  expect(read("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff")).toEqual(first);
  expect(read("8286 84be 5886 a8eb 1064 9cbf")).toEqual([...first, "cache-control: no-cache"]);
  expect(read("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf")).toEqual([
    ":method: GET",
    ":scheme: https",
    ":path: /index.html",
    ":authority: www.example.com",
    "custom-key: custom-value",
  ]);
});

test("follows updates of the table's size, and says how each field was written", () => {
  const decoder = new FieldDecoder();
  const [indexing] = decoder.decode(octets("40 01 61 01 62"));
  expect(indexing).toEqual({ name: "a", value: "b", representation: "indexing", bytes: 5, plain: 2 });
  expect(decoder.decode(octets("be"))[0]).toMatchObject({ name: "a", representation: "indexed", bytes: 1 });
  // To nothing, and back: the table is empty then.
  expect(decoder.decode(octets("20 3f e1 1f"))).toEqual([]);
  expect(() => decoder.decode(octets("be"))).toThrow();
});

test.each([
  ["00 01 61 01 62", "literal"],
  ["10 01 61 01 62", "never"],
])("%s is written %s", (hex, representation) => {
  expect(new FieldDecoder().decode(octets(hex))[0]).toMatchObject({ name: "a", value: "b", representation });
});

test.each(["ff ff ff ff ff ff", "41 ff", "80", "c5", "40 81 ff 01 62"])("refuses %s", (hex) => {
  expect(() => new FieldDecoder().decode(octets(hex))).toThrow();
});

test.each([0, 100, 4096, 65_536])("reads what nghttp2 writes with a table of %i bytes", async (headerTableSize) => {
  const random = randomFrom(headerTableSize + 1);
  const log = new FrameLog(() => 0);
  const server = createServer({ settings: { headerTableSize } });
  server.on("stream", (stream, fields) => {
    const told = Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith("x-")));
    stream.respond({ ":status": 200, ...told }, { endStream: true });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  const tap = new FrameTap(socket);
  const write = tap._write.bind(tap);
  tap._write = (bytes: Buffer, encoding, done) => {
    log.push("client", bytes);
    write(bytes, encoding, done);
  };
  socket.prependListener("data", (bytes: Buffer) => log.push("server", bytes));
  const session = connectHttp2(`http://127.0.0.1:${port}`, {
    createConnection: () => tap,
    settings: { headerTableSize, enablePush: false },
  });
  await once(session, "remoteSettings");
  const sent: string[][] = [];
  for (let request = 0; request < 150; request++) {
    const fields = randomFields(random);
    sent.push(Object.entries(fields).map(([name, value]) => `${name}: ${value}`));
    const stream = session.request({ ":path": "/", ...fields });
    stream.resume();
    await once(stream, "close");
  }
  session.close();
  const told = (from: string) =>
    log.frames
      .filter((frame) => frame.type === "HEADERS" && frame.from === from)
      .map(({ fields = [] }) =>
        fields.filter(({ name }) => name.startsWith("x-")).map(({ name, value }) => `${name}: ${value}`),
      );
  expect(told("client")).toEqual(sent);
  expect(told("server")).toEqual(sent);
});

/** Fields of which some come again, with characters of every kind that a field may hold. */
function randomFields(random: () => number): Record<string, string> {
  const number = 1 + Math.floor(random() * 8);
  const fields: Record<string, string> = {};
  for (let at = 0; at < number; at++) {
    const name = `x-${Math.floor(random() * 12)}`;
    const length = Math.floor(random() * (random() < 0.1 ? 300 : 30));
    const text = Array.from({ length }, () => String.fromCharCode(33 + Math.floor(random() * 94))).join("");
    fields[name] = random() < 0.4 ? `again ${name}` : text;
  }
  return fields;
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test("gives up at what is no HTTP/2, and never throws", () => {
  const random = randomFrom(7);
  for (let time = 0; time < 300; time++) {
    const log = new FrameLog(() => 0);
    for (let piece = 0; piece < 20; piece++) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256)));
      log.push(piece % 2 === 0 ? "server" : "client", bytes);
    }
    expect(log.isReadable).toBe(false);
  }
});
