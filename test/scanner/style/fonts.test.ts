import { expect, test } from "vitest";
import { scan } from "../../../src/server/scan/scan-directory.js";
import { scanIndex } from "../../support/scan-index.js";
import { writeSite } from "../../support/site.js";

const targets = async (files: Readonly<Record<string, string>>) =>
  (await scanIndex(files)).entries.map(({ target }) => target);

const weights = ["100", "400", "700", "900"];
const faces = weights.map((weight) => `@font-face { font-family: F; font-weight: ${weight}; src: url(${weight}) }`);
const fonts = Object.fromEntries(weights.map((weight) => [weight, ""]));

test.each([
  [300, "font-weight: bolder", "/400"],
  [400, "font-weight: bolder", "/700"],
  [600, "font-weight: bolder", "/900"],
  [500, "font-weight: lighter", "/100"],
  [700, "font-weight: lighter", "/400"],
  [900, "font-weight: lighter", "/700"],
  [900, "font-weight: var(--none)", "/900"],
  [900, "font: var(--none)", "/900"],
  [900, "font: inherit", "/900"],
  [900, "font: 1em F", "/400"],
])("in an element of weight %i, %s takes the face %s (CSS Fonts 4 §2.4)", async (weight, style, face) => {
  const html = `<style>${faces.join("")}</style><p style="font: ${weight} 1em F"><b style="${style}">text</b>`;
  expect(await targets({ "index.html": html, ...fonts })).toEqual([face]);
});

const widths = ["75", "100", "125"];
const wideFaces = widths.map((width) => `@font-face { font-family: F; font-stretch: ${width}%; src: url(${width}) }`);

test.each([
  ["normal", "", "/100"],
  ["condensed", "", "/75"],
  ["expanded", "", "/125"],
  ["50%", "", "/75"],
  ["80%", "", "/75"],
  ["101%", "", "/125"],
  ["200%", "", "/125"],
  ["condensed", "font-stretch: normal", "/100"],
  ["condensed", "font: 1em F", "/100"],
  ["normal", "font: italic semi-expanded 700 1em F", "/125"],
  ["normal", "font: ultra-condensed 1em/1 F", "/75"],
])("in an element of width %s, %j takes the face %s (CSS Fonts 4 §5.2)", async (width, style, face) => {
  const html = `<style>${wideFaces.join("")}</style><p style="font-family: F; font-stretch: ${width}"><b style="${style}">text</b>`;
  const wide = Object.fromEntries(widths.map((one) => [one, ""]));
  expect(await targets({ "index.html": html, ...wide })).toEqual([face]);
});

test("where a rule may be for an element, its font and the one without it count", async () => {
  const html = `<style>${faces.join("")} p:nth-child(2n) { font-weight: 900 }</style><p style="font-family: F">text`;
  expect((await targets({ "index.html": html, ...fonts })).sort()).toEqual(["/400", "/900"]);
});

test.each([
  [String.raw`"\e9"`, true],
  [String.raw`'\0000E9 x'`, true],
  [String.raw`'\é'`, true],
  [String.raw`"e" 'é'`, true],
  [String.raw`"e9"`, false],
  [String.raw`'\110000'`, false],
  ["none", false],
  ["url(i)", false],
])("content: %s has a face for é loaded: %s", async (content, isLoaded) => {
  const css = `@font-face { font-family: F; src: url(f); unicode-range: U+E9 } p::before { font-family: F; content: ${content} }`;
  expect((await targets({ "index.html": `<style>${css}</style><p>`, f: "" })).includes("/f")).toBe(isLoaded);
});

test.each(["counter(n)", "counters(n, '.')", "attr(title)", "open-quote"])(
  "content: %s counts as a letter",
  async (content) => {
    const css = `@font-face { font-family: F; src: url(f); unicode-range: U+61 } p::after { font-family: F; content: ${content} }`;
    expect(await targets({ "index.html": `<style>${css}</style><p>`, f: "" })).toEqual(["/f"]);
  },
);

/** The entries that a browser is told of. */
const announced = async (files: Readonly<Record<string, string>>) =>
  (await scanIndex(files)).entries.flatMap(({ target, rel, when }) =>
    rel === undefined ? [] : when === undefined ? target : `${target} later`,
  );

const pair = "@font-face { font-family: A; src: url(a.woff2) } @font-face { font-family: B; src: url(b.woff2) }";
const woff = { "a.woff2": "", "b.woff2": "" };

test.each([
  ["body { font-family: A } :lang(ja) { font-family: B }", ["/a.woff2"]],
  ["body { font-family: A } :lang(fr, en-GB) { font-family: B }", ["/b.woff2"]],
  [`body { font-family: A } p:lang("*-Latn") { font-family: B }`, ["/a.woff2"]],
  ["body { font-family: A } :dir(rtl) { font-family: B }", ["/a.woff2"]],
  ["body { font-family: A } h2 { font-family: A } p:first-child { font-family: B }", ["/a.woff2"]],
  ["body { font-family: A } @container (width > 600px) { p { font-family: B } }", ["/a.woff2"]],
  ["body { font-family: A } p:nth-child(2) { font-family: A }", ["/a.woff2"]],
  ["body { --f: A } p:first-child { --f: B } body, h2 { font-family: A } p { font-family: var(--f) }", ["/a.woff2"]],
  ["body { font-family: A, B }", ["/a.woff2"]],
  ["body { font-family: A } ::file-selector-button { font: inherit }", ["/a.woff2"]],
  ["body { font-family: A } ::placeholder { font-family: A; opacity: 1 }", ["/a.woff2"]],
])("%s announces what is taken whether a rule matches or not", async (css, fonts) => {
  const html = `<html lang=en-GB><style>${pair} ${css}</style><h2>text</h2><p>text`;
  expect(await announced({ "index.html": html, ...woff })).toEqual(fonts);
  expect((await targets({ "index.html": html, ...woff })).length).toBeGreaterThan(0);
});

