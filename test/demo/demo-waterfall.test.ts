import { expect, test } from "vitest";
import type { DeliveredTarget } from "../../src/delivery/history.js";
import { readLoad, type Load, type Timing } from "../../src/demo/network/load.js";
import { waterfall, type ServerSide } from "../../src/demo/network/waterfall.js";

const timing = (target: string, start: number, first = start + 100, end = first + 10): Timing => ({
  target,
  start,
  first,
  end,
  bytes: 7,
});

const load: Load = { page: timing("/", 0, 200), assets: [timing("/b.js", 350), timing("/a.css", 220)] };

function server(means: readonly DeliveredTarget["means"][], asks: ServerSide["asks"] = new Map()): ServerSide {
  const target = { target: "/a.css", as: "style", bytes: 7 } as const;
  return {
    delivery: { page: "/", time: 0, targets: means.map((means) => ({ ...target, means })) },
    asks,
    reasons: new Map([["/a.css", "stylesheet in /"]]),
  };
}

const rowOf = (side: ServerSide) => waterfall(load, side).rows.find(({ target }) => target === "/a.css");

test("puts the rows in the order in which the client knew of the files, and ends with the last byte", () => {
  const { total, rows } = waterfall(load, server([]));
  expect(rows.map(({ target }) => target)).toEqual(["/", "/a.css", "/b.js"]);
  expect(total).toBe(460);
});

test.each([
  [["link"], "link"],
  [["push"], "push"],
  [["skipped"], "found"],
  [[], "found"],
] as const)("what the server did, %j, makes the file known by %s", (did, means) => {
  expect(rowOf(server(did))).toMatchObject({ means, reason: "stylesheet in /", start: 220, end: 330 });
});

test("knows nothing of a page that the server did not deliver", () => {
  expect(rowOf({ delivery: undefined, asks: new Map(), reasons: new Map() })).toEqual({
    ...timing("/a.css", 220),
    means: "found",
  });
});

test("a file that was asked for once, before the page came, is the hint's, at the times of the server", () => {
  const asks = new Map([["/a.css", [{ start: 110, end: 215 }]]]);
  expect(rowOf(server(["hint", "link"], asks))).toMatchObject({ means: "hint", start: 110, first: 215, end: 215 });
});

test("a hint that the browser ignored is none: the file was asked for when the page had come", () => {
  const asks = new Map([["/a.css", [{ start: 221, end: 330 }]]]);
  expect(rowOf(server(["hint", "link"], asks))).toMatchObject({ means: "link", start: 220, end: 330 });
});

test("a hinted file that was asked for again was asked for in vain at first", () => {
  const vain = { start: 110, end: 215 };
  const asks = new Map([["/a.css", [vain, { start: 221, end: 330 }]]]);
  expect(rowOf(server(["hint", "link"], asks))).toMatchObject({ means: "link", start: 220, end: 330, vain });
});

const told = { page: timing("/", 0), assets: [timing("/a.css", 120)] };

test("reads the load that a page tells of", () => {
  expect(readLoad(JSON.stringify(told))).toEqual(told);
});

test.each([
  ["", "the content is not JSON"],
  ["null", "the load must be an object"],
  [JSON.stringify({ page: told.page }), "assets must be an array"],
  [JSON.stringify({ page: told.page, assets: Array(101).fill(told.page) }), "101 assets are more than 100"],
  [JSON.stringify({ assets: [] }), "a timing must be an object"],
  [JSON.stringify({ ...told, page: { ...told.page, target: "//" + "a".repeat(300) } }), "target must be a path"],
  [JSON.stringify({ ...told, page: { ...told.page, target: "javascript:" } }), "target must be a path"],
  [JSON.stringify({ ...told, page: { ...told.page, start: -1 } }), "start must be a number from 0 to 600000"],
  [JSON.stringify({ ...told, assets: [{ ...told.page, end: "9" }] }), "end must be a number from 0 to 600000"],
  [JSON.stringify({ ...told, assets: [{ ...told.page, bytes: 1e10 }] }), "bytes must be a number from 0"],
])("refuses %s", (text, message) => {
  expect(() => readLoad(text)).toThrow(message);
});
