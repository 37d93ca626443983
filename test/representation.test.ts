import { expect, test } from "vitest";
import type { FoundFile } from "../src/static/file.js";
import { represent } from "../src/static/representation.js";

const found = (more: Partial<FoundFile> = {}): FoundFile => ({
  kind: "file",
  file: "/srv/index.html",
  size: 1234,
  mtimeMs: Date.UTC(2026, 0, 15, 12, 0, 0) + 750.5,
  dev: 1,
  ino: 99,
  ...more,
});

test("names type, length, validators and that the client has to ask again", () => {
  expect(represent(found(), {})).toMatchObject({
    status: 200,
    fields: {
      "content-type": "text/html; charset=utf-8",
      "content-length": 1234,
      "cache-control": "no-cache",
      "last-modified": "Thu, 15 Jan 2026 12:00:00 GMT",
      etag: expect.stringMatching(/^"[^"]+"$/),
      "x-content-type-options": "nosniff",
    },
  });
});

test("gives stylesheets two seconds, so that Firefox does not fetch them twice", () => {
  expect(represent(found({ file: "/srv/a.css" }), {}).fields["cache-control"]).toBe("max-age=2");
});

test("answers 304 with the validators and the freshness, without what describes content", () => {
  const { etag, fields } = represent(found(), {});
  const again = represent(found(), { "if-none-match": etag });
  expect(again.status).toBe(304);
  expect(again.fields).toEqual({
    "cache-control": "no-cache",
    etag,
    "last-modified": fields["last-modified"],
    "x-content-type-options": "nosniff",
  });
});

test("answers 304 to the date that it gave, though the file's time has a fraction", () => {
  const { fields } = represent(found(), {});
  expect(represent(found(), { "if-modified-since": String(fields["last-modified"]) }).status).toBe(304);
});

test.each<[string, Partial<FoundFile>]>([
  ["size", { size: 1235 }],
  ["time, by less than a millisecond", { mtimeMs: found().mtimeMs + 0.25 }],
  ["inode", { ino: 100 }],
])("another %s is another entity tag", (_what, more) => {
  expect(represent(found(more), {}).etag).not.toBe(represent(found(), {}).etag);
});
