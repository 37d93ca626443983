import { expect, test } from "vitest";
import type { FoundFile } from "../../../src/files/file.js";
import { decide, representation, validatorsOf } from "../../../src/files/representation/representation.js";

const found = (more: Partial<FoundFile> = {}): FoundFile => ({
  kind: "file",
  file: "/srv/index.html",
  size: 1000,
  mtimeMs: Date.UTC(2026, 0, 15, 12, 0, 0) + 750.5,
  ctimeMs: Date.UTC(2026, 0, 15, 12, 0, 0) + 750.5,
  dev: 1,
  ino: 99,
  siblings: [],
  ...more,
});

const html = { version: '"v"', contentType: "text/html; charset=utf-8", cacheControl: "no-cache", varies: true };
const whole = (file = found()) =>
  representation(html, "identity", { found: file, content: undefined }, validatorsOf(file));
const { etag } = validatorsOf(found());
const date = "Thu, 15 Jan 2026 12:00:00 GMT";

test("names type, length, validators, ranges and that the client has to ask again", () => {
  expect(decide(whole(), "GET", {})).toEqual({
    status: 200,
    extent: { kind: "whole" },
    fields: {
      "content-type": "text/html; charset=utf-8",
      "content-length": 1000,
      "cache-control": "no-cache",
      "last-modified": date,
      etag: expect.stringMatching(/^"[^"]+"$/),
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      vary: "accept-encoding",
    },
  });
});

test("says which coding its bytes have, and counts those", () => {
  const content = Buffer.alloc(300);
  const coded = representation(html, "br", { found: found(), content }, validatorsOf(found(), content));
  expect(coded.whole.fields).toMatchObject({ "content-encoding": "br", "content-length": 300 });
  expect(coded.whole.fields["etag"]).not.toBe(etag);
});

test("answers 304 with what guides caches, without what describes content", () => {
  const content = Buffer.alloc(300);
  const coded = representation(html, "gzip", { found: found(), content }, validatorsOf(found(), content));
  const { etag } = coded.validators;
  expect(decide(coded, "GET", { "if-none-match": etag })).toEqual({
    status: 304,
    extent: { kind: "none" },
    fields: {
      "cache-control": "no-cache",
      "last-modified": date,
      etag,
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      vary: "accept-encoding",
    },
  });
});

test("answers 304 to the date that it gave, though the file's time has a fraction", () => {
  expect(decide(whole(), "GET", { "if-modified-since": date }).status).toBe(304);
});

test.each<[string, Partial<FoundFile>]>([
  ["size", { size: 1001 }],
  ["time, by less than a millisecond", { mtimeMs: found().mtimeMs + 0.25 }],
  ["time of the last change of any kind", { ctimeMs: found().ctimeMs + 0.25 }],
  ["inode", { ino: 100 }],
  ["content under the same times", { edition: "other" }],
])("another %s is another entity tag", (_what, more) => {
  expect(validatorsOf(found(more)).etag).not.toBe(etag);
});

test("the entity tag of a content in memory is its own, whatever the times of its file", () => {
  const tagOf = (content: string, more: Partial<FoundFile> = {}) =>
    validatorsOf(found(more), Buffer.from(content)).etag;
  expect(tagOf("1", { mtimeMs: 1, ctimeMs: 2, ino: 3 })).toBe(tagOf("1"));
  expect(tagOf("2")).not.toBe(tagOf("1"));
});

test.each([
  ["bytes=0-0", "bytes 0-0/1000", 1],
  ["bytes=-500", "bytes 500-999/1000", 500],
  ["bytes=-5000", "bytes 0-999/1000", 1000],
  ["bytes=999-", "bytes 999-999/1000", 1],
  ["bytes=900-5000", "bytes 900-999/1000", 100],
  ["bytes=0-5,3-8", "bytes 0-8/1000", 9],
])("%s is answered with 206 and %s", (range, contentRange, length) => {
  const { status, fields } = decide(whole(), "GET", { range });
  expect(status).toBe(206);
  expect(fields).toMatchObject({ "content-range": contentRange, "content-length": length, etag });
});

test("two ranges are answered with both as parts, under the length of the whole of them", () => {
  const { status, fields, extent } = decide(whole(), "GET", { range: "bytes=0-1,998-" });
  expect(status).toBe(206);
  expect(fields["content-type"]).toMatch(/^multipart\/byteranges; boundary=\w+$/);
  expect(fields["content-range"]).toBeUndefined();
  if (extent.kind !== "multipart") throw new Error(extent.kind);
  const { parts, tail, length } = extent.multipart;
  expect(length).toBe(parts.reduce((sum, { head }) => sum + head.length + 2, tail.length));
  expect(fields["content-length"]).toBe(length);
});

test.each(["bytes=1000-", "bytes=2000-3000", "bytes=-0"])("%s is answered with 416 and the size", (range) => {
  expect(decide(whole(), "GET", { range })).toMatchObject({ status: 416, fields: { "content-range": "bytes */1000" } });
});

test.each([
  ["an unknown unit", { range: "lines=0-1" }],
  ["a broken range", { range: "bytes=x-y" }],
  ["if-range with another entity tag", { range: "bytes=0-1", "if-range": '"other"' }],
  ["if-range with a weak entity tag", { range: "bytes=0-1", "if-range": `W/${etag}` }],
  ["if-range with another date", { range: "bytes=0-1", "if-range": "Thu, 15 Jan 2026 12:00:01 GMT" }],
])("%s is answered with the whole", (_what, request) => {
  expect(decide(whole(), "GET", request).status).toBe(200);
});

test.each([etag, date])("if-range: %s is answered with the range", (ifRange) => {
  expect(decide(whole(), "GET", { range: "bytes=0-1", "if-range": ifRange }).status).toBe(206);
});

test("a range means nothing to HEAD", () => {
  expect(decide(whole(), "HEAD", { range: "bytes=0-1" }).status).toBe(200);
});

test("a condition that fails comes before the range", () => {
  const range = "bytes=5000-";
  expect(decide(whole(), "GET", { range, "if-match": '"other"' }).status).toBe(412);
  expect(decide(whole(), "GET", { range, "if-none-match": etag }).status).toBe(304);
});
