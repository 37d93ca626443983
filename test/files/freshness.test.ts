import { expect, test } from "vitest";
import { cacheControl, hasContentHash } from "../../src/files/freshness.js";

test.each([
  ["index-BxYz12_3.js", true],
  ["index-D_x-9aQ2.css", true],
  ["app.4f2a9c1b.js", true],
  ["main.3f2a8c9d.chunk.css", true],
  ["main.3f2a8c9d0b1e2f3a4b5c.js", true],
  ["chunk-ABC2D3EF.js", true],
  ["logo_4f2a9c1b.min.svg", true],
  ["app.4f2a9c1b.js.map", true],
  ["app.js", false],
  ["jquery-3.7.1.min.js", false],
  ["photo-20240115.jpg", false],
  ["invoice-20240115123456.pdf", false],
  ["photo-iPhone15.jpg", false],
  ["report-final2024.pdf", false],
  ["manual-Version2.pdf", false],
  ["data-REPORT24.csv", false],
  ["background.css", false],
  ["page-deadbeef.js", false],
  ["4f2a9c1b.js", false],
])("%s carries a content hash: %s", (name, hash) => {
  expect(hasContentHash(name)).toBe(hash);
});

test.each([
  ["default", "/a.html", "text/html; charset=utf-8", "no-cache"],
  ["default", "/a.js", "text/javascript; charset=utf-8", "no-cache"],
  ["default", "/a.css", "text/css; charset=utf-8", "max-age=2"],
  ["default", "/a-BxYz12_3.js", "text/javascript; charset=utf-8", "no-cache"],
  ["off", "/a.css", "text/css; charset=utf-8", "no-store"],
  [3600, "/a.css", "text/css; charset=utf-8", "max-age=3600"],
  [0, "/a.css", "text/css; charset=utf-8", "no-cache"],
  ["immutable", "/a-BxYz12_3.js", "text/javascript; charset=utf-8", "max-age=31536000, immutable"],
  ["immutable", "/a-BxYz12_3.css", "text/css; charset=utf-8", "max-age=31536000, immutable"],
  ["immutable", "/a.css", "text/css; charset=utf-8", "max-age=2"],
  ["immutable", "/a.js", "text/javascript; charset=utf-8", "no-cache"],
  ["immutable", "/a-BxYz12_3.html", "text/html; charset=utf-8", "no-cache"],
] as const)("with --cache %s, %s (%s) is %s", (policy, file, type, expected) => {
  expect(cacheControl(policy, file, type)).toBe(expected);
});
