import { expect, test } from "vitest";

import { baseOf, documentBase, resolve } from "../../src/manifest/resolve.js";

test.each([
  ["a.css", "/docs/", "/docs/a.css"],
  ["/a.css?v=3", "/docs/", "/a.css?v=3"],
  ["../../../a.css", "/docs/x.html", "/a.css"],
  ["./a b.css", "/", "/a%20b.css"],
  ["größe.png", "/", "/gr%C3%B6%C3%9Fe.png"],
  ["%67.png", "/", "/%67.png"],
  ["a.svg#id", "/", "/a.svg"],
  ["?q", "/x.html", "/x.html?q"],
  ["a.ttf?#iefix", "/", "/a.ttf?"],
  ["\\a\\b.css", "/", "/a/b.css"],
  [" a.css\n", "/", "/a.css"],
])("resolves %s at %s to %s", (reference, page, target) => {
  expect(resolve(reference, baseOf(page))).toMatchObject({ target });
});

test.each([
  ["https://example.com/a.css", "other origin"],
  ["//example.com/a.css", "other origin"],
  ["mailto:a@b", "other origin"],
  ["data:text/css,", "data"],
  ["blob:https://h2push.invalid/x", "data"],
  ["http://[", "invalid"],
  ["/.//evil.example/a.css", "invalid"],
])("takes %s for no target: %s", (reference, left) => {
  expect(resolve(reference, baseOf("/"))).toEqual({ left });
});

test.each([
  [undefined, "/docs/"],
  ["/x/", "/x/"],
  ["../", "/"],
  ["data:text/html,", "/docs/"],
])("takes the base %s", (href, path) => {
  expect(documentBase(href, baseOf("/docs/")).pathname).toBe(path);
});
