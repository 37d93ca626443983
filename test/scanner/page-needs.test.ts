import { createHash } from "node:crypto";
import { expect, test } from "vitest";

import { createScanner } from "../../src/scanner/scanner.js";
import { scanIndex } from "../support/scan-index.js";
import { locateIn, lookupIn, writeSite } from "../support/site.js";

type Files = Readonly<Record<string, string>>;

const targets = async (files: Files, csp?: readonly string[]): Promise<string[]> =>
  (await scanIndex(files, csp)).entries.map(({ target }) => target);

const face = (family: string, file: string, more = ""): string =>
  `@font-face { font-family: ${family}; src: url(${file}); ${more} }`;

test("text that the page ends with takes a font, too", async () => {
  expect(
    await targets({ "index.html": `<style>${face("f", "f.woff2")} p { font-family: f }</style><p>x`, "f.woff2": "" }),
  ).toEqual(["/f.woff2"]);
});

test("a page has the fonts of its own style, also when another with the same base and style came first", async () => {
  const style = `<base href="/"><style>@font-face { font-family: f; src: url(f.woff2) } p { font-family: f }</style><p>x`;
  const root = await writeSite({ "a.html": style, "b.html": style, "f.woff2": "" });
  const locate = locateIn(root);
  const scanner = createScanner({ lookup: lookupIn(root) });
  for (const page of ["/a.html", "/b.html"]) {
    const file = await locate(page);
    if (file === undefined) throw new Error(page);
    expect((await scanner.page(page, file)).entries).toMatchObject([{ target: "/f.woff2", as: "font" }]);
  }
});

test.each([
  ["a.html", "b.html"],
  ["b.html", "a.html"],
])("announces an image by the media of the page's own link: %s before %s", async (...pages) => {
  const body = `<link rel=stylesheet href=s.css media="MEDIA"><p>`;
  const root = await writeSite({
    "a.html": body.replace("MEDIA", ""),
    "b.html": body.replace("MEDIA", "(min-width: 9px)"),
    "s.css": "p { background: url(i.png) }",
    "i.png": "",
  });
  const locate = locateIn(root);
  const scanner = createScanner({ lookup: lookupIn(root) });
  for (const page of pages) {
    const file = await locate(`/${page}`);
    if (file === undefined) throw new Error(page);
    const image = (await scanner.page(`/${page}`, file)).entries.find(({ target }) => target === "/i.png");
    expect(image?.rel, page).toBe(page === "a.html" ? "preload" : undefined);
  }
});

test("follows imports of stylesheets through circles and a hundred levels", async () => {
  const files: Record<string, string> = { "index.html": `<link rel=stylesheet href=0.css>` };
  for (let level = 0; level < 100; level += 1) files[`${level}.css`] = `@import "${(level + 1) % 100}.css";`;
  expect((await targets(files)).length).toBe(100);
});

test.each([
  ["nothing but an element for its scripts", `<div id="app"></div>`, true],
  ["text", `<div id="app">Loading</div>`, false],
  ["text without scripts alone", `<noscript>Turn on scripts</noscript>`, true],
  ["an image", `<img src="a.png">`, false],
])("says whether a page with %s shows nothing before its scripts run", async (_, body, isMadeByScript) => {
  const html = `<title>page</title><script type="module" src="app.js"></script>${body}`;
  const files = { "index.html": html, "app.js": "", "a.png": "" };
  expect((await scanIndex(files)).isMadeByScript).toBe(isMadeByScript);
  expect((await scanIndex({ "index.html": body })).isMadeByScript).toBe(false);
});

test("lists the font of what scripts put into an empty page, and does not announce it", async () => {
  const style = `${face("F", "f.woff2")} ${face("G", "g.woff2")} body { font: 16px F } h1 { font-family: G }`;
  const html = `<style>${style}</style><script type="module" src="app.js"></script>`;
  const files = { "app.js": "", "f.woff2": "", "g.woff2": "" };
  const fonts = async (page: string) =>
    (await scanIndex({ ...files, "index.html": page })).entries.flatMap(({ as, target, rel }) =>
      as === "font" ? [[target, rel]] : [],
    );
  expect(await fonts(`${html}<div id="app"></div>`)).toEqual([["/f.woff2", undefined]]);
  expect(await fonts(`${html}<img src="a.png">`)).toEqual([]);
  const preload = '<link rel="preload" as="font" href="f.woff2" crossorigin>';
  expect(await fonts(`${preload}${html}<div id="app"></div>`)).toEqual([["/f.woff2", "preload"]]);
});

test("lists no font for letters where a text has none", async () => {
  const style = `${face("F", "latin.woff2", "unicode-range: U+0-FF")} ${face("F", "kanji.woff2", "unicode-range: U+3000-9FFF")} h1 { font-family: F }`;
  const files = { "latin.woff2": "", "kanji.woff2": "" };
  const fonts = async (text: string) =>
    (
      await targets({ ...files, "index.html": `<meta charset=utf-8><style>${style}</style><h1>${text}</h1>` })
    ).toSorted();
  expect(await fonts("日本語の見出し")).toEqual(["/kanji.woff2"]);
  expect(await fonts("\n  日本語\n")).toEqual(["/kanji.woff2"]);
  for (const text of ["日本語 見出し", "日本語<br>見出し 2", "見出し<b>a</b>", "見出し&#97;"])
    expect([text, await fonts(text)]).toEqual([text, ["/kanji.woff2", "/latin.woff2"]]);
});

test("announces no image by style that stands below a large image of the HTML", async () => {
  const style = "<style>.a { background: url(b.png) }</style>";
  const rel = async (body: string, bytes: number) => {
    const files = { "index.html": style + body, "b.png": "", "i.png": "x".repeat(bytes) };
    return (await scanIndex(files)).entries.find(({ target }) => target === "/b.png")?.rel;
  };
  const [image, element] = ["<img src=i.png>", "<div class=a></div>"];
  expect(await rel(image + element, 30_000)).toBeUndefined();
  expect(await rel(element + image, 30_000)).toBe("preload");
  expect(await rel(image + element, 3000)).toBe("preload");
  expect(await rel(`<img loading=lazy src=i.png>${element}`, 30_000)).toBe("preload");
});