test.each([
  [`-apple-system, BlinkMacSystemFont, "Segoe UI", A, sans-serif`, []],
  [`"Helvetica Neue", A`, []],
  [`"PingFang SC", A`, []],
  [`A, "Helvetica Neue"`, ["/a.woff2"]],
  [`"Not There", A`, []],
  [`B, A`, ["/b.woff2"]],
])("a font behind one that some systems have is listed, and not announced: %s", async (families, fonts) => {
  const html = `<style>${pair} body { font-family: ${families} }</style><p>it’s a text — of 漢字 for 1 €`;
  expect(await announced({ "index.html": html, ...woff })).toEqual(fonts);
  expect(await targets({ "index.html": html, ...woff })).toContain(fonts[0] ?? "/a.woff2");
});

test.each([
  [`local(""), url(a.woff2)`, ["/a.woff2"]],
  [`local(''),url(a.woff2)`, ["/a.woff2"]],
  [`local("☺"), url(a.woff2)`, ["/a.woff2"]],
  [`local("Inter"), url(a.woff2)`, []],
  [`local(""), local(Inter), url(a.woff2)`, []],
])("a font is announced where none of its names can be installed: %s", async (src, fonts) => {
  const css = `@font-face { font-family: F; src: ${src} } body { font-family: F }`;
  const html = `<style>${css}</style><p>text`;
  expect(await announced({ "index.html": html, ...woff })).toEqual(fonts);
  expect(await targets({ "index.html": html, ...woff })).toEqual(["/a.woff2"]);
});

test.each(["<!-- 版权 -->", "<!--><!-- 版权 -->", "<!-- > 版权 --!>", "<!doctype 版权>", "<?php 版权 ?>", "</ 版权>"])(
  "what stands in %s is no text",
  async (comment) => {
    const css = `@font-face { font-family: F; src: url(a.woff2); unicode-range: U+4E00-9FFF } @font-face { font-family: F; src: url(b.woff2); unicode-range: U+00-FF } body { font-family: F }`;
    const html = (text: string) => ({ "index.html": `<style>${css}</style><p>© Foo ${text}`, ...woff });
    expect(await targets(html(comment))).toEqual(["/b.woff2"]);
    expect((await targets(html(`${comment}版`))).toSorted()).toEqual(["/a.woff2", "/b.woff2"]);
  },
);

test.each(["page.xhtml", "index.html"])("a stylesheet may stand in a CDATA section: %s", async (name) => {
  const css = "<![CDATA[ @import 'a.css'; p, text { font-family: A } ]]>";
  const root = await writeSite({
    [name]: `<html xmlns="http://www.w3.org/1999/xhtml"><body><svg><style>${css}</style><text>text</text></svg></body></html>`,
    "a.css": pair,
    ...woff,
  });
  const { manifest } = await scan(root);
  const [entries = []] = Object.values(manifest.pages);
  expect(entries.map(({ target }) => target)).toEqual(["/a.css", "/a.woff2"]);
});

test.each([
  `<link rel=stylesheet href=late.css media=print ngCspMedia=all>`,
  `<link rel="alternate stylesheet" title=x href=late.css onload="this.title='';this.rel='stylesheet'">`,
  `<link rel="alternate stylesheet preload" as=style title=x href=late.css onload="this.title='';this.rel='stylesheet'">`,
])("what a stylesheet loads that comes to apply is listed: %s", async (link) => {
  const css = `${pair} body { font-family: A }`;
  const found = await targets({ "index.html": `${link}<p>text`, "late.css": css, ...woff });
  expect(found.toSorted()).toEqual(["/a.woff2", "/late.css"]);
});

test("text waits for no font in which words are icons", async () => {
  const face = (family: string) =>
    `<style>@font-face { font-family: "${family}"; src: url(a.woff2) } i { font-family: "${family}" }</style><i>home</i>`;
  const when = async (family: string) =>
    (await scanIndex({ "index.html": face(family), ...woff })).entries.map((entry) => entry.when);
  expect(await when("Material Symbols Outlined")).toEqual(["load"]);
  expect(await when("Material Icons")).toEqual(["load"]);
  expect(await when("Material")).toEqual([undefined]);
});

test("a family that a page brings is its own, whatever systems have", async () => {
  const css = "@font-face { font-family: Roboto; src: url(a.woff2) } body { font-family: Roboto, sans-serif }";
  expect(await announced({ "index.html": `<style>${css}</style><p>text`, ...woff })).toEqual(["/a.woff2"]);
});

test("the first paint does not wait for a font of a stylesheet that comes to apply later", async () => {
  const html = `<link rel=preload as=style href=late.css onload="this.rel='stylesheet'"><p>text`;
  const css = `${pair} body { font-family: A }`;
  expect(await announced({ "index.html": html, "late.css": css, ...woff })).toContain("/a.woff2 later");
});

test("the language of a part is its own, and goes on within it", async () => {
  const css = `${pair} :lang(ar) { font-family: A } :lang(en) { font-family: B }`;
  const html = `<html lang=en><style>${css}</style><p>text<blockquote lang=ar><p>text</blockquote>`;
  expect((await announced({ "index.html": html, ...woff })).toSorted()).toEqual(["/a.woff2", "/b.woff2"]);
});

test("a weight that is called light is no theme", async () => {
  const css = `${faces.join("")} h1 { font: 400 1em F } h1.light { font-weight: 100 } .light { font-weight: 100 }`;
  expect(await announced({ "index.html": `<style>${css}</style><h1 class=light>text</h1>`, ...fonts })).toEqual([
    "/100",
  ]);
});
