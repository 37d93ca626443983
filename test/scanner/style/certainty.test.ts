import { expect, test } from "vitest";
import { scanIndex } from "../../support/scan-index.js";

const FACES = `@font-face { font-family: F; src: url(f) } @font-face { font-family: F; font-style: italic; src: url(i) }`;
const files = { f: "", i: "", "a.png": "", "b.png": "" };

/** What a page needs, and what of that is announced. */
async function needs(html: string, more: Readonly<Record<string, string>> = {}) {
  const { entries } = await scanIndex({ "index.html": html, ...files, ...more });
  const named = (all: typeof entries) => all.map(({ target }) => target).filter((target) => target.length < 8);
  return { listed: named(entries), announced: named(entries.filter(({ rel }) => rel !== undefined)) };
}

test.each([
  ["<details><summary>q</summary><div class=x><em>text</em></div></details>", ["/f"]],
  ["<details open><summary>q</summary><div class=x><em>text</em></div></details>", ["/f", "/i"]],
  ["<p>text<div hidden=until-found><div class=x><em>text</em></div></div>", ["/f"]],
  ["<p>text<video controls><span class=x><em>text</em></span></video>", ["/f"]],
  ["<p>text<dialog class=x><em>text</em></dialog>", ["/f", "/i"]],
  ["<details><summary>q</summary><p style='display: block !important'><em>text</em></details>", ["/f"]],
])("what no stylesheet shows loads nothing: %s", async (html, listed) => {
  const css = `${FACES} body { font-family: F } .x { display: grid !important }`;
  expect((await needs(`<style>${css}</style>${html}`)).listed).toEqual(listed);
});

test.each([
  [".tab { display: none } .tab:nth-child(2) { display: block }", false],
  [".tab:not(:first-child) { display: none }", false],
  [".tab:has(b) { display: none }", false],
  [".tab { display: none } .tab.x { display: block }", true],
])("with %s, the images and fonts of an element are announced: %s", async (css, isCertain) => {
  const own = `${FACES} .tab { font-family: F; background: url(a.png) }`;
  const { listed, announced } = await needs(`<style>${own} ${css}</style><div class="tab x">text<b>b</b></div>`);
  expect([listed, announced]).toEqual([["/f", "/a.png"], isCertain ? ["/f", "/a.png"] : []]);
});

test.each([
  [".hero:has(b) { background: none }", []],
  [".hero:has(video) { background: none }", ["/a.png"]],
  [".hero:nth-child(odd) { background: url(b.png) }", []],
  [".hero:nth-child(odd) { background: url(a.png) top }", ["/a.png"]],
  [".hero:hover { background: none }", ["/a.png"]],
  [":where(.hero:has(b)) { background: none }", ["/a.png"]],
])("an image that %s may replace is announced: %j", async (css, announced) => {
  const own = ".hero { background: url(a.png) }";
  const needed = await needs(`<style>${own} ${css}</style><div class=hero><b>text</b></div>`);
  expect(needed.listed).toContain("/a.png");
  expect(needed.announced).toEqual(announced);
});

test.each([
  [".owl-carousel { display: none } .owl-carousel.owl-loaded { display: block }", `class="owl-carousel"`],
  ["[v-cloak] { display: none }", "v-cloak"],
  ["[v-cloak], [x-cloak] { display: none !important }", "x-cloak"],
  ["[ng\\:cloak], .ng-cloak { display: none !important }", `class="ng-cloak"`],
  [".no-js .menu { display: none }", `class="menu"`],
  ["body { display: none }", ""],
])("with %s, what the page's scripts will show is listed, and not announced", async (css, attribute) => {
  const own = `${FACES} b { font-family: F; background: url(a.png) }`;
  const html = `<html class="no-js"><style>${own} ${css}</style><div ${attribute}><b>text</b></div>`;
  expect(await needs(html)).toEqual({ listed: ["/f", "/a.png"], announced: [] });
});