test("names that every object has are no more than others", async () => {
  const style = `p:constructor { color: red } @media (constructor) { p { background: url(a.png) } }
    @media (min-width: 1constructor) { p { background: url(b.png) } } @font-face { font-family: F; src: url(f.constructor) }
    p { font-family: F; cursor: url(c.png), auto }`;
  const html = `<style>${style}</style><link rel=preload as=constructor href=d><p>x`;
  const { entries } = await scanIndex({
    "index.html": html,
    "a.png": "",
    "b.png": "",
    "c.png": "",
    "f.constructor": "",
  });
  expect(entries.map(({ target, type }) => [target, type])).toEqual([
    ["/f.constructor", undefined],
    ["/c.png", undefined],
  ]);
});

test.each([
  ["<p>no slot</p>", "<div class=a>x</div>", []],
  ["<slot></slot>", "<div class=a>x</div>", ["/a.png"]],
  ["<slot name=t></slot>", "<div class=a>x</div>", []],
  ["<slot name=t></slot>", "<div slot=t class=a>x</div>", ["/a.png"]],
  ["<p>no slot</p>", "</my-b><my-b><div class=a>x</div>", ["/a.png"]],
])("a host with %s shows of its content what that has a slot for: %s", async (shadow, content, expected) => {
  const style = `<style>.a { background: url(a.png) } ${face("F", "f.woff2")} my-b { font-family: F }</style>`;
  const html = `${style}<my-b><template shadowrootmode=open>${shadow}</template>${content}</my-b>`;
  const { entries } = await scanIndex({ "index.html": html, "a.png": "", "f.woff2": "" });
  expect(entries.flatMap(({ as, target, rel }) => (as === "image" && rel !== undefined ? target : []))).toEqual(
    expected,
  );
});

test("gives a font the link that a browser takes", async () => {
  const html = `<style>${face("F", "f.woff2")} p { font-family: F }</style><p>text</p>`;
  expect((await scanIndex({ "index.html": html, "f.woff2": "1234" })).entries).toEqual([
    { target: "/f.woff2", rel: "preload", as: "font", type: "font/woff2", crossorigin: "anonymous", bytes: 4 },
  ]);
});

test.each([
  ["a family that text uses", `p { font-family: F }`, `<p>x</p>`, ["/f"]],
  ["no family without text", `p { font-family: F }`, `<p> </p>`, []],
  ["no family of a rule that matches nothing", `.gone { font-family: F }`, `<p>x</p>`, []],
  ["no family that is hidden", `p { font-family: F; display: none }`, `<p>x</p>`, []],
  ["a family that is inherited", `body { font-family: F }`, `<p>x</p>`, ["/f"]],
  ["a family by a custom property", `:root { --f: F } p { font-family: var(--f) }`, `<p>x</p>`, ["/f"]],
  ["a family by the shorthand", `p { font: 12px F }`, `<p>x</p>`, ["/f"]],
  ["a family of generated text", `p::before { font-family: F; content: "x" }`, `<p></p>`, ["/f"]],
  ["no family of a pseudo-element without content", `p::before { font-family: F }`, `<p></p>`, []],
  ["no family behind :hover", `p:hover { font-family: F }`, `<p>x</p>`, []],
  ["no family of content that is skipped", `p { font-family: F; content-visibility: hidden }`, `<p>x</p>`, []],
  ["no family behind a progress bar", `i { font-family: F }`, `<progress><i>x</i></progress>`, []],
  ["a family of an empty text area", `textarea { font-family: F }`, `<textarea></textarea>`, ["/f"]],
  ["no family for print", `@media print { p { font-family: F } }`, `<p>x</p>`, []],
  ["the bold face for bold text", `body { font-family: F }`, `<b>x</b>`, ["/bold"]],
  ["both faces for both kinds of text", `body { font-family: F }`, `x<b>y</b>`, ["/f", "/bold"]],
  ["the italic face for emphasis", `body { font-family: F }`, `<em>x</em>`, ["/italic"]],
  ["the part that has the characters", `body { font-family: P }`, `<p>&#x436;</p>`, ["/latin", "/cyrillic"]],
  ["only the part that has the characters", `body { font-family: P }`, `<p>abc</p>`, ["/latin"]],
])("loads %s", async (_, css, html, expected) => {
  const fonts = [
    face("F", "f"),
    face("F", "bold", "font-weight: 700"),
    face("F", "italic", "font-style: italic"),
    face("P", "latin", "unicode-range: U+0-FF"),
    face("P", "cyrillic", "unicode-range: U+400-4FF"),
  ].join("");
  const files = { "index.html": `<style>${fonts}${css}</style>${html}` };
  const there = { f: "", bold: "", italic: "", latin: "", cyrillic: "" };
  expect(await targets({ ...files, ...there })).toEqual(expected);
});

