import { once } from "node:events";
import { constants, type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import type { TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import type { Route } from "../../src/index.js";
import { answerOf, connect, connectSocket } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = constants;

const files = {
  "index.html": `<!doctype html><link rel="stylesheet" href="/site.css"><script src="/app.js"></script>${"<p>text</p>".repeat(9000)}`,
  "site.css": "a {}".repeat(20_000),
  "app.js": "void 0;".repeat(20_000),
};

/** A client of its own making: no part of it may outlive the test. */
async function bare(port: number, settings: object = {}) {
  const socket = await connectSocket(port);
  const session = connectHttp2(`https://localhost:${port}`, { settings, createConnection: () => socket });
  onTestFinished(() => session.destroy());
  session.on("error", () => undefined);
  await Promise.all([once(session, "localSettings"), once(session, "remoteSettings")]);
  return { socket, session };
}

/** Each page links to an asset of its own; neither says which version it is. */
const endless: Route = (request) => {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith("/asset")) return new Response("x".repeat(2000));
  return new Response("page", { headers: { link: `</asset${pathname}>; rel=preload; as=script` } });
};

test.each([
  ["that are sent whole before the client knows of them", 65_535],
  ["that are still on their way", 1000],
])("a client that cancels every push, %s, 2,000 pages long, keeps its session", async (_when, initialWindowSize) => {
  const { port, errors } = await startServer({ routes: [endless] });
  const { session } = await bare(port, { initialWindowSize });
  let goaway = false;
  let pushes = 0;
  session.on("goaway", () => (goaway = true));
  session.on("stream", (stream) => {
    pushes++;
    stream.on("error", () => undefined);
    stream.close(NGHTTP2_CANCEL);
  });
  const started = performance.now();
  for (let page = 0; page < 2000; page++) {
    expect((await answerOf(session.request({ ":path": `/${page}` }))).status).toBe(200);
  }
  const seconds = (performance.now() - started) / 1000;
  expect([goaway, session.closed]).toEqual([false, false]);
  expect(pushes).toBeGreaterThanOrEqual(3);
  // The library under Node takes 1,000 resets at once, and 33 a second.
  expect(pushes).toBeLessThan(900 + 33 * seconds);
  expect(errors).toEqual([]);
});

test("a client that cancels every second push, 2,000 pages long, gets Link fields after a hundred, on the same session", async () => {
  const pages = Array.from({ length: 2000 }, (_, n) => `p${n}`);
  const page = (name: string) => `<script src="/${name}.js"></script>`;
  const root = await writeSite(
    Object.fromEntries(
      pages.flatMap((name) => [[`${name}.html`, page(name)] as const, [`${name}.js`, "x".repeat(2000)] as const]),
    ),
  );
  const { port, errors } = await startServer({ announce: "all", root });
  const { session } = await bare(port, { initialWindowSize: 1000 });
  let pushes = 0;
  let linked = 0;
  let goaway = false;
  session.on("goaway", () => (goaway = true));
  session.on("stream", (stream) => {
    stream.on("error", () => undefined);
    if (pushes++ % 2 === 0) stream.resume();
    else stream.close(NGHTTP2_CANCEL);
  });
  for (const name of pages) {
    if ((await answerOf(session.request({ ":path": `/${name}.html` }))).headers.link !== undefined) linked++;
  }
  expect([goaway, session.closed]).toEqual([false, false]);
  expect(pushes).toBeGreaterThanOrEqual(200);
  expect(pushes).toBeLessThan(215);
  expect(linked + pushes).toBe(2000);
  expect(errors).toEqual([]);
});

interface Peer {
  readonly session: ClientHttp2Session;
  readonly socket: TLSSocket;
  readonly page: ClientHttp2Stream;
  readonly push: ClientHttp2Stream | undefined;
}

const actions: Readonly<Record<string, (peer: Peer) => void>> = {
  "GOAWAY without error": ({ session }) => session.goaway(NGHTTP2_NO_ERROR),
  "GOAWAY with an error": ({ session }) => session.goaway(NGHTTP2_ENHANCE_YOUR_CALM),
  "a close of the session": ({ session }) => session.close(),
  "RST_STREAM for the page": ({ page }) => page.close(NGHTTP2_CANCEL),
  "RST_STREAM for a push": ({ push }) => push?.close(NGHTTP2_CANCEL),
  "SETTINGS without push": ({ session }) => session.settings({ enablePush: false, maxConcurrentStreams: 0 }),
  "the end of its side": ({ socket }) => socket.end(),
  "the end of the connection": ({ socket }) => socket.destroy(),
};

const moments: Readonly<Record<string, (peer: Omit<Peer, "push">, now: (push?: ClientHttp2Stream) => void) => void>> = {
  "when its request has left": (_peer, now) => setImmediate(now),
  "at the first promise": ({ session }, now) => session.once("stream", (stream: ClientHttp2Stream) => now(stream)),
  "at the page's fields": ({ page }, now) => page.once("response", () => now()),
  "at the page's first bytes": ({ page }, now) => page.once("data", () => now()),
  "at a push's first bytes": ({ session }, now) =>
    session.once("stream", (stream: ClientHttp2Stream) => stream.once("data", () => now(stream))),
  "at the end of the page": ({ page }, now) => page.once("end", () => now()),
};

test.each(Object.entries(actions))("%s at any point of the exchange ends nothing but itself", async (_title, act) => {
  const { port, errors, close } = await startServer({ announce: "all", root: await writeSite(files) });
  for (const when of Object.values(moments)) {
    const { session, socket } = await bare(port);
    session.on("stream", (stream) => stream.on("error", () => undefined).resume());
    const page = session.request({ ":path": "/" });
    page.on("error", () => undefined).resume();
    // Node's own client may stand still for good when the first bytes of a push cross its GOAWAY: its end is not waited for.
    await new Promise<void>((acted) => {
      when({ session, socket, page }, (push) => {
        act({ session, socket, page, push });
        acted();
      });
    });
    const other = await connect(port);
    expect([...(await other.page("/")).pushed.keys()]).toEqual(["/site.css", "/app.js"]);
    session.destroy();
    other.session.destroy();
  }
  expect(errors).toEqual([]);
  // Whatever was left unfinished would hold this up for the grace of ten seconds.
  const started = performance.now();
  await close(10_000);
  expect(performance.now() - started).toBeLessThan(5000);
});

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
])(
  "pages asked for after SETTINGS lowered the limit to %i streams come with %i pushes, and Link for the rest",
  async (maxConcurrentStreams, pushes) => {
    const { port } = await startServer({
      announce: "all",
      root: await writeSite({ ...files, "about.html": files["index.html"] }),
    });
    const client = await connect(port);
    await new Promise<void>((resolve) => client.session.settings({ maxConcurrentStreams }, () => resolve()));
    const { pushed, headers } = await client.page("/about.html");
    expect([...pushed.keys()]).toEqual(["/site.css", "/app.js"].slice(0, pushes));
    expect(headers.link?.toString().split(", ") ?? []).toHaveLength(2 - pushes);
  },
);

test("two pages that are asked for at once get each asset once", async () => {
  const { port } = await startServer({
    announce: "all",
    root: await writeSite({ ...files, "about.html": files["index.html"] }),
  });
  const client = await connect(port);
  await Promise.all([client.request("/"), client.request("/about.html")]);
  await Promise.all(client.pushes.map(({ answer }) => answer));
  expect(client.pushes.map(({ path }) => path).sort()).toEqual(["/app.js", "/site.css"]);
});
