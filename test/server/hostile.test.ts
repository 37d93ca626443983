import { expect, test } from "vitest";

import { readCss } from "../../src/scanner/css/parser.js";
import { parseStyleAttribute } from "../../src/scanner/css/declarations.js";
import { readHtml } from "../../src/scanner/html/page-reader.js";
import { OutlineTree } from "../../src/scanner/style/outline/outline.js";
import { Vocabulary } from "../../src/scanner/style/outline/vocabulary.js";

/** Processor time in ms to read a page with an outline, the best of three. */
function time(html: Buffer): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const vocabulary = new Vocabulary();
    readCss(".a b, [x=y], #z { background: url(i) }", (selector) => vocabulary.addSelector(selector));
    const tree = new OutlineTree(vocabulary, parseStyleAttribute);
    const before = process.cpuUsage();
    readHtml(html, { outline: tree.page(), css: (text) => readCss(text, () => {}) });
    best = Math.min(best, process.cpuUsage(before).user / 1000);
  }
  return best;
}

test.each([
  ["nested tags", "<div>"],
  ["end tags that end nothing", "</div>"],
  ["end tags that end nothing deep within", "</i></b>", "<div>".repeat(511)],
  ["attributes of one tag", ' a="b"', "<p"],
  ["classes", " c", '<p class="'],
  ["comments that end nowhere", "<!-- ", ""],
  ["less-than signs", "<"],
  ["scripts with a comment that is never closed", "<script><!--</script>"],
  ["titles that are never closed", "<title>"],
  ["list items that end each other", "<li>"],
  ["paragraphs in tables", "<table><td><p>"],
  ["nested SVG", "<svg><foreignObject>"],
  ["ampersands", "&"],
  ["character references", "&#x436;"],
  ["ids", '<b id="z">'],
  ["styles of their own", '<b style="background:url(i)">'],
])("reads %s in time that grows with their number alone", (_, piece, before = "") => {
  const html = (count: number): Buffer => Buffer.from(before + piece.repeat(count));
  const small = time(html(50_000));
  const large = time(html(100_000));
  // About twice; below 30 ms it is noise.
  expect(large).toBeLessThan(Math.max(30, small * 4));
});