test.each([
  ["a background that is used", `p { background: url(a) }`, `<p>`, ["/a"]],
  ["none that another rule takes away", `p { background: url(a) } p.x { background: none }`, `<p class=x>`, []],
  ["none of an earlier declaration", `p { background: url(a); background: url(b) }`, `<p>`, ["/b"]],
  ["an important one against a later one", `p { background: url(a) !important } p { background: none }`, `<p>`, ["/a"]],
  ["the unlayered one", `p { background: url(a) } @layer x { p.y { background: url(b) } }`, `<p class=y>`, ["/a"]],
  ["a nested one", `div { & > p { background: url(a) } }`, `<div><p></div>`, ["/a"]],
  [
    "one with an escaped quotation mark",
    String.raw`p { background: url(b); background: url(\'a/../a)/* ' */ }`,
    `<p>`,
    ["/a"],
  ],
  ["none with a quotation mark", `p { background: url(a) } p.x { background: url(it's) }`, `<p class=x>`, ["/a"]],
  [
    "none that is nested elsewhere",
    `div { & > p { background: url(a) } }`,
    `<div><i><b><span></span></b></i></div><p>`,
    [],
  ],
  ["one by a descendant selector", `div .x p { background: url(a) }`, `<div><i class=x><p></i></div>`, ["/a"]],
  ["none without the ancestor", `nav p { background: url(a) }`, `<nav></nav><p>`, []],
  ["one by attribute", `[data-x="1"] { background: url(a) }`, `<p data-x=1>`, ["/a"]],
  ["none by another value", `[data-x="1"] { background: url(a) }`, `<p data-x=2>`, []],
  ["one by id", `#x { background: url(a) }`, `<p id=x>`, ["/a"]],
  ["one of the first of two ids", `#x { background: url(a) } #y { background: url(b) }`, `<p id=x id=y>`, ["/a"]],
  ["one of the first of two styles", ``, `<p style="background: url(a)" style="background: url(b)">`, ["/a"]],
  ["one of the first of two values", `[data-x="1"] { background: url(a) }`, `<p data-x=2 data-x=1>`, []],
  ["one of an inline style", ``, `<p style="background: url(a)">`, ["/a"]],
  ["none in what is hidden", `div { display: none } p { background: url(a) }`, `<div><p></div>`, []],
  [
    "one of each sibling that may be meant",
    `li { background: url(a) } li:first-child { background: url(b) }`,
    `<li>`,
    ["/b", "/a"],
  ],
  ["one of an animation that runs", `@keyframes k { to { background: url(a) } } p { animation: k 1s }`, `<p>`, ["/a"]],
  ["none of an animation that does not", `@keyframes k { to { background: url(a) } }`, `<p>`, []],
  [
    "each that a custom property may be",
    `li { --i: url(a) } li:first-child { --i: url(b) } li { background: var(--i) }`,
    `<li>`,
    ["/b", "/a"],
  ],
  [
    "one of a custom property that may be inherited",
    `ul { --i: url(a) } li:first-child { --i: url(b) } li { background: var(--i) }`,
    `<ul><li></ul>`,
    ["/b", "/a"],
  ],
  ["one by a custom property", `p { --i: url(a); background: var(--i) }`, `<p>`, ["/a"]],
  ["one of a media query that holds", `@media (min-width: 800px) { p { background: url(a) } }`, `<p>`, ["/a"]],
  [
    "one of a property that is inherited as it was",
    `:root { --a: url(a); --b: var(--a) } p { --a: url(b); background: var(--b) }`,
    `<p>`,
    ["/a"],
  ],
  ["a fallback where a custom property is initial", `p { --i: initial; background: var(--i, url(a)) }`, `<p>`, ["/a"]],
  ["one behind content that is none", `p::before { content: none; background: url(a) }`, `<p>`, ["/a"]],
  ["none of a pseudo-element without content", `p::before { background: url(a) }`, `<p>`, []],
  ["the one before a size without slash", `p { background: url(a); background: url(b) cover }`, `<p>`, ["/a"]],
  [
    "one whose name is like a function",
    `p { background: url(a); background: url("b?image(1)") }`,
    `<p>`,
    ["/b?image(1)"],
  ],
  ["one whose name begins like a vendor's", `p { background: url(a); background: url(b?-moz-) }`, `<p>`, ["/b?-moz-"]],
  ["the one behind a string like a URL", `p { font: 1em "url(a b"; background: url(a) }`, `<p>`, ["/a"]],
  [
    "the one before another browser's function",
    `p { background: url(a); background: -moz-element(#b) }`,
    `<p>`,
    ["/a"],
  ],
  ["one with a size", `p { background: url(a) 50% 0 / cover no-repeat, linear-gradient(red, blue) }`, `<p>`, ["/a"]],
  ["none of two in one layer", `p { background: url(a) url(b) }`, `<p>`, []],
  ["none beside words", `p { background-image: url(a) no-repeat }`, `<p>`, []],
  ["the one before a function that no browser has", `p { background: url(a); background: element(#x) }`, `<p>`, ["/a"]],
  [
    "one of a control's part",
    `::-webkit-calendar-picker-indicator { background: url(a) }`,
    `<input type=date>`,
    ["/a"],
  ],
  ["none of a part that the control lacks", `input::-webkit-slider-thumb { background: url(a) }`, `<input>`, []],
  ["one in what a search brings up", `p { background: url(a) }`, `<div hidden=until-found><p></div>`, []],
  [
    "what skips its content, and none in that",
    `div { content-visibility: hidden; background: url(a) } p, div::before { content: ""; background: url(b) }`,
    `<div><p></div>`,
    ["/a"],
  ],
  [
    "one in what skips its content off-screen",
    `.x { content-visibility: auto } p { background: url(a) }`,
    `<i class=x><p></i>`,
    ["/a"],
  ],
  ["none in what a video shows instead", `p { background: url(a) }`, `<video><p></p></video>`, []],
  ["a reflection's mask", `p { -webkit-box-reflect: below 0 url(a) }`, `<p>`, ["/a"]],
  ["a fill", `path { fill: url(a#x); stroke: url(#y) }`, `<svg><path></svg>`, ["/a"]],
  ["none of a container that is too wide", `@container x not (min-width: 1px) { p { background: url(a) } }`, `<p>`, []],
  [
    "one of a body that a stray character has begun",
    `.x { background: url(a) } .x p { cursor: url(b), auto }`,
    `</head>\ufeff<body class=x><p>`,
    ["/a", "/b"],
  ],
  ["none by a row within a table, as its body lies between", `table > tr { background: url(a) }`, `<table><tr>`, []],
  ["one by the body of a table, whose tag is left out", `tbody > tr { background: url(a) }`, `<table><tr>`, ["/a"]],
  ["one by the row of a cell", `tbody > tr > td { background: url(a) }`, `<table><td>x</table>`, ["/a"]],
  [
    "one by the body of a table behind its columns",
    `colgroup > col { background: url(a) } table > tbody > tr { background: url(b) }`,
    `<table><col><tr>`,
    ["/a", "/b"],
  ],
  ["none of a rule behind a stray semicolon", `i { color: red }; p { background: url(a) }`, `<p>`, []],
  ["the one after that", `i {}; p { background: url(a) } p { background: url(b) }`, `<p>`, ["/b"]],
  ["one behind a semicolon in a rule", `div { ; p { background: url(a) }; }`, `<div><p></div>`, ["/a"]],
  ["none of a condition that is not known", `p { background: if(style(--x: 1): url(a); else: url(b)) }`, `<p>`, []],
  [
    "none by a shadow tree's style for what is outside, and none by the page's within",
    `i { background: url(a) }`,
    `<div><template shadowrootmode=open><style>p { background: url(b) }</style><i>x</i></template></div><p>`,
    [],
  ],
  ["none that follows a layer", `@import "a"; @layer x; @import "b";`, ``, ["/a"]],
  ["what a layer precedes", `@layer x; @import "a"; @import "b";`, ``, ["/a", "/b"]],
  ["none of one that does not", `@media (max-width: 800px) { p { background: url(a) } }`, `<p>`, []],
])("loads %s", async (_, css, html, expected) => {
  expect(await targets({ "index.html": `<style>${css}</style>${html}`, a: "", b: "" })).toEqual(expected);
});

