import { parse, type DefaultTreeAdapterTypes } from "parse5";
import { expect, test } from "vitest";
import { readCss } from "../../../src/scanner/css/parser.js";
import { parseStyleAttribute } from "../../../src/scanner/css/declarations.js";
import { readHtml } from "../../../src/scanner/html/page-reader.js";
import { OutlineTree, type OutlineNode } from "../../../src/scanner/style/outline/outline.js";
import { Vocabulary } from "../../../src/scanner/style/outline/vocabulary.js";

/** Every path of elements in a page: "html>body>p". */
function ourPaths(html: string): ReadonlySet<string> {
  const vocabulary = new Vocabulary();
  const names = new Set(html.toLowerCase().match(/(?<=<)[a-z]\w*/g));
  readCss(`${["html", "head", "body", "p", "tbody", "tr", ...names].join()} { background: url(i) }`, (selector) =>
    vocabulary.addSelector(selector),
  );
  const tree = new OutlineTree(vocabulary, parseStyleAttribute);
  const { outline } = readHtml(Buffer.from(html), { outline: tree.page(), css: (text) => readCss(text, () => {}) });
  const pathOf = (node: OutlineNode): string =>
    node.parent === undefined || node.parent.tag === "" ? node.tag : `${pathOf(node.parent)}>${node.tag}`;
  return new Set((outline?.nodes ?? []).filter(({ tag }) => tag !== "").map(pathOf));
}

/** The same by the oracle. */
function theirPaths(html: string): ReadonlySet<string> {
  const paths = new Set<string>();
  const visit = (node: DefaultTreeAdapterTypes.ParentNode, path: string): void => {
    for (const child of node.childNodes) {
      if (!("tagName" in child)) continue;
      const own = path === "" ? child.tagName : `${path}>${child.tagName}`;
      paths.add(own);
      visit(child, own);
    }
  };
  visit(parse(html), "");
  return paths;
}

/** The head may be left out: nothing in it is shown. */
const shown = (paths: ReadonlySet<string>) => [...paths].filter((path) => !/^html(?:>head|$)/.test(path)).toSorted();

test.each([
  "<head><title>t</title><body><p>x",
  "<head><meta charset=utf-8><p>x",
  "<p>x<head><b>y",
  "<head></head><head><p>x",
  "<h2>t</h3><p>x",
  "<h2>t<span>u</h2><p>x",
  "<h2>x<h3>y</h3><p>z",
  "<h2><b>x<h3>y",
  "<div><h2>x</div><p>y",
  "<dl><p><dt>x<dd>y</dl>",
  "<ul><p><li>x<li>y</ul><p>z",
  "<ul><li><p>x<li>y",
  "<ul><li><section><li>x",
  "<ul><li><div><li>x",
  "<dl><dt><ul><dt>x",
  "<div><table><tr><td></div><p>x</table><i>",
  "<table><tr><td><p>x<td>y<tr><th>z</table><p>",
  "<span><section></span><p>x",
  "<section><span></section><p>x",
  "<div><b></div><p>",
  "<p><div></p><i>",
  "<div>x</div></p>",
  "<button>x<button><i>y",
  "<a>x<a><i>y",
  "<a><span>x<a><i>y",
  "<form><form><p>x</form><p>z</form>",
  "<ul><li>x</ol></li><p>y",
  "<li><ul></li><li>x</ul>",
  "<select><option>x<option>y</select><p>",
  "<p><object><p>x</object><i>",
  "<article><p>x</article></section><p>y",
  "<p>x<hr><p>y<table><tr><td></table>",
  "<div></span></div><p>",
  "<nav><ul><li><span>x</nav><main><p>y",
])("elements stand where a browser puts them: %s", (html) => {
  expect(shown(ourPaths(`<!doctype html>${html}`))).toEqual(shown(theirPaths(`<!doctype html>${html}`)));
});
