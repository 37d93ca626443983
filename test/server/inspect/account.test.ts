import { once } from "node:events";
import { constants, type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";
import { expect, test } from "vitest";
import { readLinks } from "../../../src/delivery/link.js";
import type { InspectedLoad } from "../../../src/inspect/loads/types.js";
import { connect, type H2Client } from "../../support/h2.js";
import { watch, type Watcher } from "../../support/inspector.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const LOADS = Number(process.env["LOADS"] ?? 1000);
/** Of each connection: another one then begins. */
const LOADS_ON_CONNECTION = 10;
const CLIENTS = 5;

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM, NGHTTP2_INTERNAL_ERROR } = constants;
const NAMES = new Map<number, string>([
  [NGHTTP2_CANCEL, "CANCEL"],
  [NGHTTP2_REFUSED_STREAM, "REFUSED_STREAM"],
  [NGHTTP2_INTERNAL_ERROR, "INTERNAL_ERROR"],
]);

/** More than the window of a stream: one that is reset after its first bytes was not sent whole. */
const LARGE = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at * 31 + at) % 251));

const site = {
  "plain.html": "<p>Nothing else</p>",
  "style.html": `<link rel="stylesheet" href="/a.css"><script src="/a.js"></script><p class="x">x</p>`,
  "image.html": `<link rel="stylesheet" href="/a.css"><img src="/large.png"><script type="module" src="/m.js"></script>`,
  "long.html": `<script src="/a.js"></script><p>${"long text ".repeat(30_000)}</p>`,
  "a.css": `@import "b.css"; .x { color: red }`,
  "b.css": `@import "c.css"; p { margin: 0 }`,
  "c.css": "p { padding: 0 }",
  "a.js": "1",
  "m.js": `import "./n.js"; export {}`,
  "n.js": `export const n = "${"n".repeat(5000)}"`,
  "large.png": LARGE,
  "data.json": `{"a":1}`,
};

const PAGES = ["plain", "style", "image", "long"];
const ASSETS = ["/a.css", "/b.css", "/c.css", "/a.js", "/m.js", "/n.js", "/data.json", "/missing.txt", "/large.png"];

/** What a client knows of one of its streams. */
interface Entry {
  readonly target: string;
  readonly means: string;
  readonly status: number;
  readonly bytes: number;
  readonly urgency: number;
  /** "complete", or the code by which it reset it. */
  readonly end: string;
}

test(
  `${LOADS} random loads: the account of means, bytes and ends is that of the client`,
  { timeout: 600_000 },
  async () => {
    const { port, errors } = await startServer({ root: await writeSite(site), inspect: true });
    const watcher = await watch(port);
    const seen = new Map<string, number>();
    const numbers = Array.from({ length: LOADS }, (_, at) => at);
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (let batch = numbers.splice(0, LOADS_ON_CONNECTION); batch.length > 0;) {
          await browse(port, watcher, batch, seen);
          batch = numbers.splice(0, LOADS_ON_CONNECTION);
        }
      }),
    );
    expect(errors).toEqual([]);
    // All that there is to be told has happened.
    for (const kind of ["page", "push", "link", "found", "complete", ...NAMES.values(), "200", "304", "404"]) {
      expect([kind, seen.get(kind) ?? 0]).toEqual([kind, expect.any(Number)]);
      expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(LOADS / 100);
    }
  },
);

test("bytes are those that the client has, also where nobody looked, and in the log", async () => {
  const { port, record } = await startServer({ root: await writeSite(site), inspect: true });
  const client = await connect(port);
  const { body, pushed } = await client.page("/style.html");
  const load: InspectedLoad = JSON.parse((await client.request("/.h2push/loads/1.json")).body.toString());
  const told = load.requests.map(({ target, bytes }) => [target, bytes]);
  expect(
    new Map([["/style.html", body.length], ...[...pushed].map(([path, one]) => [path, one.body.length] as const)]),
  ).toEqual(new Map(told.map(([target, bytes]) => [target, bytes])));
  expect((await record((one) => one.target === "/style.html")).bytes).toBe(body.length);
});

