import { expect, test } from "vitest";
import { parseRange, resolveRanges } from "../../../src/files/conditions/range.js";

const SIZE = 1000;

/** What a field comes to for 1,000 bytes: the ranges, or why there are none. */
function ranges(field: string, size = SIZE): string {
  const specs = parseRange(field);
  if (specs === undefined) return "ignored";
  const found = resolveRanges(specs, size);
  return found.length === 0 ? "unsatisfiable" : found.map(({ first, last }) => `${first}-${last}`).join(",");
}

test.each([
  ["bytes=0-0", "0-0"],
  ["bytes=0-499", "0-499"],
  ["bytes=500-", "500-999"],
  ["bytes=-500", "500-999"],
  ["bytes=-1", "999-999"],
  ["bytes=-1000", "0-999"],
  ["bytes=-5000", "0-999"],
  ["bytes=999-", "999-999"],
  ["bytes=990-5000", "990-999"],
  ["bytes=0-99999999999999999999999999", "0-999"],
  ["BYTES=0-0", "0-0"],
  ["bytes=0-0,999-999", "0-0,999-999"],
  ["bytes=900-,0-9", "900-999,0-9"],
  ["bytes= 0-0 , 2-2", "0-0,2-2"],
  ["bytes=0-0,,2-2,", "0-0,2-2"],
  ["bytes=0-0,5000-", "0-0"],
])("%s means %s", (field, expected) => {
  expect(ranges(field)).toBe(expected);
});

test.each([
  ["bytes=0-9,5-20", "0-20"],
  ["bytes=0-9,10-20", "0-20"],
  ["bytes=0-,0-,0-,0-", "0-999"],
  ["bytes=100-200,0-150", "0-200"],
  ["bytes=900-,0-9,5-20", "900-999,0-20"],
])("%s is joined to %s", (field, expected) => {
  expect(ranges(field)).toBe(expected);
});

test.each(["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=5000-,-0"])("%s can't be satisfied", (field) => {
  expect(ranges(field)).toBe("unsatisfiable");
});

test.each(["bytes=0-", "bytes=-1", "bytes=0-0"])("nothing of an empty file satisfies %s", (field) => {
  expect(ranges(field, 0)).toBe("unsatisfiable");
});

test.each([
  "",
  "bytes",
  "bytes=",
  "bytes=,",
  "bytes=-",
  "bytes=a-b",
  "bytes=1",
  "bytes=5-2",
  "bytes=1-2-3",
  "bytes=0x1-2",
  "bytes=1-2;3-4",
  "bytes=+1-2",
  "bytes=0-0,x",
  "bytes 0-0",
  "items=0-0",
  `bytes=${"0-0,".repeat(101)}`,
])("%s is ignored", (field) => {
  expect(ranges(field)).toBe("ignored");
});
