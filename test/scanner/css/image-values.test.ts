import { expect, test } from "vitest";
import { isImageValue } from "../../../src/scanner/css/image-values.js";

test.each([
  "url(a.png)",
  "url(a.png) no-repeat",
  "#fff url(a.png) no-repeat center / cover",
  "url(a.png) 0 0 / 100% auto no-repeat fixed padding-box border-box rgba(0, 0, 0, 0.5)",
  "url(a.png) right 10px bottom 20px",
  "url(a.png) right 10px center",
  "url(a.png) calc(100% - 10px) -.5em/2rem",
  "url(a.png), linear-gradient(#fff, #000), rebeccapurple",
  "URL(a.png) NO-REPEAT Center",
  "url(a.png) repeat-x, url(b.png) space round",
  "none, url(a.png)",
  "image-set(url(a.png) 1x) 50% 0",
  "url(a.png)0 0",
])("a browser takes background: %s", (value) => {
  expect(isImageValue("background", value)).toBe(true);
});

test.each([
  "rgba(0, 0, 0, .5), url(a.png)",
  "red, url(a.png)",
  "url(a.png) / cover",
  "url(a.png) no-repeat / cover",
  "url(a.png) cover",
  "#fffff url(a.png)",
  "url(a.png) no-reapet center",
  "url(a.png) no-repeat center center center",
  "url(a.png) url(b.png)",
  "url(a.png),",
  "red blue url(a.png)",
  "url(a.png) 0 0 / 1px / 2px",
  "url(a.png) 10 20",
  "url(a.png) fixed scroll",
])("a browser drops background: %s", (value) => {
  expect(isImageValue("background", value)).toBe(false);
});

test.each([
  ["url(a.svg) center / contain no-repeat", true],
  ["url(a.svg) no-repeat alpha add", true],
  ["url(a.svg) / contain", false],
])("of a mask, too: %s", (value, isTaken) => {
  expect(isImageValue("mask", value)).toBe(isTaken);
});