async function browse(port: number, watcher: Watcher, batch: readonly number[], seen: Map<string, number>) {
  const random = randomFrom(batch[0] ?? 0);
  const takesPushes = random() < 0.5;
  const isBrowser = !takesPushes && random() < 0.7;
  const client = await connect(port, { settings: { enablePush: takesPushes } });
  for (const number of batch) {
    const page = `/${pick(PAGES, random)}.html?load=${number}`;
    const account = await load(client, page, `https://localhost:${port}`, isBrowser, random);
    const told = await watcher.load(
      (one) => one.page === page && isTold(one, account),
      async () => {
        const { loads } = await watcher.json<{ loads: readonly InspectedLoad[] }>("loads.json");
        const found = loads.filter((one) => one.page === page).map(({ requests }) => requests.map(brief));
        return { account: [...account].map(([stream, entry]) => brief({ stream, ...entry })), found };
      },
    );
    compare(told, account);
    for (const { means, end, status } of account.values()) {
      for (const kind of [means, end, String(status)]) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
  }
  client.session.close();
  await once(client.session, "close");
}

const brief = (one: {
  stream: number;
  target: string;
  means: string;
  status: number;
  outcome?: string;
  end?: unknown;
}) => `${one.stream} ${one.target} ${one.means} ${one.status} ${one.outcome ?? String(one.end)}`;

const isTold = ({ requests }: InspectedLoad, account: ReadonlyMap<number, Entry>) =>
  requests.length >= account.size && requests.every(({ outcome }) => outcome !== "open");

function compare(told: InspectedLoad, account: ReadonlyMap<number, Entry>) {
  const theirs = told.requests.map(({ stream, target, means, status, bytes, urgency, outcome, code }) => {
    const end = outcome === "reset" ? code : outcome;
    // What was on its way when a client reset a stream it does not count.
    const entry = account.get(stream);
    const counted = outcome === "reset" && entry !== undefined && bytes >= entry.bytes ? entry.bytes : bytes;
    return [stream, { target, means, status, bytes: counted, urgency, end }] as const;
  });
  expect(new Map(theirs)).toEqual(new Map([...account].map(([stream, entry]) => [stream, entry])));
  const inOrder = told.requests.every(({ start, first = start, end = first }) => start <= first && first <= end);
  expect(inOrder).toBe(true);
}

/** Loads a page and some of what it needs; resolves with what happened on each stream when all have ended. */
async function load(client: H2Client, page: string, origin: string, isBrowser: boolean, random: () => number) {
  const account = new Map<number, Entry>();
  const pending: Promise<void>[] = [];
  const enter = (
    stream: ClientHttp2Stream,
    known: Pick<Entry, "target" | "means" | "urgency">,
    event: string,
    reset: number,
  ) => followed(stream, event, reset).then((end) => void account.set(stream.id ?? 0, { ...known, ...end }));
  const refuse = random() < 0.3;
  const onPush = (stream: ClientHttp2Stream, fields: IncomingHttpHeaders) => {
    const target = String(fields[":path"]);
    // A small one may be whole before the word is there that nobody wants it.
    const reset = refuse && target === "/large.png" ? NGHTTP2_CANCEL : 0;
    pending.push(enter(stream, { target, means: "push", urgency: 3 }, "push", reset));
  };
  client.session.on("stream", onPush);
  const ask = (target: string, means: string, more: OutgoingHttpHeaders = {}) => {
    const urgency = Math.floor(random() * 8);
    const fields = { ":path": target, priority: `u=${urgency}`, ...(isBrowser ? browserFields(target) : {}), ...more };
    const stream = client.session.request(fields);
    const code = pick([NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM, NGHTTP2_INTERNAL_ERROR], random);
    const reset = target === "/large.png" && random() < 0.6 ? code : 0;
    return { stream, ended: enter(stream, { target, means, urgency }, "response", reset) };
  };
  const navigation = ask(page, "page", isBrowser ? { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" } : {});
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the server has documented
  const [answer] = (await once(navigation.stream, "response")) as [IncomingHttpHeaders];
  await navigation.ended;
  const linked = new Set(readLinks(String(answer["link"] ?? "")).map(({ target }) => target));
  const referer = origin + page;
  const wanted = Array.from({ length: Math.floor(random() * 8) }, () => pick(ASSETS, random));
  for (const target of wanted) {
    const means = linked.has(target) ? "link" : "found";
    const conditions = random() < 0.3 ? { "if-none-match": "*" } : {};
    pending.push(ask(target, means, { referer, ...conditions }).ended);
  }
  await Promise.all(pending);
  client.session.off("stream", onPush);
  return account;
}

/** What a browser says beside the rest. */
const browserFields = (target: string) => ({
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "no-cors",
  "sec-fetch-dest": target.endsWith(".css") ? "style" : "image",
});

/** Follows a response to its end, or to its first bytes and then resets it with a code. */
async function followed(stream: ClientHttp2Stream, event: string, reset: number) {
  let status = 0;
  let bytes = 0;
  stream.on(event, (fields: IncomingHttpHeaders) => (status = Number(fields[":status"])));
  stream.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (reset !== 0) stream.close(reset);
  });
  stream.on("error", () => undefined);
  // Not `once`: a reset is an error, too.
  await new Promise<void>((resolve) => stream.once("close", () => resolve()));
  return {
    status,
    bytes,
    end: stream.rstCode === 0 ? "complete" : (NAMES.get(stream.rstCode) ?? String(stream.rstCode)),
  };
}

const pick = <T>(all: readonly T[], random: () => number) => all[Math.floor(random() * all.length)]!;

/** Mulberry32: the same loads each time. */
function randomFrom(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
