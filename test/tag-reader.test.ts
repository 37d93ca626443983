import { expect, test } from "vitest";

import { readCss } from "../src/manifest/css.js";
import { parseStyleAttribute } from "../src/manifest/css-declaration.js";
import { readHtml } from "../src/manifest/html.js";
import { type OutlineNode, OutlineTree } from "../src/manifest/outline.js";
import { Vocabulary } from "../src/manifest/vocabulary.js";

/** Classes of the elements below the body, one list for each path, read page after page with one memory of tags. */
function classes(...pages: string[]): string[][] {
  return outlines(...pages).map((nodes) => nodes.map((node) => [...node.classes].join(" ")));
}

/** The elements with a class. */
function outlines(...pages: string[]): OutlineNode[][] {
  const vocabulary = new Vocabulary();
  readCss(".a, .b, .c { background: url(x.png) }", (selector) => vocabulary.addSelector(selector));
  const tree = new OutlineTree(vocabulary, parseStyleAttribute);
  return pages.map((page) => {
    // Tags near the end of a page are not looked up by words.
    const { outline } = readHtml(Buffer.from(`<body>${page}${" ".repeat(100)}`), { outline: tree.page() });
    return (outline?.nodes ?? []).filter((node) => node.classes.size > 0);
  });
}

test.each([
  ["<i class=a></i>", ["a"]],
  ['<i class="a" title="b > c"></i>', ["a"]],
  ['<i title=">" class="a"></i>', ["a"]],
  ["<i title=>class=a></i>", []],
  [`<i class="a" title="${"long ".repeat(20)}"></i>`, ["a"]],
  ["<i class='a'><i class='b'></i></i>", ["a", "b"]],
  ["<img class=a><b class=c></b>", ["a", "c"]],
  ["<svg class=a><path class=b /><path class=c></path></svg>", ["a", "b", "c"]],
])("takes %s for the same when it comes again", (page, expected) => {
  expect(classes(page, page, page)).toEqual([expected, expected, expected]);
});

test("tells tags apart that begin alike or differ in a single byte", () => {
  const page =
    '<i title=">" class="a"></i><i title=">" class="b"></i><i title=">"></i><i class="c"></i><i class="d"></i>';
  expect(classes(page, page)).toEqual([
    ["a", "b", "c"],
    ["a", "b", "c"],
  ]);
});

test.each([
  ["<p class=a><p class=b><div class=c>", ["a", "b", "c"], ["", "", ""]],
  ["<ul class=a><li class=b><li class=b></ul><i class=c>", ["a", "b", "c"], ["", "a", ""]],
  ["<p class=a><b></p></b><i class=c>", ["a", "c"], ["", ""]],
  ["<br class=a><hr class=b></br></nothing><i class=c>", ["a", "b", "c"], ["", "", ""]],
])("leaves the same elements in %s when they come again", (page, expected, parents) => {
  for (const nodes of outlines(page, page, page)) {
    expect(nodes.map(({ classes }) => [...classes].join())).toEqual(expected);
    expect(nodes.map(({ parent }) => [...(parent?.classes ?? [])].join())).toEqual(parents);
  }
});

test("sees the background of a table cell that was met before", () => {
  const cell = '<td class="a"></td><td background="x.png"></td>';
  const { references } = readHtml(Buffer.from(`<body><table>${cell.repeat(3)}</table>${" ".repeat(100)}`), {
    outline: new OutlineTree(new Vocabulary(), parseStyleAttribute).page(),
  });
  expect(references.map(({ url }) => url)).toEqual(["x.png", "x.png", "x.png"]);
});
