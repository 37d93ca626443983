import { expect, test } from "vitest";

import { readCss } from "../../../src/scanner/css/parser.js";
import { parseStyleAttribute } from "../../../src/scanner/css/declarations.js";
import { readHtml } from "../../../src/scanner/html/page-reader.js";
import { type OutlineNode, OutlineTree } from "../../../src/scanner/style/outline/outline.js";
import type { OutlineBuilder } from "../../../src/scanner/style/outline/builder.js";
import { Vocabulary } from "../../../src/scanner/style/outline/vocabulary.js";
import { mutate, randomFrom, SEED_DOCUMENTS } from "../../support/html-fuzz.js";

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
  ["<i class=a class=b></i><i class=a CLASS=b title></i>", ["a"]],
  ["<i class=c id=x class=b></i><i clash=b class=a></i>", ["c", "a"]],
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

test("tells tags of any length apart that differ in a single byte, wherever that is", () => {
  for (let length = 0; length < 280; length += 1) {
    for (const before of new Set([0, length >> 2, length >> 1, length])) {
      const tag = (name: string): string =>
        `<i title="${"x".repeat(before)}" class="${name}" lang="${"y".repeat(length - before)}"></i>`;
      const page = `${tag("a")}${tag("b")}${tag("c")}`;
      for (const found of classes(page, page, page)) expect(found, page).toEqual(["a", "b", "c"]);
    }
  }
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

const PAGES: readonly string[] = [
  ...SEED_DOCUMENTS,
  `<!doctype html><html><head><meta name="a" content="b"><meta http-equiv="content-security-policy" content="img-src 'self'">
<link rel="next" title="x" href="n.html"><link rel="stylesheet" title="main" href="t.css"><link rel="preload" as="image" href="p.png">
<script src="a.js"></script><script src="b.js" async>no</script><link rel="alternate stylesheet" title="other" href="o.css"></head>
<body><p id="first" class="a b">Té&lt;xt<p id="none" class="b a" hidden>&amp;<div data-x="yes" data-y>&eacute;<div data-x="no">
<picture><source srcset="w.webp" type="image/webp"><img src="f.png"></picture><img src="f.png"><img src="f.png" loading="lazy">
<table background="t.png"><tr><td background="c.png" class=a>x<td>y</table><input type="text"><input type="image" src="i.png">
<svg class="a"><image href="s.svg"/><title>x</title></svg><ul class=a><li>one<li class="b">two</ul><select><option>x</select></body></html>`,
];

/** What reading a page came to, in words. */
function read(html: string, outline: OutlineBuilder): unknown {
  const bytes = Buffer.from(html);
  const facts = readHtml(bytes, { outline, css: (text) => readCss(text, () => {}) });
  const nodes = facts.outline?.nodes ?? [];
  return {
    references: facts.references,
    ignored: facts.ignored,
    policies: facts.policies,
    // A walk notes the elements that it enters at its end, and those before it in order.
    nodes: nodes.map(pathOf),
    texts: (facts.outline?.texts ?? []).map(pathOf),
    characters: [...(facts.outline?.characters ?? [])].map(([node, codes]) => [pathOf(node), [...codes]]),
  };
}

function pathOf(node: OutlineNode): string {
  const { tag, id, classes, kind, parent } = node;
  const own = `${tag}#${id}.${[...classes].sort().join(".")}[${[...kind.passed].sort().join()}]`;
  return parent === undefined ? own : `${pathOf(parent)} > ${own}`;
}

test.each(["", "@font-face { font-family: f; src: url(f.woff2) }"])(
  "says the same of a page whatever pages were before it: %s",
  (fonts) => {
    const css = `${fonts} .a, .b li, #first, [data-x=yes], [hidden], p:empty > td { background: url(x.png); font-family: f }`;
    const treeOf = (): OutlineTree => {
      const vocabulary = new Vocabulary();
      if (readCss(css, (selector) => vocabulary.addSelector(selector)).fonts.length > 0) vocabulary.addFonts();
      return new OutlineTree(vocabulary, parseStyleAttribute);
    };
    const random = randomFrom(2);
    const pages = Array.from({ length: 600 }, (_, n) => mutate(PAGES[n % PAGES.length] ?? "", random));
    const shared = treeOf();
    // Each slot of what is remembered has to be asked for twice.
    for (const page of [...PAGES, ...PAGES, ...PAGES]) read(page, shared.page());
    for (const page of pages) expect(read(page, shared.page()), page).toEqual(read(page, treeOf().page()));
  },
);

test("finds the attributes of a tag that has very many", () => {
  const others = (count: number): string => Array.from({ length: count }, (_, n) => `x${n} `).join("");
  const html = `<img ${others(999)}src=a.png><img ${others(2000)}src=b.png><img src=c.png>`;
  expect(readHtml(Buffer.from(html)).references.map(({ url }) => url)).toEqual(["a.png", "c.png"]);
});

test("reads a page that is larger than what it had room for", () => {
  const html = `<body>${"<p>text ".repeat(500_000)}<img src=a.png>`;
  expect(readHtml(Buffer.from(html)).references.map(({ url }) => url)).toEqual(["a.png"]);
});