test.each([
  ["<style>.hero { background: var(--hero, url(a.png)) }</style><p class=hero style='--hero: none'>text", []],
  ["<style>.hero { background: var(--hero, url(a.png)) }</style><p class=hero style='--x: none'>text", ["/a.png"]],
  ["<style>.hero { mask: url(a.png) }</style><p class=hero style='mask: none'>text", []],
])("a style attribute sets what rules ask for: %s", async (html, listed) => {
  expect((await needs(html)).listed).toEqual(listed);
});

test("an image that a later stylesheet names too, by another reference, is announced", async () => {
  const later = `<link rel=stylesheet href=css/a.css media=print onload="this.media='all'">`;
  const html = `<style>.hero { background: url(/a.png) }</style>${later}<p class=hero>text`;
  const same = { "css/a.css": ".hero { background: url(../a.png) }" };
  expect((await needs(html, same)).announced).toContain("/a.png");
  const other = { "css/a.css": ".hero { background: url(../b.png) }" };
  expect((await needs(html, other)).announced).not.toContain("/a.png");
});

test("the cursor is not painted first", async () => {
  const css = "body { cursor: url(b.png), auto } p { background: url(a.png) }";
  const { entries } = await scanIndex({ "index.html": `<style>${css}</style><p>text`, ...files });
  expect(entries.map(({ target, when }) => `${target} ${when}`)).toEqual(["/b.png load", "/a.png undefined"]);
});

test.each(["https://cdn.tailwindcss.com", "https://cdn.jsdelivr.net/npm/@tailwindcss/browser@4"])(
  "what %s may hide is not announced",
  async (script) => {
    const html = `<script src="${script}"></script><div class="hidden md:block" style="background: url(a.png)"></div>`;
    expect(await needs(html)).toEqual({ listed: ["/a.png"], announced: [] });
  },
);

test("what is shown by a click stays hidden", async () => {
  const css = "b { background: url(a.png) } body:not(.nav-open) div { display: none }";
  expect((await needs(`<style>${css}</style><div><b>text</b></div>`)).listed).toEqual([]);
});

test("what any framework calls a cloak is shown by its scripts", async () => {
  for (const name of ["cloak", "honkit-cloak", "my_cloak"]) {
    const css = `b { background: url(a.png) } .${name} { display: none }`;
    expect((await needs(`<style>${css}</style><div class="${name}"><b>text</b></div>`)).listed).toEqual(["/a.png"]);
  }
});

test("what is hidden by other names stays hidden", async () => {
  const css = "b { background: url(a.png) } .cloaked { display: none } .owl-carousel { color: red }";
  expect((await needs(`<style>${css}</style><div class="cloaked owl-carousel"><b>text</b></div>`)).listed).toEqual([]);
});

test("a font of text is announced also where the element would be hidden without it", async () => {
  const css = `${FACES} p { font-family: F } p:empty { display: none }`;
  expect(await needs(`<style>${css}</style><p>text`)).toEqual({ listed: ["/f"], announced: ["/f"] });
});

test("an image of an element that is hidden when it is empty is listed, and not announced", async () => {
  const css = ".ad { background: url(a.png) } .ad:empty { display: none }";
  expect(await needs(`<style>${css}</style><div class=ad></div>`)).toEqual({ listed: ["/a.png"], announced: [] });
});