test("resolves what a stylesheet names against the stylesheet", async () => {
  const html = `<link rel=stylesheet href=css/a.css><p>x</p>`;
  const files = { "index.html": html, "css/a.css": `p { background: url(i.png) }`, "css/i.png": "", "i.png": "" };
  expect(await targets(files)).toEqual(["/css/a.css", "/css/i.png"]);
});

test("asks for masks as a browser does, and announces no filter", async () => {
  const css = `p { mask-image: url(m.svg#a); filter: url(f.svg#b) }`;
  const { entries } = await scanIndex({ "index.html": `<style>${css}</style><p>x</p>`, "m.svg": "", "f.svg": "" });
  expect(entries).toEqual([
    { target: "/m.svg", rel: "preload", as: "image", crossorigin: "anonymous", bytes: 0 },
    { target: "/f.svg", as: "image", bytes: 0 },
  ]);
});

test("lists stylesheets that do not apply at first last, with the condition that keeps them from being pushed", async () => {
  const html = `<link rel=stylesheet media=print href=p.css><img src=i.png><link rel=stylesheet href=a.css>`;
  const { entries } = await scanIndex({
    "index.html": html,
    "p.css": `@import "q.css"`,
    "q.css": "",
    "a.css": "",
    "i.png": "",
  });
  expect(entries.map(({ target }) => target)).toEqual(["/a.css", "/i.png", "/p.css", "/q.css"]);
  expect(entries.find(({ target }) => target === "/p.css")?.media).toBe("print");
});

test("follows a module graph, and takes nothing of a script with a bare specifier", async () => {
  const html = `<script type=importmap>{"imports":{"x":"/x.js"}}</script><script type=module src=a.js></script>`;
  const files = {
    "index.html": html,
    "a.js": `import "./b.js"; import "./c.js"; import "x"`,
    "b.js": `import "./deep.js"; import "./a.js"`,
    "c.js": `import "./never.js"; import "bare"`,
    "deep.js": "",
    "never.js": "",
    "x.js": "",
  };
  const { entries, ignored } = await scanIndex(files);
  expect(entries.map(({ target }) => target)).toEqual(["/a.js", "/b.js", "/c.js", "/x.js", "/deep.js"]);
  expect(entries.every(({ rel, crossorigin }) => rel === "preload" && crossorigin === "anonymous")).toBe(true);
  expect(ignored).toEqual([{ target: "/bare", reason: "bare specifier outside the import map" }]);
});

test("stops a module graph where a file is missing, after the siblings", async () => {
  const files = {
    "index.html": `<script type=module src=a.js></script>`,
    "a.js": `import "./gone.js"; import "./b.js"`,
    "b.js": `import "./c.js"`,
    "c.js": "",
  };
  expect(await targets(files)).toEqual(["/a.js", "/b.js"]);
});

test.each([
  ["style-src 'self'; script-src 'self'", []],
  ["default-src 'self'", []],
  ["default-src 'self'; style-src 'unsafe-inline'", ["/a"]],
  ["default-src 'self'; script-src 'nonce-x'", ["/b"]],
])("takes nothing from styles and scripts in the page that the policy %s forbids", async (policy, expected) => {
  const body = `<style>p { background: url(a) }</style><p>x</p><script type=module>import "./b"</script>`;
  const files = { a: "", b: "" };
  expect(await targets({ ...files, "index.html": body }, [policy])).toEqual(expected);
  const meta = `<meta http-equiv=Content-Security-Policy content="${policy}">`;
  expect(await targets({ ...files, "index.html": meta + body })).toEqual(expected);
  expect(await targets({ ...files, "index.html": `<body>${meta}${body}` })).toEqual(["/b", "/a"]);
});

test("resolves a style before the base element against the page", async () => {
  const style = (name: string): string => `<style>p { border-image: url(${name}) 1; background: url(${name}) }</style>`;
  const html = `<p>x</p>${style("a")}<base href=/x/>${style("a")}`;
  const { entries } = await scanIndex({ "index.html": html, a: "", "x/a": "" });
  expect(entries.map(({ target }) => target)).toEqual(["/x/a"]);
  expect(await targets({ "index.html": `<p>x</p>${style("a")}<base href=/x/>`, a: "", "x/a": "" })).toEqual(["/a"]);
});

test.each([
  [
    "the set named first",
    `<style title=A>p { background: url(a) }</style><style title=B>p { background: url(b) }</style>`,
    ["/a"],
  ],
  ["no alternate without a title", `<link rel="alternate stylesheet" href=s>`, ["/s"]],
])("applies %s", async (_, head, expected) => {
  const files = { "index.html": `${head}<p>x</p>`, s: "p { background: url(a) }", a: "", b: "" };
  expect(await targets(files)).toEqual(expected);
});

