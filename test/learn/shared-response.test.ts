import { expect, test } from "vitest";
import { isPlain, isPublic, isShared } from "../../src/learn/shared-response.js";

test.each([
  [{}, true],
  [{ "sec-fetch-dest": "empty", accept: "*/*" }, true],
  [{ "sec-fetch-dest": "empty", accept: "application/json" }, false],
  [{ "sec-fetch-dest": "script", accept: "text/javascript" }, true],
  [{ rsc: "1" }, false],
  [{ "next-router-state-tree": "x" }, false],
  [{ "x-requested-with": "XMLHttpRequest" }, false],
  [{ authorization: "Basic eA==" }, false],
  [{ "sec-purpose": "prefetch" }, false],
  [{ range: "bytes=0-" }, false],
])("whether a preload can stand for a request with %o: %s", (fields, expected) => {
  expect(isPlain(fields)).toBe(expected);
});

test.each([
  [200, {}, "script", true],
  [304, { "cache-control": "no-cache" }, "script", true],
  [206, {}, "video", false],
  [404, {}, "script", false],
  [200, { "set-cookie": ["a=b"] }, "empty", false],
  [200, { "cache-control": "private, max-age=60" }, "empty", false],
  [200, { "cache-control": "no-store" }, "empty", false],
  [200, { vary: "accept-encoding, Cookie" }, "empty", false],
  [200, { vary: "x-cookie-policy" }, "empty", true],
  [200, { vary: "*" }, "empty", false],
  [200, { "content-type": "text/event-stream" }, "empty", false],
  [200, { "content-type": "text/html; charset=utf-8" }, "empty", false],
  [200, { "content-type": "text/html; charset=utf-8" }, "script", true],
])("whether a %i with %o for %s may be announced to others: %s", (status, fields, destination, expected) => {
  expect(isShared(status, fields, destination)).toBe(expected);
});

test.each([
  ["public, max-age=60", true],
  ["s-maxage=5", true],
  ["max-age=0", false],
  [undefined, false],
])("a response with cache-control %s is for a shared cache by its own word: %s", (value, expected) => {
  expect(isPublic(value === undefined ? {} : { "cache-control": value })).toBe(expected);
});
