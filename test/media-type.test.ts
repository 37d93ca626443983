import { expect, test } from "vitest";
import { isHtml, mediaType } from "../src/static/media-type.js";

test.each([
  ["index.html", "text/html; charset=utf-8"],
  ["PAGE.HTM", "text/html; charset=utf-8"],
  ["page.xhtml", "application/xhtml+xml; charset=utf-8"],
  ["a.css", "text/css; charset=utf-8"],
  ["a.js", "text/javascript; charset=utf-8"],
  ["a.cjs", "text/javascript; charset=utf-8"],
  ["a.mjs", "text/javascript; charset=utf-8"],
  ["a.txt", "text/plain; charset=utf-8"],
  ["a.svg", "image/svg+xml; charset=utf-8"],
  ["feed.xml", "text/xml; charset=utf-8"],
  ["a.json", "application/json"],
  ["a.js.map", "application/json"],
  ["site.webmanifest", "application/manifest+json"],
  ["a.wasm", "application/wasm"],
  ["a.png", "image/png"],
  ["a.avif", "image/avif"],
  ["a.webp", "image/webp"],
  ["favicon.ico", "image/x-icon"],
  ["a.woff2", "font/woff2"],
  ["a.flac", "audio/flac"],
  ["a.m4v", "video/mp4"],
  ["a.mp4", "video/mp4"],
  ["a.vtt", "text/vtt; charset=utf-8"],
  ["a.pdf", "application/pdf"],
  ["LICENSE", "application/octet-stream"],
  ["a.unknown-extension", "application/octet-stream"],
])("%s is %s", (file, type) => {
  expect(mediaType(`/srv/site.d/${file}`)).toBe(type);
});

test.each([
  ["text/html", true],
  ["text/html; charset=utf-8", true],
  ["TEXT/HTML;charset=x", true],
  [" text/html ", true],
  ["application/xhtml+xml; charset=utf-8", true],
  ["text/html-not", false],
  ["text/plain; a=text/html", false],
  ["application/xml", false],
  ["", false],
])("%j is HTML: %s", (contentType, html) => {
  expect(isHtml(contentType)).toBe(html);
});
