import { expect, test } from "vitest";
import { rankTest, spreadOf } from "../../src/report/statistics.js";

test.each([
  // All ten lie apart: 2 of the 252 ways to deal them out.
  ["apart", [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 2 / 252],
  ["apart, the other way round", [6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 2 / 252],
  // The last of the first sample changes places with the first of the second: 4 ways are as far out.
  ["one overlaps", [1, 2, 3, 4, 6], [5, 7, 8, 9, 10], 4 / 252],
  ["interleaved", [1, 4, 5, 8], [2, 3, 6, 7], 1],
  ["all alike", [5, 5, 5, 5], [5, 5, 5, 5], 1],
  ["three each are too few", [1, 2, 3], [7, 8, 9], 2 / 20],
  ["another number of each", [1, 2], [3, 4, 5, 6], 2 / 15],
])("the rank test counts the ways to deal the figures out: %s", (_, first, second, p) => {
  expect(rankTest(first, second)).toBeCloseTo(p, 10);
});

test("an outlier counts as one rank, however far out it is", () => {
  expect(rankTest([1, 2, 3, 4, 60_000], [5, 6, 7, 8, 9])).toBe(rankTest([1, 2, 3, 4, 10], [5, 6, 7, 8, 9]));
});

test("thirty runs of each are counted exactly", () => {
  const first = Array.from({ length: 30 }, (_, at) => at);
  expect(rankTest(first, first)).toBeCloseTo(1, 6);
  expect(
    rankTest(
      first,
      first.map((number) => number + 20),
    ),
  ).toBeLessThan(1e-6);
});

test("the spread has the median between the quartiles", () => {
  expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 2, high: 4 });
  expect(spreadOf([4, 1])).toEqual({ median: 2.5, low: 1.75, high: 3.25 });
  expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7 });
});
