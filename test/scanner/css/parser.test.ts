import { expect, test } from "vitest";

import { readCss } from "../../../src/scanner/css/parser.js";
import { isSupported } from "../../../src/scanner/css/supports.js";
import { familiesOf, imagesIn, parseFont, substitute } from "../../../src/scanner/css/values.js";

const imports = (css: string): string[] => readCss(css, () => {}).imports.map(({ url }) => url);
const fonts = (css: string): string[] => readCss(css, () => {}).fonts.flatMap(({ sources }) => sources);

test.each([
  [`@import "a.css";`, ["a.css"]],
  [`@import url(a.css) screen; @import url("b.css");`, ["a.css", "b.css"]],
  [`@charset "utf-8"; @layer x; @import 'a.css' layer(y);`, ["a.css"]],
  [`/* @import "no.css"; */ @import "a\\.css";`, ["a.css"]],
  [`@import "a.css" print;`, ["a.css"]],
  [`@import "a.css" supports(display: grid);`, ["a.css"]],
  [`@import "a.css" supports(no-such: thing);`, []],
  [`p {} @import "late.css";`, []],
  [`p { @import "in.css"; }`, []],
  [`@import "";`, []],
  [`@import "a.css" supports(display: no-such);`, []],
  [`@import "a.css" supports((display: grid) and (not (display: no-such)));`, ["a.css"]],
  [`@no-such x; @import "a.css";`, ["a.css"]],
  [`@layer x {} @import "late.css";`, []],
])("imports what a browser imports: %s", (css, expected) => {
  expect(imports(css)).toEqual(expected);
});

test.each([
  [`@font-face { font-family: F; src: url(a.woff2) format("woff2"), url(b.woff) }`, ["a.woff2", "b.woff"]],
  [
    `@font-face { font-family: F; src: url(a.eot); src: url(a.eot?#x) format("embedded-opentype"), url(b.ttf) }`,
    ["b.ttf"],
  ],
  [`@font-face { font-family: F; src: local("F"), url("a b.woff2") }`, ["a b.woff2"]],
  [`@font-face { font-family: F; src: url(a.svg#f) format(svg) }`, []],
  [`@font-face { src: url(no-name.woff2) }`, []],
  [`@media print { @font-face { font-family: F; src: url(a.woff2) } }`, []],
  [`@supports (display: grid) { @font-face { font-family: F; src: url(a.woff2) } }`, ["a.woff2"]],
])("tries the sources that a browser tries: %s", (css, expected) => {
  expect(fonts(css)).toEqual(expected);
});

test.each([
  [`url(a.png)`, ["a.png"]],
  [`url( "a b.png" ) no-repeat, url('c.png')`, ["a b.png", "c.png"]],
  [`url(a\\)b.png)`, ["a)b.png"]],
  [`url(\\61.png)`, ["a.png"]],
  [`image-set("a.png" 1x, "b.png" 2x)`, ["a.png"]],
  [`image-set("a.jp2" type("image/jp2"), "b.avif" type("image/avif"))`, ["b.avif"]],
  [`image-set("a.jxl" type("image/jxl"), "b.avif" type("image/avif"))`, ["a.jxl"]],
  [`image-set(linear-gradient(red, blue) 1x, "b.png" 2x)`, []],
  [`-webkit-image-set(url(a.png) 1x, url(b.png) 2x)`, ["a.png"]],
  [`linear-gradient(red, blue), url(a.png)`, ["a.png"]],
  [`"url(a.png)"`, []],
  [`url()`, []],
  [`none`, []],
])("finds the images in %s", (value, expected) => {
  expect(imagesIn(value, 1)).toEqual(expected);
});

test("puts custom properties in their places, and gives up on a circle", () => {
  const values: Record<string, string> = { "--a": "url(a.png)", "--b": "var(--a)", "--c": "var(--c)" };
  const lookUp = (name: string): string | undefined => values[name];
  expect(substitute("var(--b) x", lookUp)).toBe("url(a.png) x");
  expect(substitute("var(--none, var(--a))", lookUp)).toBe(" url(a.png)");
  expect(substitute("var(--none)", lookUp)).toBeUndefined();
  expect(substitute("var(--c)", lookUp)).toBeUndefined();
});

test.each([
  [`bold 12px/1.5 "A B", serif`, { family: `"A B", serif`, weight: "bold", style: "normal", stretch: "normal" }],
  [`16px/1.5"A",serif`, { family: `"A",serif`, weight: "normal", style: "normal", stretch: "normal" }],
  [`italic 300 1em x`, { family: "x", weight: "300", style: "italic", stretch: "normal" }],
  [
    `normal normal normal 14px/1 FontAwesome`,
    { family: "FontAwesome", weight: "normal", style: "normal", stretch: "normal" },
  ],
  [`caption`, undefined],
])("takes the shorthand %s apart", (value, expected) => {
  expect(parseFont(value)).toEqual(expected);
});

test("knows families by their names, however they are written", () => {
  expect(familiesOf(`"Font  Awesome 6", 'x', Un quoted, sans-serif`)).toEqual([
    "font awesome 6",
    "x",
    "un quoted",
    "sans-serif",
  ]);
});

test.each([
  ["(display: grid)", true],
  ["not (display: grid)", false],
  ["(display: grid) and (not (no-such: 1))", true],
  ["(-moz-appearance: none)", false],
  ["selector(:focus-visible)", true],
  ["selector(:no-such)", false],
  ["(display: no-such)", false],
  ["(display: inline-flex) and (display: inline flow-root)", true],
  ["(--custom: x)", true],
  ["(export: x)", false],
  ["(-webkit-align-content: x)", true],
  ["font-format(woff2)", true],
])("says whether %s is supported", (condition, expected) => {
  expect(isSupported(condition)).toBe(expected);
});

test.each([
  ["a million braces", "{".repeat(1_000_000)],
  ["a million ends", "}".repeat(1_000_000)],
  ["a million parentheses", `p{background:${"(".repeat(1_000_000)}`],
  ["a string that never ends", `p{background:url("${"a".repeat(1_000_000)}`],
  ["a comment that never ends", `/*${"*".repeat(1_000_000)}`],
  ["a million backslashes", "\\".repeat(1_000_000)],
  ["10,000 fonts", `@font-face{font-family:F;src:url(a.woff2)}`.repeat(10_000)],
  ["a display of a million words", `@supports (display: ${"table-x ".repeat(500_000)}!) { a {} }`],
  ["a display of a million spaces", `@supports (display: grid${" ".repeat(1_000_000)}!) { a {} }`],
  ["a query of a million spaces", `@media (min-width: calc(1px${" ".repeat(1_000_000)}!)) { a {} }`],
  ["a background of a million layers", `a { background: ${"url(a) cover,".repeat(70_000)} red }`],
  ["a container with a long name", `@container ${"a".repeat(1_000_000)} not (min-width: 1px) { a {} }`],
  ["nesting without end", "a{&".repeat(100_000)],
  ["a selector of a million commas", `${"a,".repeat(500_000)}b{background:url(a)}`],
])("reads %s in no time", (_, css) => {
  const started = performance.now();
  readCss(css, () => {});
  expect(performance.now() - started).toBeLessThan(5000);
});