test("asks for all of a level of a module graph of which one script imports what is missing", async () => {
  const html = `<script type=module src=a.js></script>`;
  const files = {
    "a.js": `import "./b.js"; import "./c.js"`,
    "b.js": `import "./missing.js"`,
    "c.js": `import "./d.js"`,
    "d.js": `import "./e.js"`,
    "e.js": "",
  };
  expect(await targets({ "index.html": html, ...files })).toEqual(["/a.js", "/b.js", "/c.js", "/d.js"]);
});

test.each([
  ["img-src 'none'", ["/s.css"]],
  ["default-src 'self'; img-src 'self'", ["/s.css", "/i.png"]],
  ["default-src 'none'; style-src 'nonce-x'", ["/s.css"]],
  ["style-src https://other.example", ["/i.png"]],
  ["img-src *; style-src 'strict-dynamic'", ["/s.css", "/i.png"]],
])("leaves out what the policy %s forbids", async (policy, expected) => {
  const body = `<link rel=stylesheet href=s.css><img src=i.png>`;
  const files = { "s.css": "", "i.png": "" };
  expect(await targets({ ...files, "index.html": body }, [policy])).toEqual(expected);
  const meta = `<meta http-equiv=Content-Security-Policy content="${policy}">`;
  expect(await targets({ ...files, "index.html": meta + body })).toEqual(expected);
});

test.each([
  ["a family that nothing uses", face("F", "f.woff2"), "/f.woff2", "unused font: f"],
  ["a format of old", `@font-face { font-family: F; src: url(f.eot) format("embedded-opentype") }`, "/f.eot", /format/],
  [
    "a source behind the one that is taken",
    `@font-face { font-family: F; src: url(there), url(f.ttf) } p { font-family: F }`,
    "/f.ttf",
    "another source of this font comes first",
  ],
  ["an image of a rule that matches nothing", `.gone { background: url(i) }`, "/i", "no element matches the rule"],
  ["an image of a weaker rule", `body p { background: none } p { background: url(i) }`, "/i", /another rule/],
  ["an image of what is hidden", `p { display: none; background: url(i) }`, "/i", /hidden/],
  ["an image for hovering", `p:hover { background: url(i) }`, "/i", /:hover/],
  ["an image for another window", `@media (max-width: 9px) { p { background: url(i) } }`, "/i", /^media/],
  ["an image for another browser", `@supports (-moz-x: 1) { p { background: url(i) } }`, "/i", /^supports/],
  ["an import for another browser", `@import "i" supports(-moz-x: 1);`, "/i", /^supports/],
])("explains %s", async (_, css, target, reason) => {
  const root = await writeSite({ "index.html": `<style>${css}</style><p>text</p>`, there: "" });
  const file = await locateIn(root)("/");
  if (file === undefined) throw new Error("the page was written");
  const scanner = createScanner({ lookup: lookupIn(root) });
  const { ignored } = await scanner.page("/", file, { explain: true });
  expect(ignored).toEqual([{ target, reason: typeof reason === "string" ? reason : expect.stringMatching(reason) }]);
  expect((await scanner.page("/", file)).ignored).toEqual([]);
});

test("explains nothing that the page loads all the same", async () => {
  const css = `p { background: url(i) } @media print { p { background: url(i) } } .gone { background: url(i) }`;
  const root = await writeSite({ "index.html": `<style>${css}</style><p>text</p>`, i: "" });
  const file = await locateIn(root)("/");
  if (file === undefined) throw new Error("the page was written");
  expect((await createScanner({ lookup: lookupIn(root) }).page("/", file, { explain: true })).ignored).toEqual([]);
});

test("leaves an alternate stylesheet without a link, as none says what it is", async () => {
  const html = `<link rel=stylesheet title=a href=a.css><link rel="alternate stylesheet" title=b href=b.css>`;
  const { entries } = await scanIndex({ "index.html": html, "a.css": "", "b.css": "" });
  expect(entries[1]).toEqual({ target: "/b.css", as: "style", media: "not all", named: true, bytes: 0 });
});

test.each([
  [{ width: 1280, height: 720, density: 1, colorScheme: "light" }, ["/wide.png", "/1x.png", "/w.css"]],
  [{ width: 390, height: 844, density: 3, colorScheme: "light" }, ["/narrow.png", "/2x.png", "/w.css"]],
] as const)("chooses by the viewport %j", async (viewport, expected) => {
  const files = {
    "index.html": `<link rel=stylesheet href=w.css media="(min-width: 800px)"><p>
      <picture><source media="(max-width: 600px)" srcset=narrow.png><img src=wide.png></picture>
      <style>p { background: image-set("1x.png" 1x, "2x.png" 2x) }</style>`,
    "w.css": "",
    "wide.png": "",
    "narrow.png": "",
    "1x.png": "",
    "2x.png": "",
  };
  const root = await writeSite(files);
  const file = await locateIn(root)("/");
  if (file === undefined) throw new Error("the page was written");
  const { entries } = await createScanner({ lookup: lookupIn(root), viewport }).page("/", file);
  expect(new Set(entries.map(({ target }) => target))).toEqual(new Set(expected));
});

test("links the modules of a script with credentials with their own, so that they are fetched once", async () => {
  const integrity = `sha256-${createHash("sha256").update(`import "./b.js"`).digest("base64")}`;
  const html = `<script type=module crossorigin=use-credentials integrity="${integrity}" src=a.js></script>`;
  const { entries } = await scanIndex({ "index.html": html, "a.js": `import "./b.js"`, "b.js": "" });
  const link = { rel: "modulepreload", as: "script", crossorigin: "use-credentials" };
  expect(entries).toEqual([
    { target: "/a.js", ...link, integrity, named: true, bytes: 15 },
    { target: "/b.js", ...link, bytes: 0 },
  ]);
});

