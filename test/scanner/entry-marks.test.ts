import { expect, test } from "vitest";
import { readCss } from "../../src/scanner/css/parser.js";
import { marksInHtml, marksOfBoth } from "../../src/scanner/entry-marks.js";
import { readHtml } from "../../src/scanner/html/page-reader.js";

const marksOf = (html: string) => {
  const facts = readHtml(Buffer.from(html), { compressed: false, css: (text) => readCss(text, () => undefined) });
  return Object.fromEntries(marksInHtml(facts, "/docs/page.html"));
};

test("what a page's HTML names is marked, where it blocks rendering too", () => {
  const html = `<img src=a.png><link rel=stylesheet href=/s.css><img src=https://other.test/b.png>`;
  expect(marksOf(html)).toEqual({ "/docs/a.png": { named: true }, "/s.css": { named: true, blocking: true } });
});

test("what stands before a base element is named below the page, what stands behind it below that", () => {
  expect(marksOf("<img src=a.png><base href=/x/><img src=b.png>")).toEqual({
    "/docs/a.png": { named: true },
    "/x/b.png": { named: true },
  });
});

test("an import of a style element is named within the HTML's first round trip alone", () => {
  const style = (name: string) => `<style>@import "${name}.css"; p { color: red }</style>`;
  const text = `<p>${"text ".repeat(4000)}</p>`;
  expect(marksOf(`${style("a")}${text}${style("b")}<link rel=stylesheet href=c.css>`)).toEqual({
    "/docs/a.css": { named: true, blocking: true },
    "/docs/b.css": { blocking: true },
    "/docs/c.css": { blocking: true },
  });
});

test("whoever names a target, it is found at once; it is for a moment only where both say so", () => {
  expect(marksOfBoth({ named: true, when: "load" }, { blocking: true })).toEqual({ named: true, blocking: true });
  expect(marksOfBoth({ when: "paint" }, { named: true, when: "load" })).toEqual({ named: true, when: "paint" });
  expect(marksOfBoth({ when: "load" }, { when: "load" })).toEqual({ when: "load" });
  expect(Object.keys(marksOfBoth({ blocking: true }, { named: true }))).toEqual(["named", "blocking"]);
});
