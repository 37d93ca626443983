import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OpenLoads } from "../../src/learn/open-loads.js";
import type { LoadStart, PageLoad } from "../../src/learn/page-load.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const client = (connection: number, name = "browser") => ({ connection, name, kind: "browser" });

const start = (connection: number, page = "/", name = "browser"): LoadStart => ({
  client: client(connection, name),
  page,
  version: "1",
  rules: 0,
  needs: {
    entries: [{ target: "/site.css", as: "style", bytes: 1 }],
    mayHaveImportMap: false,
    reasons: new Map(),
    missing: [],
    ignored: [],
  },
  withoutLearned: false,
  withheld: new Set(),
  isFirst: true,
  announced: () => undefined,
});

const script = { target: "/a.js", destination: "script", mode: "no-cors", byDocument: true, isOpen: true };

function loads() {
  const over: PageLoad[] = [];
  return { open: new OpenLoads((load) => over.push(load)), over };
}

test("a load is over after a pause of 800 ms, and what is asked for later is no part of it", () => {
  const { open, over } = loads();
  open.begin(start(1));
  vi.advanceTimersByTime(700);
  const load = open.find(client(1), "/");
  expect(load).toBeDefined();
  if (load !== undefined) open.touch(load);
  vi.advanceTimersByTime(799);
  expect(over).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(over).toEqual([load]);
  expect(open.find(client(1), "/")).toBeUndefined();
  expect(open.none).toBe(true);
});

test("while a response is under way there is no pause, but for a minute", () => {
  const { open, over } = loads();
  open.begin(start(1));
  open.find(client(1), "/")?.add(script);
  vi.advanceTimersByTime(59_000);
  expect(over).toEqual([]);
  vi.advanceTimersByTime(3000);
  expect(over).toHaveLength(1);
});

test("the end of its connection ends a load, and of no other connection's", () => {
  const { open, over } = loads();
  open.begin(start(1));
  open.begin(start(2));
  open.closed(1);
  expect(over.map((load) => load.start.client.connection)).toEqual([1]);
});

test("a request on another connection belongs to the only load of its client", () => {
  const { open } = loads();
  open.begin(start(1));
  expect(open.find(client(7), "/site.css")?.start.client.connection).toBe(1);
  expect(open.find(client(7, "another"), "/site.css")).toBeUndefined();
  open.begin(start(2));
  expect(open.find(client(7), "/site.css")).toBeUndefined();
  expect(open.find(client(2), "/site.css")?.start.client.connection).toBe(2);
});

test("one connection has 16 loads at most", () => {
  const { open } = loads();
  for (let page = 0; page < 20; page++) open.begin(start(1, `/${page}`));
  expect(open.find(client(1), "/15")).toBeDefined();
  expect(open.find(client(1), "/16")).toBeUndefined();
});
