import { expect, test } from "vitest";
import { acceptable, isCompressible } from "../../../src/files/representation/content-coding.js";

test.each([
  [undefined, "identity"],
  ["", "identity"],
  ["gzip", "gzip identity"],
  ["gzip, deflate, br, zstd", "br zstd gzip identity"],
  ["GZIP", "gzip identity"],
  ["x-gzip", "gzip identity"],
  ["deflate", "identity"],
  ["br;q=0.5, gzip", "gzip br identity"],
  ["br;q=0.5,gzip;q=0.8,zstd;q=0.9", "zstd gzip br identity"],
  ["br; q=0.1, gzip ;q=0.2", "gzip br identity"],
  ["br;q=0, gzip", "gzip identity"],
  ["gzip;q=0", "identity"],
  ["gzip;q=0.000", "identity"],
  ["gzip;q=0.001", "gzip identity"],
  ["*", "br zstd gzip identity"],
  ["*;q=0", "identity"],
  ["*;q=0.5, gzip", "gzip br zstd identity"],
  ["br, *;q=0", "br identity"],
  ["identity", "identity"],
  ["identity, br;q=0.5", "identity br"],
  ["identity;q=0.5, gzip;q=0.1", "identity gzip"],
  ["identity;q=0, gzip", "gzip identity"],
  ["gzip;q=1.5", "identity"],
  ["gzip;q=x", "identity"],
  ["gzip;q=0.12345", "identity"],
  [",,gzip,", "gzip identity"],
])("%s allows %s, the best first", (field, expected) => {
  expect(acceptable(field).join(" ")).toBe(expected);
});

test.each([
  ["text/html; charset=utf-8", true],
  ["text/css; charset=utf-8", true],
  ["text/javascript; charset=utf-8", true],
  ["application/json", true],
  ["application/manifest+json", true],
  ["application/ld+json", true],
  ["application/wasm", true],
  ["image/svg+xml; charset=utf-8", true],
  ["image/x-icon", true],
  ["font/ttf", true],
  ["text/event-stream", false],
  ["image/png", false],
  ["font/woff2", false],
  ["video/mp4", false],
  ["application/zip", false],
  ["application/octet-stream", false],
])("%s is worth compressing: %s", (type, compressible) => {
  expect(isCompressible(type)).toBe(compressible);
});
