import { once } from "node:events";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { HeldBack } from "../../src/delivery/held-back.js";
import { History } from "../../src/delivery/history.js";
import { connect, connectSocket } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const page = { targets: ["/b.js", "/bg.png"], before: ["/a.css", "/b.css"] };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** What waits for a target, and whether it still does. */
function waiting(heldBack: HeldBack, target: string) {
  const state = { waits: true };
  void heldBack.hold(target)?.then(() => (state.waits = false));
  return state;
}

const settled = () => vi.advanceTimersByTimeAsync(0);

test("what was announced waits until all is sent that comes before it, then no more", async () => {
  const heldBack = new HeldBack();
  heldBack.add(page);
  expect(heldBack.hold("/other.png")).toBeUndefined();
  const both = ["/b.js", "/bg.png"].map((target) => waiting(heldBack, target));
  expect(["/a.css", "/bg.png"].map((target) => heldBack.waitsFor(target))).toEqual([true, false]);
  heldBack.sent("/a.css");
  await settled();
  expect(both).toEqual([{ waits: true }, { waits: true }]);
  heldBack.sent("/b.css");
  await settled();
  expect(both).toEqual([{ waits: false }, { waits: false }]);
  expect(heldBack.hold("/bg.png")).toBeUndefined();
});

test("what nobody asks for holds it up for 100 ms", async () => {
  const heldBack = new HeldBack();
  heldBack.add(page);
  const image = waiting(heldBack, "/bg.png");
  await vi.advanceTimersByTimeAsync(99);
  expect(image.waits).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(image.waits).toBe(false);
});

test.each([
  ["without anything before it", { ...page, before: [] }, 0],
  ["without anything announced", { ...page, targets: [] }, 0],
  ["some seconds after the page", page, 5000],
])("nothing waits %s", async (_when, announcement, milliseconds) => {
  const heldBack = new HeldBack();
  heldBack.add(announcement);
  await vi.advanceTimersByTimeAsync(milliseconds);
  expect(heldBack.hold("/bg.png")).toBeUndefined();
});

test("of many announcements the latest are remembered, and what waits for an older one goes on", async () => {
  const heldBack = new HeldBack();
  heldBack.add({ targets: ["/first.png"], before: ["/a.css"] });
  const first = waiting(heldBack, "/first.png");
  for (let at = 0; at < 16; at++) heldBack.add(page);
  await settled();
  expect(first.waits).toBe(false);
  expect(heldBack.hold("/bg.png")).toBeDefined();
});

test("an announced image that is asked for first comes after the stylesheet", async () => {
  vi.useRealTimers();
  const root = await writeSite({
    "index.html": `<link rel=stylesheet href=a.css><p>text`,
    "a.css": `body { background: url(bg.png) }/*${"x".repeat(50_000)}*/`,
    "bg.png": "i".repeat(50_000),
  });
  const server = await startServer({ root, compress: false });
  const { request, session } = await connect(server.port, { settings: { enablePush: false } });
  expect((await request("/", navigation)).headers.link).toBe("</bg.png>; rel=preload; as=image");
  const order: string[] = [];
  const image = session.request({ ":path": "/bg.png" }).resume();
  const ended = once(image, "end").then(() => order.push("/bg.png"));
  // Its content would follow at once.
  await once(image, "response");
  await request("/a.css");
  order.push("/a.css");
  await ended;
  expect(order).toEqual(["/a.css", "/bg.png"]);
});

test("nothing waits for what the client was given before: it may have kept that, and not ask for it", () => {
  const history = new History();
  history.markSent("/a.css", '"1"');
  history.announce([page]);
  expect(["/a.css", "/b.css"].map((target) => history.heldBack?.waitsFor(target))).toEqual([false, true]);
  history.markSent("/b.css", '"1"');
  history.announce([{ targets: ["/other.png"], before: page.before }]);
  expect(history.heldBack?.hold("/other.png")).toBeUndefined();
});

test("nothing waits where the client comes back with a TLS session: it may have kept the stylesheet", async () => {
  vi.useRealTimers();
  const { port } = await startServer({
    root: await writeSite({
      "index.html": `<link rel=stylesheet href=a.css><p>text`,
      "a.css": `p { background: url(b.png) }`,
      "b.png": "b",
    }),
  });
  const adds = vi.spyOn(HeldBack.prototype, "add");
  onTestFinished(() => adds.mockRestore());
  const socket = await connectSocket(port);
  const [session] = await once(socket, "session");
  const noPush = { settings: { enablePush: false } };
  const first = await connect(port, noPush);
  await first.request("/");
  // No browser: it asks for what it likes.
  expect(adds).not.toHaveBeenCalled();
  await first.request("/", navigation);
  expect(adds).toHaveBeenCalledTimes(1);
  const again = await connect(port, { ...noPush, session });
  const links = [again, first].map(async ({ request }) => (await request("/", navigation)).headers.link);
  expect(new Set(await Promise.all(links)).size).toBe(1);
  expect(adds).toHaveBeenCalledTimes(2);
});
