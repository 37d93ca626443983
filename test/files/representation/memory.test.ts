import { expect, test } from "vitest";
import { Memory } from "../../../src/files/representation/memory.js";

function memory(budget: number) {
  const forgotten: string[] = [];
  return { forgotten, kept: new Memory<string>(budget, (value) => forgotten.push(value)) };
}

test("forgets what was asked for least recently when the budget is used up", () => {
  const { kept, forgotten } = memory(100);
  kept.set("a", "A", 40);
  kept.set("b", "B", 40);
  expect(kept.get("a")).toBe("A");
  kept.set("c", "C", 40);
  expect([kept.get("a"), kept.get("b"), kept.get("c")]).toEqual(["A", undefined, "C"]);
  expect(forgotten).toEqual(["B"]);
  expect(kept.bytes).toBe(80);
});

test("counts what a value grows by", () => {
  const { kept, forgotten } = memory(100);
  kept.set("a", "A", 10);
  kept.set("b", "B", 10);
  kept.grow("b", 85);
  expect([forgotten, kept.bytes]).toEqual([["A"], 95]);
  kept.grow("a", 1000);
  expect(kept.bytes).toBe(95);
});

test("keeps nothing that is larger than the budget", () => {
  const { kept, forgotten } = memory(100);
  kept.set("a", "A", 101);
  expect([kept.get("a"), forgotten, kept.bytes]).toEqual([undefined, ["A"], 0]);
});

test("replaces a value and forgets the one before", () => {
  const { kept, forgotten } = memory(100);
  kept.set("a", "A", 60);
  kept.set("a", "B", 70);
  expect([kept.get("a"), forgotten, kept.bytes]).toEqual(["B", ["A"], 70]);
});