test.each([
  ["of its own is not announced", "windows-1252", undefined],
  ["that the page has, too, is", "UTF8", "preload"],
  ["that nobody knows is", "klingon", "preload"],
])("a script with an encoding %s", async (_, charset, rel) => {
  const html = `<meta charset=utf-8><script charset=${charset} src=a.js></script>`;
  expect((await scanIndex({ "index.html": html, "a.js": "" })).entries.map((entry) => entry.rel)).toEqual([rel]);
});

test.each([
  [
    "that one takes away by a resolution",
    `p { background: url(a) } @media (min-resolution: 2dppx) { p { background: url(b) } }`,
  ],
  ["that one takes away by its width", `p { background: url(a) } @media (max-width: 768px) { p { background: none } }`],
  [
    "that one takes away by its colours",
    `p { background: url(a) } @media (prefers-color-scheme: dark) { p { background: red } }`,
  ],
  ["that one takes away in a nested block", `p { background: url(a); @media (max-width: 768px) { background: none } }`],
  [
    "that one takes away in a layer",
    `@layer x { p { background: url(a) } @media (max-width: 1px) { p { background: none } } }`,
  ],
  [
    "that another container takes away",
    `p { background: url(a) } @container (max-width: 1px) { p { background: none } }`,
  ],
  ["that only one of some width has", `@media (min-width: 768px) { p { background: url(a) } }`],
  ["of what one hides", `p { background: url(a) } @media (max-width: 768px) { p { display: none } }`],
  ["within what one hides", `p { background: url(a) } @media (max-width: 768px) { body { display: none } }`],
  [
    "of what only one of some width shows",
    `p { background: url(a); display: none } @media (min-width: 9px) { p { display: block } }`,
  ],
  [
    "of what one hides where another shows it",
    `p { background: url(a) } @media (max-width: 9px) { p { display: none } } @media (max-width: 5px) { p { display: block } }`,
  ],
  ["of what is shown before scripts run", `p { background: url(a); display: none } html:not(.js) p { display: block }`],
  [
    "of what a narrow one hides with its content",
    `p::after { background: url(a); content: ""; @media (max-width: 9px) { display: none } }`,
  ],
  [
    "of content for one of some width",
    `p::after { background: url(a) } @media (min-width: 9px) { p::after { content: "" } }`,
  ],
  [
    "of a custom property of some windows",
    `@media (min-width: 9px) { :root { --i: url(a) } } p { background: var(--i) }`,
  ],
  [
    "of a custom property that another window has otherwise",
    `:root { --i: url(a) } @media (max-width: 9px) { :root { --i: none } } p { background: var(--i) }`,
  ],
  [
    "of a custom property that is made of such a one",
    `:root { --i: url(a); --j: var(--i) } @media (max-width: 9px) { :root { --i: none } } p { background: var(--j) }`,
  ],
  [
    "of a custom property that another window has in an element of its own",
    `:root { --i: url(a) } @media (max-width: 9px) { p { --i: none } } p { background: var(--i) }`,
  ],
  ["of a custom property before scripts run", `html:not(.js) { --i: url(a) } p { background: var(--i) }`],
  [
    "of a custom property of a container",
    `@container (min-width: 9px) { p { --i: url(a) } } p { background: var(--i) }`,
  ],
])("lists an image and announces it not in every window: %s", async (_, css) => {
  const files = { "index.html": `<style>${css}</style><p>`, a: "" };
  expect((await scanIndex(files)).entries).toEqual([{ target: "/a", as: "image", bytes: 0 }]);
});

test.each([
  [`<link rel=stylesheet href=s.css media="(max-width: 768px)">`],
  [`<style>@import "s.css" (max-width: 768px);</style>`],
  [`<style media="(max-width: 768px)">p { background: none }</style>`],
])("announces no image to all that the stylesheet of another window takes away: %s", async (head) => {
  const html = `<style>p { background: url(a) }</style>${head}<p>`;
  const { entries } = await scanIndex({ "index.html": html, "s.css": "p { background: none }", a: "" });
  expect(entries.filter(({ as }) => as === "image")).toEqual([{ target: "/a", as: "image", bytes: 0 }]);
});

test("announces no image to all of a style element that is for some windows", async () => {
  const html = `<style media="(min-width: 768px)">p { background: url(a) }</style><p>`;
  expect((await scanIndex({ "index.html": html, a: "" })).entries).toEqual([{ target: "/a", as: "image", bytes: 0 }]);
});

test.each([
  ["print takes away", `@media print { p { background: none } }`],
  ["a query takes away that no browser knows", `@media (-ms-high-contrast: none) { p { background: none } }`],
  ["another window shows in another way", `p { display: flex } @media (max-width: 9px) { p { display: block } }`],
  ["this window shows in another way", `p { display: flex } @media (min-width: 9px) { p { display: block } }`],
  ["another window shows again", `@media (max-width: 9px) { p { display: none } body p { display: block } }`],
  ["this window shows again", `@media (min-width: 9px) { p { display: none } body p { display: block } }`],
  [
    "another window has in another place",
    `p { background: url(a) 0 } @media (max-width: 9px) { p { background: url("a") 9px } }`,
  ],
  ["another window has with another", `@media (max-width: 9px) { p { background: url(b), url(a) } }`],
  [
    "another window has with another colour",
    `:root { --c: #fff } @media (max-width: 9px) { :root { --c: #000 } } p { background: var(--c) url(a) }`,
  ],
  ["has a colour that is not known", `p { --c: #fff } p:has(i) { --c: #000 } p { background: var(--c) url(a) }`],
  ["the first may not have", `p:first-child { background: none }`],
  ["may have another place", `p { background: url(a) 0 } p:has(i) { background: url(a) 9px }`],
  ["another window has, too", `@media (max-width: 9px) { p { background: url(a) } }`],
  ["a weaker rule of another window does not take away", `@media (max-width: 9px) { * { background: none } }`],
  ["another window takes away from something else", `@media (max-width: 9px) { b { background: none } }`],
  ["another element has that is shown in all", `b { display: none; @media (min-width: 9px) { display: block } }`],
])("announces an image that %s", async (_, css) => {
  const html = `<style>p, b { background: url(a) } ${css}</style><b></b><p>`;
  expect((await scanIndex({ "index.html": html, a: "" })).entries).toMatchObject([{ target: "/a", rel: "preload" }]);
});