test.each([
  [`<link rel=stylesheet href="https://cdn.example/bootstrap.css">`, "modal fade", []],
  [`<link rel=stylesheet href="https://cdn.example/bootstrap.css">`, "tab-pane", []],
  [`<link rel=stylesheet href="https://cdn.example/bootstrap.css">`, "tab-pane active", ["/f", "/a.png"]],
  [`<link rel=stylesheet href="https://cdn.example/bootstrap.css">`, "hero", ["/f", "/a.png"]],
  [`<style>@import "https://cdn.example/a.css";</style>`, "hidden", []],
  [`<link rel=stylesheet href="https://fonts.googleapis.com/css2?family=Inter">`, "modal", ["/f", "/a.png"]],
  [`<link rel=stylesheet href="https://cdn.example/font-awesome/6/all.min.css">`, "modal", ["/f", "/a.png"]],
  [`<link rel="alternate stylesheet" title=t href="https://cdn.example/a.css">`, "modal", ["/f", "/a.png"]],
  ["", "modal", ["/f", "/a.png"]],
])("with %s, what an element of class %j loads is announced: %j", async (link, name, announced) => {
  const html = `${link}<style>${FACES} p { font-family: F; background: url(a.png) }</style><p class="${name}">text`;
  expect(await needs(html)).toEqual({ listed: ["/f", "/a.png"], announced });
});

test.each([
  [`url("a.png" cross-origin(anonymous))`, []],
  [`url('a.png'integrity("sha384-x"))`, []],
  [`url( "a.png" )`, ["/a.png"]],
])("background: %s is fetched, and announced: %j", async (value, announced) => {
  expect(await needs(`<style>p { background: ${value} }</style><p>text`)).toEqual({ listed: ["/a.png"], announced });
});

test("of a font and an import with url() modifiers nothing is announced that may be fetched twice", async () => {
  const css = `@import url("a.css" integrity("sha384-x")); @font-face { font-family: F; src: url("f" integrity("sha384-x")) } p { font-family: F }`;
  const { listed, announced } = await needs(`<style>${css}</style><p>text`, { "a.css": "" });
  expect([listed, announced]).toEqual([["/f"], []]);
});

test.each([
  ["i { all: unset }", ["/f"]],
  ["i { all: unset !important; font-style: italic }", ["/f"]],
  ["i { font-style: normal; all: inherit }", ["/f"]],
  ["i { all: unset; font-style: italic }", ["/f", "/i"]],
  ["i { all: revert }", ["/f", "/i"]],
  ["p { background: url(a.png) } p.x { all: initial; font-family: F }", ["/f", "/i"]],
  ["p { display: none } p.x { all: unset; font-family: F }", ["/f", "/i"]],
])("all sets what counts: %s", async (css, listed) => {
  const html = `<style>${FACES} p { font-family: F } ${css}</style><p class=x>text<i>text</i>`;
  expect((await needs(html)).listed).toEqual(listed);
});

test("a font of text in a shadow tree is listed, and announced where text outside of it has it, too", async () => {
  const shadow = `<my-card><template shadowrootmode=open><style>p { font-family: serif }</style><p>text</p></template></my-card>`;
  const css = `<style>${FACES} body { font-family: F }</style>`;
  expect(await needs(css + shadow)).toEqual({ listed: ["/f"], announced: [] });
  expect(await needs(`${css}${shadow}<h1>text</h1>`)).toEqual({ listed: ["/f"], announced: ["/f"] });
});

test.each(["", "screen", "screen, print", "print, screen", "not print", "only screen"])(
  "media=%j says nothing on a screen",
  async (media) => {
    const css = `${FACES} p { font-family: F; background: url(a.png) }`;
    const { announced } = await needs(`<link rel=stylesheet media="${media}" href=a.css><p>text`, { "a.css": css });
    expect(announced).toEqual(["/a.css", "/f", "/a.png"]);
  },
);

test.each(["not screen", "print", "screen and (min-width: 1px)"])("media=%j says something", async (media) => {
  const css = `p { background: url(a.png) }`;
  const { announced } = await needs(`<link rel=stylesheet media="${media}" href=a.css><p>text`, { "a.css": css });
  expect(announced).not.toContain("/a.png");
});

test("a lazy video and what is in it are asked for later", async () => {
  const html = `<video loading=lazy poster=a.png src=b.png><track default src=f></video><audio loading=lazy><source src=i></audio>`;
  expect((await needs(html)).listed).toEqual([]);
});
