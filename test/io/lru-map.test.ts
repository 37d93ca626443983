import { expect, test } from "vitest";
import { LruMap } from "../../src/io/lru-map.js";

test("what was used last is kept, the rest is forgotten", () => {
  const map = new LruMap<number>(4);
  map.set("a", 1);
  map.set("b", 2);
  map.set("c", 3);
  expect(map.get("a")).toBe(1);
  map.set("d", 4);
  expect(["b", "a", "d"].map((key) => map.get(key))).toEqual([undefined, 1, 4]);
});

test("an entry is told once, with its last value, and is gone when it is deleted", () => {
  const map = new LruMap<number>(6);
  for (const [key, value] of [
    ["a", 1],
    ["b", 2],
    ["c", 3],
    ["a", 4],
  ] as const)
    map.set(key, value);
  expect([...map.entries()].map((entry) => entry.join(" ")).sort()).toEqual(["a 4", "b 2", "c 3"]);
  map.delete("a");
  expect([map.get("a"), [...map.entries()].length]).toEqual([undefined, 2]);
});

test("what is remembered is made once", () => {
  const map = new LruMap<object>(4);
  const made = map.remember("a", () => ({}));
  expect(map.remember("a", () => ({}))).toBe(made);
});