test.each([
  ["another window has another font", `@media (max-width: 9px) { p { font-family: serif } }`, undefined],
  ["another window has a weight of its own face", `@media (max-width: 9px) { p { font-weight: bold } }`, undefined],
  ["another window has a weight of the same face", `@media (max-width: 9px) { p { font-weight: 300 } }`, "preload"],
  ["another window has a slant of no face", `@media (max-width: 9px) { p { font-style: italic } }`, "preload"],
  ["another window has another weight to inherit", `@media (max-width: 9px) { body { font-weight: bold } }`, undefined],
  [
    "another window has a shorthand with another size",
    `p { font: 18px/1.6 F } @media (max-width: 9px) { p { font: 16px/1.5 "f" } }`,
    "preload",
  ],
  [
    "another window has a shorthand with another font",
    `p { font: 18px/1.6 F } @media (max-width: 9px) { p { font: 18px/1.6 serif } }`,
    undefined,
  ],
  [
    "another window has another size by a custom property",
    `:root { --s: 18px } @media (max-width: 9px) { :root { --s: 16px } } p { font: var(--s)/1.6 F }`,
    "preload",
  ],
  [
    "another window has another shorthand by a custom property",
    `:root { --s: 18px F } @media (max-width: 9px) { :root { --s: bold 18px F } } p { font: var(--s) }`,
    undefined,
  ],
  ["another window hides the text", `@media (max-width: 9px) { p { display: none } }`, undefined],
  [
    "another window has another custom property",
    `:root { --f: F } @media (max-width: 9px) { :root { --f: serif } } p { font-family: var(--f) }`,
    undefined,
  ],
  [
    "some windows have the custom property",
    `:root { --f: serif } @media (min-width: 9px) { :root { --f: F } } p { font: 1em var(--f) }`,
    undefined,
  ],
  [
    "another window has another custom property that counts for nothing",
    `@media (max-width: 9px) { p { --f: G } }`,
    "preload",
  ],
  ["another window has the same", `@media (max-width: 9px) { p { font-family: F; color: red } }`, "preload"],
  ["print has another font", `@media print { p { font-family: serif } }`, "preload"],
])("announces a font by whether %s", async (_, css, rel) => {
  const html = `<style>${face("F", "f.woff2")} ${face("F", "b.woff2", "font-weight: bold")} p { font-family: F } ${css}</style><p>text`;
  const { entries } = await scanIndex({ "index.html": html, "f.woff2": "", "b.woff2": "" });
  expect(entries.map((entry) => entry.rel)).toEqual([rel]);
});

test("announces no font to all that some windows have", async () => {
  const html = `<style>@media (min-width: 9px) { ${face("F", "f.woff2")} } p { font-family: F }</style><p>text`;
  expect((await scanIndex({ "index.html": html, "f.woff2": "" })).entries.map((entry) => entry.rel)).toEqual([
    undefined,
  ]);
});

const BACKGROUND = `p { background: url(a); font-family: F }`;
const NO_BACKGROUND = `p.x { background: none; font-family: serif }`;

test.each([
  ["a block for other windows", "", `${BACKGROUND} @media (max-width: 9px) { @layer x { ${NO_BACKGROUND} } }`],
  [
    "a block for other windows within its layer",
    "",
    `@layer x { ${BACKGROUND} } @media (max-width: 9px) { @layer x.y { ${NO_BACKGROUND} } }`,
  ],
  ["a stylesheet for other windows", `<link rel=stylesheet media="(max-width: 9px)" href=s.css>`, BACKGROUND],
])("announces what a layer does not take away that is only in %s", async (_, head, css) => {
  const html = `${head}<style>${face("F", "f")} ${css}</style><p class=x>text`;
  const files = { "index.html": html, "s.css": `@layer base { ${NO_BACKGROUND} }`, a: "", f: "" };
  const { entries } = await scanIndex(files);
  expect(entries.filter(({ as }) => as !== "style").map(({ rel }) => rel)).toEqual(["preload", "preload"]);
});

test("announces neither of the images that a custom property may be", async () => {
  const css = `li { --i: url(a) } li:first-child { --i: url(b) } li { background: var(--i) }`;
  const { entries } = await scanIndex({ "index.html": `<style>${css}</style><li>`, a: "", b: "" });
  expect(entries.map(({ rel }) => rel)).toEqual([undefined, undefined]);
});

test.each([
  [
    "a statement before them names",
    `@layer base, theme; @import "t.css" layer(theme); @import "b.css" layer(base);`,
    "/t",
  ],
  ["the imports name alone", `@import "t.css" layer(theme); @import "b.css" layer(base);`, "/b"],
  [
    "a stylesheet names that is imported into a layer",
    `@import "s.css" layer(x); @import "b.css" layer(x.base);`,
    "/t",
  ],
  ["have no names in two stylesheets", `@import "n.css"; @import "m.css";`, "/b"],
])("layers have the order that %s", async (_, css, image) => {
  const files = {
    "index.html": `<style>${css}</style><p class=x>`,
    "t.css": `p { background: url(t) }`,
    "b.css": `p { background: url(b) }`,
    "s.css": `@layer base, theme; @import "t.css" layer(theme);`,
    "n.css": `@layer { p.x { background: url(t) } }`,
    "m.css": `@layer { p { background: url(b) } }`,
    t: "",
    b: "",
  };
  expect((await targets(files)).filter((target) => !target.endsWith(".css"))).toEqual([image]);
});

test.each([
  ["connect-src 'none'", ["/a.js"]],
  ["script-src 'self'; default-src 'none'", ["/a.js"]],
  ["script-src 'self'; connect-src 'self'; default-src 'none'", ["/a.js", "/d.json"]],
])("a JSON module is fetched by what %s says of connections", async (policy, expected) => {
  const files = { "a.js": `import d from "./d.json" with { type: "json" }`, "d.json": "{}" };
  expect(await targets({ ...files, "index.html": `<script type=module src=a.js></script>` }, [policy])).toEqual(
    expected,
  );
});

