import { expect, test } from "vitest";
import { inEncoding } from "../../../src/scanner/url/query-encoding.js";

// As Chromium 156 writes them.
test.each([
  ["a.js?q=é", "utf-8", "a.js?q=é"],
  ["a.js?q=é", "utf-16le", "a.js?q=é"],
  ["a.js?q=é", "windows-1252", "a.js?q=%E9"],
  ["é.js?a&b=é#é", "windows-1252", "é.js?a&b=%E9#é"],
  ["é.js#?é", "windows-1252", "é.js#?é"],
  ["a.js?’€", "windows-1252", "a.js?%92%80"],
  ["a.js?жук", "koi8-r", "a.js?%D6%D5%CB"],
  ["a.js?中文", "gbk", "a.js?%D6%D0%CE%C4"],
  ["a.js?中文", "big5", "a.js?%A4%A4%A4%E5"],
  ["a.js?十", "big5", "a.js?%A4Q"],
  ["a.js?日本", "shift_jis", "a.js?%93%FA%96{"],
  ["a.js?日本", "euc-jp", "a.js?%C6%FC%CB%DC"],
  ["a.js?한글", "euc-kr", "a.js?%C7%D1%B1%DB"],
  ["a.js?日", "windows-1252", "a.js?%26%2326085%3B"],
  ["a.js?😀", "windows-1251", "a.js?%26%23128512%3B"],
  ["a.js?日", "iso-2022-jp", undefined],
  ["a.js?日", "gb18030", undefined],
])("%s in %s is %s", (url, encoding, written) => {
  expect(inEncoding(url, encoding)).toBe(written);
});
