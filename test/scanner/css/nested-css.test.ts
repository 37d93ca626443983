import { expect, test } from "vitest";

import { createScanner } from "../../../src/scanner/scanner.js";
import { locateIn, lookupIn, writeSite } from "../../support/site.js";

const BODY = `<body><div class="a"><p class="b">text</p></div><p class="c b"></p><i class="d" data-x="a,b"></i>`;

const NAMES = ["w", "x", "y", "z"];

/** The images, named by a letter each, that a page with that stylesheet loads. */
async function images(css: string): Promise<string[]> {
  const names = NAMES.map((name) => [name, ""]);
  const root = await writeSite({ "index.html": `<style>${css}</style>${BODY}`, ...Object.fromEntries(names) });
  const page = await locateIn(root)("/");
  if (page === undefined) throw new Error("the site has no index.html");
  const { entries } = await createScanner({ lookup: lookupIn(root) }).page("/", page);
  return entries.map(({ target }) => target.slice(1)).sort();
}

const [W, X, Y, Z] = NAMES.map((name) => `{ background: url(${name}) }`);

test.each([
  // Each member of a list is relative or not by itself.
  [`.a { .b, &.none ${X} }`, ["x"]],
  [`.a { &.none, .c ${X} }`, []],
  [`.a { .c & , .b ${X} }`, ["x"]],
  [`.d { &[data-x="a,b"] ${X} .none &, [data-x='&'] ${Y} }`, ["x"]],
  [`.d { &:is([data-x="a,)("], [data-x="a,b"]) ${X} }`, ["x"]],
  [`.a { :is(.none, .b) ${X} :is(&.none, .c) ${Y} :is(&, .c) ${Z} }`, ["x", "y", "z"]],
  // Combinators, in front and behind.
  [`.a { > .b ${X} > .c ${Y} } body { > .c ${Z} }`, ["x", "z"]],
  [`.a { + .c ${X} ~ .none ${Y} }`, ["x"]],
  [`.b { .a & ${X} } .c { .a & ${Y} }`, ["x"]],
  [`.b { .c& ${X} p& ${Y} b& ${Z} }`, ["x", "y"]],
  // Specificity: that of the most specific of the list around, and of its own.
  [`#none, .a { .b ${X} } .a .b.b.b.b ${Y}`, ["x"]],
  [`.a { .b ${X} } :where(.a) { .b ${Y} }`, ["x"]],
  [`.a { && { .b ${X} } & { .b ${Y} } }`, ["x"]],
  [`.b:not(#none) ${X} .a .b.b ${Y} .c.b.b ${Z}`, ["x"]],
  // Order: declarations behind a rule are behind it in the cascade.
  [`.c { background: url(x); & ${Y} background: url(z); }`, ["z"]],
  [`.c { background: url(x); & ${Y} }`, ["y"]],
  [`.c { background: url(x); @media screen { background: url(y); } }`, ["y"]],
  [`.c { @media print { background: url(x); } background: url(y); }`, ["y"]],
  [`.c { @layer l { background: url(x); } } `, ["x"]],
  [`.c { background: url(x); @layer l { & ${Y} } } `, ["x"]],
  // What is no selector makes its rule, with all that is in it, count for nothing.
  [`.none, :no-such { .a & ${X} } .a { .b, :no-such ${Y} > ${Z} &i ${W} }`, []],
  [`.a { :is(.b,, :no-such) ${X} :not(.none, :no-such) ${Y} }`, ["x"]],
  // Neither a state that nothing has nor a pseudo-element can be in.
  [`.a:hover { .b ${X} } .a::before, .none { & .b ${Y} } .a:is(:focus) .b ${Z}`, []],
  [`.b::before { content: ""; @media screen { background: url(x); } }`, ["x"]],
  // Scopes
  [`@scope (.a) { .b ${X} .c ${Y} :scope ${Z} }`, ["x", "z"]],
  [`@scope (.a) { .a ${X} &.a ${Y} }`, ["y"]],
  [`@scope (.none) { .b ${X} & ${Y} } @scope (.a) { > .b ${Z} }`, ["z"]],
  // Outside of all rules it is the root element.
  [`& ${X} &.none ${Y} & > body ${Z}`, ["x", "z"]],
])("loads what a browser loads of nested rules: %s", async (css, expected) => {
  expect(await images(css)).toEqual(expected);
});