test.each([
  [`rel=stylesheet media=print onload="this.media='all'"`, true],
  [`rel=stylesheet media=print onload="this.onload=null;this.media='all'"`, true],
  [`rel=stylesheet media=print onload="if(media!='all')media='all'"`, true],
  [`rel=stylesheet media=print onload="this.setAttribute('media', 'all')"`, true],
  [`rel=stylesheet media=print onload="this.removeAttribute('media')"`, true],
  [`rel=stylesheet media=print onload="if(this.media=='all')other.media='all'"`, false],
  [`rel=preload as=style onload="this.rel='stylesheet'"`, true],
  [`rel=preload as=style onload="this.setAttribute('rel','stylesheet')"`, true],
  [`rel=preload as=style onload="this.media='all'"`, false],
  [`rel=preload as=style`, false],
])("takes the rules of a stylesheet that its handler makes apply: %s", async (attributes, applies) => {
  const files = { "index.html": `<link href=s.css ${attributes}><p>`, "s.css": "p { background: url(a) }", a: "" };
  expect((await targets(files)).includes("/a")).toBe(applies);
});

test.each([
  [`rel=stylesheet`, { blocking: true, rel: "preload" }],
  [`rel=preload as=style onload="this.rel='stylesheet'"`, { rel: "preload" }],
  [`rel=preload as=style`, undefined],
])("lists what a stylesheet imports as its link %s has it", async (attributes, marks) => {
  const files = {
    "index.html": `<link href=s.css ${attributes}><p>`,
    "s.css": `@import "a.css"`,
    "a.css": `@import "b.css"`,
    "b.css": "",
  };
  const { entries } = await scanIndex(files);
  const link = marks && { as: "style", bytes: 0, ...marks };
  const imported =
    marks === undefined
      ? []
      : [
          { target: "/a.css", ...link, bytes: 15 },
          { target: "/b.css", ...link },
        ];
  expect(entries.slice(1)).toEqual(imported);
});

test("a module preload keeps its media, but where a script runs the module anyway", async () => {
  const link = `<link rel=modulepreload href=a.js media="(min-width: 9px)">`;
  const media = async (html: string) =>
    (await scanIndex({ "index.html": html, "a.js": "" })).entries.map((entry) => entry.media);
  expect(await media(link)).toEqual(["(min-width: 9px)"]);
  expect(await media(`${link}<script type=module src=a.js></script>`)).toEqual([undefined]);
});

test.each([
  ["html", ["/a.js"]],
  ["xhtml", ["/a.js", "/a.png", "/b.png"]],
])("takes what stands behind a script that closes itself in a page with the name %s", async (extension, expected) => {
  const html = `<script src="a.js"/><style>p { background: url(b.png) } i p { background: none }</style><i/><p/><img src="a.png"/>`;
  const root = await writeSite({ [`x.${extension}`]: html, "a.js": "", "a.png": "", "b.png": "" });
  const file = await locateIn(root)(`/x.${extension}`);
  if (file === undefined) throw new Error("the page was written");
  const { entries } = await createScanner({ lookup: lookupIn(root) }).page(`/x.${extension}`, file);
  expect(entries.map(({ target }) => target)).toEqual(expected);
});

test.each([
  [`media="print"`, `@import "q.css";`, { media: "print", rel: "preload" }],
  [`media="(min-width: 1024px)"`, `@import "q.css";`, { media: "(min-width: 1024px)", rel: "preload" }],
  [``, `@import "q.css" (min-width: 1024px);`, { media: "(min-width: 1024px)", rel: "preload" }],
  [`media="screen"`, `@import "q.css" (min-width: 1024px);`, { rel: "preload", media: "(min-width: 1024px)" }],
])(
  "<link %s> with %s: what it imports is announced under the condition that it is fetched under",
  async (media, css, link) => {
    const html = `<link rel=stylesheet href=p.css ${media}>`;
    const { entries } = await scanIndex({ "index.html": html, "p.css": css, "q.css": "" });
    expect(entries.find(({ target }) => target === "/q.css")).toMatchObject(link);
  },
);

test("what is imported under two conditions is not announced", async () => {
  const html = `<link rel=stylesheet href=p.css media="(min-width: 600px)">`;
  const css = { "p.css": `@import "q.css" (min-height: 400px);`, "q.css": "" };
  const { entries } = await scanIndex({ "index.html": html, ...css });
  expect(entries.find(({ target }) => target === "/q.css")).not.toHaveProperty("rel");
});

test.each([`[data-theme="light"]`, ".light", "html.theme-light", `[data-bs-theme=light]`])(
  "an image of the theme %s that a script may change is listed, and not announced",
  async (theme) => {
    const html = `<html class="light theme-light" data-theme="light" data-bs-theme="light"><style>${theme} p { background: url(day.jpg) }</style><p>`;
    const { entries } = await scanIndex({ "index.html": html, "day.jpg": "" });
    expect(entries).toMatchObject([{ target: "/day.jpg" }]);
    expect(entries[0]).not.toHaveProperty("rel");
  },
);

test("what a browser passes over does not end the imports of a stylesheet", async () => {
  const html = "<style>@-ms-viewport { width: device-width } @import 'a.css';</style>";
  expect((await scanIndex({ "index.html": html, "a.css": "" })).entries).toMatchObject([{ target: "/a.css" }]);
});

test("what is in a part that a browser may skip off-screen is listed, and not announced", async () => {
  const css = `@font-face { font-family: F; src: url(f.woff2) } section { content-visibility: auto } section p { font-family: F; background: url(a.png) }`;
  const html = `<style>${css}</style><section><p>text</section>`;
  const { entries } = await scanIndex({ "index.html": html, "f.woff2": "", "a.png": "" });
  expect(entries.map(({ target }) => target).toSorted()).toEqual(["/a.png", "/f.woff2"]);
  expect(entries.flatMap(({ rel = [] }) => rel)).toEqual([]);
});
