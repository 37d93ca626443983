import { once } from "node:events";
import { connect, constants, type ClientHttp2Session } from "node:http2";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { demoRoutes } from "../../src/demo/routes.js";
import { demoSite } from "../../src/demo/site.js";
import { createServer } from "../../src/index.js";
import { waits } from "../support/timers.js";

vi.mock("node:timers/promises", () => import("../support/timers.js"));

async function client(enablePush: boolean): Promise<ClientHttp2Session> {
  const server = createServer({ root: demoSite, routes: demoRoutes(), port: 0 });
  const { url } = await server.listen();
  const session = connect(url, { rejectUnauthorized: false, settings: { enablePush } });
  onTestFinished(async () => {
    session.destroy();
    await server.close(0);
  });
  session.on("stream", (pushed) => pushed.resume());
  return session;
}

async function get(session: ClientHttp2Session, path: string): Promise<unknown> {
  const stream = session.request({ ":path": path });
  await once(stream, "response");
  if (path.startsWith("/demo/")) return json(stream);
  stream.resume();
  await once(stream, "close");
  return undefined;
}

test.each([
  ["push", true],
  ["link", false],
])("tells of %s to a client whose ENABLE_PUSH is %s", async (means, enablePush) => {
  const session = await client(enablePush);
  await get(session, "/");
  expect(await get(session, "/demo/delivery")).toMatchObject({
    httpVersion: "2",
    connection: 1,
    pushEnabled: enablePush,
    deliveries: [
      { page: "/", targets: expect.arrayContaining([expect.objectContaining({ target: "/css/page.css", means })]) },
    ],
  });
});

test("tells that the second page's files were seen on this connection", async () => {
  const session = await client(true);
  await get(session, "/");
  await get(session, "/about.html");
  expect(await get(session, "/demo/delivery")).toMatchObject({
    deliveries: [
      { page: "/" },
      {
        page: "/about.html",
        targets: expect.arrayContaining([
          expect.objectContaining({ target: "/css/site.css", means: "skipped", reason: "seen" }),
          expect.objectContaining({ target: "/js/about.js", means: "push" }),
        ]),
      },
    ],
  });
});

test("stops the events of a client that resets the stream", async () => {
  const session = await client(false);
  const stream = session.request({ ":path": "/demo/events?every=60000" });
  await once(stream, "data");
  await vi.waitUntil(() => waits.size === 1);
  stream.close(constants.NGHTTP2_CANCEL);
  await vi.waitUntil(() => waits.size === 0);
});
