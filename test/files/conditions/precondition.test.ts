import { afterAll, expect, test, vi } from "vitest";
import { evaluate, rangeApplies } from "../../../src/files/conditions/precondition.js";

// Where midnight is not that of Greenwich: the dates of HTTP are all in UTC.
vi.stubEnv("TZ", "America/New_York");
afterAll(() => void vi.unstubAllEnvs());

const lastModified = Date.UTC(2026, 0, 15, 12, 0, 0);
const validators = { etag: '"abc"', lastModified };

test.each([
  ['"abc"', true],
  ['W/"abc"', true],
  ["*", true],
  [" * ", true],
  ['"x", "abc"', true],
  ['"x","abc"', true],
  ['"a,b", W/"abc"', true],
  ['"x"', false],
  ['"ABC"', false],
  ["abc", false],
  ['"abc', false],
  ["", false],
])("if-none-match: %s answers 304: %s", (field, is304) => {
  expect(evaluate({ "if-none-match": field }, validators)).toBe(is304 ? "not modified" : "proceed");
});

test.each([
  ["Thu, 15 Jan 2026 12:00:00 GMT", true],
  ["Thu, 15 Jan 2026 12:00:01 GMT", true],
  ["Thu, 15 Jan 2026 11:59:59 GMT", false],
  ["Thursday, 15-Jan-26 12:00:00 GMT", true],
  ["Thu Jan 15 12:00:00 2026", true],
  ["Thu Jan 15 11:59:59 2026", false],
  ["Thu, 45 Jan 2026 12:00:00 GMT", false],
  ["yesterday", false],
  ["2027", false],
  ["", false],
])("if-modified-since: %s answers 304: %s", (field, is304) => {
  expect(evaluate({ "if-modified-since": field }, validators)).toBe(is304 ? "not modified" : "proceed");
});

test("if-none-match counts, and if-modified-since beside it does not", () => {
  const since = { "if-modified-since": "Thu, 15 Jan 2026 12:00:00 GMT" };
  expect(evaluate({ ...since, "if-none-match": '"x"' }, validators)).toBe("proceed");
  expect(evaluate({ "if-modified-since": "yesterday", "if-none-match": '"abc"' }, validators)).toBe("not modified");
});

test("a request without conditions is answered whole", () => {
  expect(evaluate({}, validators)).toBe("proceed");
});

test.each([
  ['"abc"', true],
  ["*", true],
  ['"x", "abc"', true],
  ['W/"abc"', false],
  ['W/"abc", "abc"', true],
  ['"x"', false],
  ["", false],
])("if-match: %s goes on: %s", (field, goesOn) => {
  expect(evaluate({ "if-match": field }, validators)).toBe(goesOn ? "proceed" : "failed");
});

test.each([
  ["Thu, 15 Jan 2026 12:00:00 GMT", true],
  ["Thu, 15 Jan 2026 11:59:59 GMT", false],
  ["yesterday", true],
])("if-unmodified-since: %s goes on: %s", (field, goesOn) => {
  expect(evaluate({ "if-unmodified-since": field }, validators)).toBe(goesOn ? "proceed" : "failed");
});

test("conditions count in their order: if-match before if-unmodified-since, and both before if-none-match", () => {
  const old = "Thu, 15 Jan 2026 11:59:59 GMT";
  expect(evaluate({ "if-match": '"abc"', "if-unmodified-since": old }, validators)).toBe("proceed");
  expect(evaluate({ "if-match": '"x"', "if-none-match": '"abc"' }, validators)).toBe("failed");
  expect(evaluate({ "if-unmodified-since": old, "if-none-match": '"abc"' }, validators)).toBe("failed");
  expect(evaluate({ "if-match": '"abc"', "if-none-match": '"abc"' }, validators)).toBe("not modified");
});

test.each([
  [undefined, true],
  ['"abc"', true],
  ['W/"abc"', false],
  ['"x"', false],
  ["Thu, 15 Jan 2026 12:00:00 GMT", true],
  ["Thu, 15 Jan 2026 12:00:01 GMT", false],
  ["yesterday", false],
])("if-range: %s lets the range count: %s", (field, counts) => {
  expect(rangeApplies(field, validators, lastModified + 60_000)).toBe(counts);
});

test("a date that is not a second old is too weak for if-range", () => {
  expect(rangeApplies("Thu, 15 Jan 2026 12:00:00 GMT", validators, lastModified + 1500)).toBe(false);
});
