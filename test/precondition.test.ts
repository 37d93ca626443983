import { afterAll, expect, test, vi } from "vitest";
import { notModified } from "../src/static/precondition.js";

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
  expect(notModified({ "if-none-match": field }, validators)).toBe(is304);
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
  expect(notModified({ "if-modified-since": field }, validators)).toBe(is304);
});

test("if-none-match counts, and if-modified-since beside it does not", () => {
  const since = { "if-modified-since": "Thu, 15 Jan 2026 12:00:00 GMT" };
  expect(notModified({ ...since, "if-none-match": '"x"' }, validators)).toBe(false);
  expect(notModified({ "if-modified-since": "yesterday", "if-none-match": '"abc"' }, validators)).toBe(true);
});

test("a request without conditions is answered whole", () => {
  expect(notModified({}, validators)).toBe(false);
});
