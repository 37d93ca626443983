import { afterEach, expect, test, vi } from "vitest";
import { History, type Delivery } from "../../src/delivery/history.js";

const delivery = (page: string): Delivery => ({ page, time: 0, targets: [] });

afterEach(() => void vi.useRealTimers());

test("the later a client asks for what was announced, the later its page is expected to use it", () => {
  vi.useFakeTimers();
  const history = new History();
  const target = { target: "/a.js", as: "script", bytes: 1, means: "link" } as const;
  history.record({ page: "/", time: Date.now(), targets: [target] });
  history.hinted("/b.css", 700);
  history.hinted("/c.css", 700);
  vi.advanceTimersByTime(100);
  expect([history.answersLink("/a.js"), history.answersHint("/b.css")]).toEqual([300, 700]);
  vi.advanceTimersByTime(500);
  expect([history.answersLink("/a.js"), history.answersHint("/c.css")]).toEqual([1800, 1800]);
  expect([history.answersLink("/other.js"), history.answersHint("/c.css")]).toEqual([undefined, undefined]);
  vi.advanceTimersByTime(10_000);
  expect(history.answersLink("/a.js")).toBeUndefined();
});

test("has seen the version that was carried, and no other", () => {
  const history = new History();
  history.markSent("/a.css", '"1"');
  expect(history.wasSent("/a.css", '"1"')).toBe(true);
  expect(history.wasSent("/a.css", '"2"')).toBe(false);
  expect(history.wasSent("/b.css", '"1"')).toBe(false);
  history.markSent("/a.css", '"2"');
  expect(history.wasSent("/a.css", '"1"')).toBe(false);
});

test("remembers 1,024 targets, and forgets what was carried longest ago", () => {
  const history = new History();
  for (let n = 0; n < 1024; n++) history.markSent(`/${n}`, '"x"');
  history.markSent("/0", '"x"');
  history.markSent("/new", '"x"');
  expect(["/0", "/1", "/2", "/1023", "/new"].map((target) => history.wasSent(target, '"x"'))).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
});

test("does not remember what a client makes up to fill the memory", () => {
  const history = new History();
  const long = `/a.js?${"x".repeat(60_000)}`;
  history.markSent(long, '"1"');
  history.record(delivery(long));
  expect([history.hasSent(long), history.deliveries]).toEqual([false, [delivery(long.slice(0, 1024))]]);
});

test.each([
  { refused: 0, taken: 0, refuses: false },
  { refused: 2, taken: 0, refuses: false },
  { refused: 3, taken: 0, refuses: true },
  { refused: 3, taken: 1, refuses: false },
  { refused: 99, taken: 50, refuses: false },
  { refused: 100, taken: 50, refuses: true },
])("after $refused refused and $taken taken, it refuses: $refuses", ({ refused, taken, refuses }) => {
  const history = new History();
  for (let n = 0; n < refused; n++) history.pushRefused();
  for (let n = 0; n < taken; n++) history.pushTaken();
  expect(history.refuses).toBe(refuses);
});

test("keeps the latest 100 deliveries, oldest first", () => {
  const history = new History();
  for (let n = 0; n < 101; n++) history.record(delivery(`/${n}`));
  expect(history.deliveries).toHaveLength(100);
  expect(history.deliveries[0]?.page).toBe("/1");
  expect(history.deliveries[99]?.page).toBe("/100");
});

test("puts what became of a delivery in the place of the plan", () => {
  const history = new History();
  const planned = delivery("/b");
  for (const page of [delivery("/a"), planned, delivery("/c")]) history.record(page);
  history.correct(planned, { ...planned, time: 7 });
  expect(history.deliveries.map(({ page, time }) => `${page} ${time}`)).toEqual(["/a 0", "/b 7", "/c 0"]);
  history.correct(planned, { ...planned, time: 9 });
  expect(history.deliveries[1]?.time).toBe(7);
});
