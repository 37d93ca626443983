import { expect, test } from "vitest";
import { FloodLimits } from "../../../src/server/listen/flood-limits.js";

const MB = 1e6;

/** What has come in all by each look: megabytes in, megabytes out, requests, whether a content is on its way. */
type Look = readonly [received: number, sent: number, requests: number, isUploading: boolean];

test.each<[string, boolean, readonly Look[]]>([
  [
    "a content that ends between two looks",
    true,
    [
      [4, 0, 1, true],
      [9, 0, 1, true],
      [14, 0, 1, false],
      [14, 0, 1, false],
    ],
  ],
  ["a content between two looks", true, [[10, 0, 1, false]]],
  ["what opens the windows of a download", false, [[2, 64, 0, false]]],
  ["many requests", false, [[20, 1, 10_000, false]]],
  ["a little each time", false, Array.from({ length: 20 }, (_, at): Look => [at * 0.2, 0, 1, false])],
])("%s is no flood", (_, hasContent, looks) => {
  const limits = new FloodLimits();
  if (hasContent) limits.countUpload();
  expect(looks.map((look) => limits.countBytes(seen(look)))).toEqual(looks.map(() => false));
});

test("frames without a request are a flood, also behind a content", () => {
  const limits = new FloodLimits();
  limits.countUpload();
  const looks: Look[] = [
    [5, 0, 1, true],
    [6, 0, 1, false],
    [9, 0, 1, false],
  ];
  expect(looks.map((look) => limits.countBytes(seen(look)))).toEqual([false, false, true]);
});

const seen = ([received, sent, requests, isUploading]: Look) => ({
  received: received * MB,
  sent: sent * MB,
  requests,
  isUploading,
});
