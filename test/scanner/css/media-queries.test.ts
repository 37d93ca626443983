import { expect, test } from "vitest";

import { DEFAULT_VIEWPORT, matchesMedia, parseViewport } from "../../../src/scanner/css/media-queries.js";

test.each([
  "",
  "all",
  "screen",
  "only screen and (min-width: 600px)",
  "screen and (max-width:1280px)",
  "print, screen",
  "not print",
  "(width >= 80em)",
  "(400px <= width < 1281px)",
  "(orientation: landscape)",
  "(prefers-color-scheme: light)",
  "(prefers-reduced-motion: no-preference)",
  "not (prefers-color-scheme: dark)",
  "(hover) and (pointer: fine)",
  "(min-width: 9999px) or (min-height: 1px)",
  "((min-width: 1px) and (max-width: 9999px))",
  "(min-aspect-ratio: 16/9)",
  "/* a comment */ screen",
  "(COLOR)",
  "(min-width:1px)and (max-width:9999px)",
  "(min-width: calc(10px + 5em))",
  "(min-width: 50vmin)",
  "(unheard-of: 1) or (min-width: 1px)",
  "(min-width: 1px) or (unheard-of: 1)",
  "not ((unheard-of: 1) and (max-width: 1px))",
  "not ((max-width: 1px) or (max-width: 2px))",
])("applies at first: %s", (query) => {
  expect(matchesMedia(query, DEFAULT_VIEWPORT)).toBe(true);
});

test.each([
  "print",
  "not all",
  "not screen",
  "(max-width: 1279px)",
  "(min-resolution: 2dppx)",
  "(-webkit-min-device-pixel-ratio: 1.5)",
  "(prefers-color-scheme: dark)",
  "(unheard-of: 1)",
  "not (unheard-of: 1)",
  "(prefers-reduced-motion)",
  "(monochrome)",
  "tty, speech",
  "screen and",
  "screen and(min-width: 1px)",
  "not(min-width: 9999px)",
  "not screen and",
  "(unheard-of: 1) or (max-width: 1px)",
  "(unheard-of: 1) and (min-width: 1px)",
  "not ((unheard-of: 1) or (max-width: 1px))",
  "not ((unheard-of: 1) and (min-width: 1px))",
  "(max-width: 1px) or (max-width: 2px)",
])("does not apply at first: %s", (query) => {
  expect(matchesMedia(query, DEFAULT_VIEWPORT)).toBe(false);
});

test.each([
  ["1280x720", { width: 1280, height: 720, density: 1 }],
  ["390x844@3", { width: 390, height: 844, density: 3 }],
  [" 412X915@2.625x ", { width: 412, height: 915, density: 2.625 }],
])("reads the viewport %s", (text, viewport) => {
  expect(parseViewport(text)).toEqual({ ...viewport, colorScheme: "light" });
});

test.each(["", "1280", "0x720", "1280x720@", "1280x720@0", "-1x5", "1280x720@1@2", "axb"])(
  "takes %j for no viewport",
  (text) => expect(parseViewport(text)).toBeUndefined(),
);
