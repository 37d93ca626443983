import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLinks } from "../../src/delivery/link.js";
import { scan, type Route, type ServerOptions } from "../../src/index.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const noPush = { settings: { enablePush: false } };
const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

const site = {
  "index.html": `<!doctype html><link rel=stylesheet href=a.css><script src=a.js></script>
<p>text<img src=a.png alt=""><img src=b.png alt="">`,
  "a.css": `@import "b.css"; @font-face { font-family: f; src: url(f.woff2) } p { font-family: f; background: url(bg.png) }
body { background: url(body.png) }`,
  "b.css": "p { color: red }",
  "a.js": "1",
  "a.png": "a",
  "b.png": "b",
  "bg.png": "bg",
  "body.png": "body",
  "f.woff2": "font",
};

async function serve(files: Readonly<Record<string, string>>, options: ServerOptions = {}) {
  const root = await writeSite(files);
  const server = await startServer({ root, ...options });
  const { request } = await connect(server.port, noPush);
  return { ...server, root, request };
}

const linked = (link: string | string[] | undefined) => readLinks(String(link ?? "")).map(({ target }) => target);

test("a browser is told what the HTML does not name, and of hidden images the first", async () => {
  const { request, record } = await serve(site);
  const { headers } = await request("/", navigation);
  expect(linked(headers.link)).toEqual(["/b.css", "/f.woff2", "/body.png"]);
  const again = await request("/", { ...navigation, "if-none-match": headers.etag });
  expect([again.status, again.headers.link]).toEqual([304, headers.link]);
  const { delivery } = await record(({ status }) => status === 200);
  const left = delivery?.targets.filter(({ means }) => means === "skipped") ?? [];
  expect(left.map(({ target, reason }) => `${target} ${reason}`)).toEqual([
    "/a.css in the HTML",
    "/a.js in the HTML",
    "/a.png in the HTML",
    "/b.png in the HTML",
    "/bg.png not painted first",
  ]);
});

test.each([
  ["waits for", "font-display: block", "text", ["/f.woff2"]],
  ["waits for, as it does by default", "", "text", ["/f.woff2"]],
  ["is shown without", "font-display: swap", "text", []],
  ["is shown without after a while", "font-display: fallback", "text", []],
  ["may be shown without for good", "font-display: optional", "text", []],
])("of the fonts of a text, one that it %s", async (_how, display, text, announced) => {
  const { request, record } = await serve({
    "index.html": `<link rel=stylesheet href=a.css><p>${text}`,
    "a.css": `@font-face { font-family: f; src: url(f.woff2); ${display} } p { font-family: f }`,
    "f.woff2": "font",
  });
  expect(linked((await request("/", navigation)).headers.link)).toEqual(announced);
  if (announced.length > 0) return;
  const { delivery } = await record(({ status }) => status === 200);
  expect(delivery?.targets).toContainEqual(
    expect.objectContaining({ target: "/f.woff2", reason: "not painted first" }),
  );
});

test("a font that only stylesheets write in is left to the browser, unless a text is in it, too", async () => {
  const site = (body: string) => ({
    "index.html": `<link rel=stylesheet href=a.css>${body}`,
    "a.css": `@font-face { font-family: f; src: url(f.woff2) } p, i::before { font-family: f } i::before { content: "\\e001" }`,
    "f.woff2": "font",
  });
  for (const [body, announced] of [
    ["<i></i>", []],
    ["<i></i><p>text", ["/f.woff2"]],
  ] as const) {
    const { request, root } = await serve(site(body));
    expect(linked((await request("/", navigation)).headers.link)).toEqual(announced);
    const [, font] = (await scan(root)).manifest.pages["/"] ?? [];
    expect(font?.when).toBe(announced.length > 0 ? undefined : "load");
  }
});

test("--announce all tells it of everything", async () => {
  const { request } = await serve(site, { announce: "all" });
  expect(linked((await request("/", navigation)).headers.link)).toHaveLength(8);
});

test("a client that takes pushes gets everything, whatever is announced", async () => {
  const { port } = await startServer({ root: await writeSite(site) });
  const { pushed, headers } = await (await connect(port)).page("/");
  expect([...pushed.keys()].sort()).toEqual(
    Object.keys(site)
      .filter((name) => name !== "index.html")
      .map((name) => `/${name}`)
      .sort(),
  );
  expect(headers.link).toBeUndefined();
});

test("under hints the 103 names what blocks rendering, too, and the response what the HTML does not name", async () => {
  const { request } = await serve(site, { delivery: "hints" });
  const { headers, informational } = await request("/", navigation);
  expect(linked(informational[0]?.link)).toEqual(["/a.css", "/b.css", "/a.js", "/f.woff2", "/body.png"]);
  expect(linked(headers.link)).toEqual(["/b.css", "/f.woff2", "/body.png"]);
});

test.each(["src=d.js defer", "src=d.js async", "type=module src=d.js"])(
  "beside a script with %s, a font is left to the browser, but for a 103",
  async (script) => {
    const html = site["index.html"].replace("<p>", `<script ${script}></script><p>`);
    const files = { ...site, "index.html": html, "d.js": "2", "a.css": site["a.css"].replace('@import "b.css";', "") };
    const byDefault = await serve(files);
    expect(linked((await byDefault.request("/", navigation)).headers.link)).toEqual(["/body.png"]);
    // The first paint waits for a stylesheet that the HTML does not name: the font is there by then.
    const chain = await serve({ ...files, "a.css": site["a.css"] });
    expect(linked((await chain.request("/", navigation)).headers.link)).toEqual(["/b.css", "/f.woff2", "/body.png"]);
    const early = await serve(files, { delivery: "hints" });
    const { headers, informational } = await early.request("/", navigation);
    expect(linked(informational[0]?.link)).toContain("/f.woff2");
    expect(linked(headers.link)).not.toContain("/f.woff2");
  },
);

test("a 103 goes to a navigation of a document alone", async () => {
  const { request } = await serve(site, { delivery: "hints" });
  for (const fields of [{ "sec-fetch-dest": "document" }, { ...navigation, "sec-fetch-dest": "iframe" }, {}]) {
    expect((await request("/", fields)).informational).toEqual([]);
  }
});

/** Text that hardly gets smaller by compression. */
function noise(bytes: number): string {
  let state = 1;
  let text = "";
  while (text.length < bytes) text += (state = (state * 48_271) % 2_147_483_647).toString(36);
  return text.slice(0, bytes);
}

test.each<[title: string, between: string, ServerOptions, string[]]>([
  ["at once", "", {}, []],
  ["within the first round trip of a compressed page", "<p>text</p>".repeat(5000), {}, []],
  ["beyond it", `<!--${noise(30_000)}-->`, {}, ["/a.css", "/a.js"]],
  [
    "beyond that of a page that is not compressed",
    "<p>text</p>".repeat(5000),
    { compress: false },
    ["/a.css", "/a.js"],
  ],
])(
  "what blocks rendering and stands %s is linked if the browser would hear of it late",
  async (_title, between, options, links) => {
    const html = `<!doctype html><title>t</title>${between}<link rel=stylesheet href=a.css><script src=a.js></script><img src=a.png alt="">`;
    const { request } = await serve({ ...site, "a.css": "", "index.html": html }, options);
    expect(linked((await request("/")).headers.link)).toEqual(links);
  },
);

test.each([
  ["a deferred script", `<img src=a.png alt=""><script defer src=a.js></script>`, []],
  ["an async script", `<script async src=a.js></script><img src=a.png alt="">`, []],
  ["a module", `<p>text</p><script type=module src=a.js></script>`, []],
  ["one behind the first image", `<img src=a.png alt=""><script src=a.js></script>`, []],
  ["one that the parser waits for", `<script src=a.js></script><img src=a.png alt="">`, ["/a.js"]],
  ["one behind the preload of an image", `<link rel=preload as=image href=a.png><script src=a.js></script>`, ["/a.js"]],
  ["what a module imports", `<p>text</p><script type=module src=m.js></script>`, []],
  ["one that makes the page", `<div id=app></div><script defer src=a.js></script>`, ["/a.js"]],
])("of what stands beyond the first round trip, %s comes before the first image: %s", async (_title, body, links) => {
  const html = `<!doctype html><title>t</title><!--${noise(30_000)}-->${body}`;
  const { request } = await serve({ ...site, "m.js": `import "./a.js"`, "index.html": html });
  expect(linked((await request("/")).headers.link)).toEqual(links);
});

test("an import in a style element is found by browsers themselves", async () => {
  const { request } = await serve({
    ...site,
    "a.css": "",
    "index.html": `<style>@import "a.css"; @import "b.css";</style><p>`,
  });
  expect((await request("/")).headers.link).toBeUndefined();
});

test("the manifest marks what the HTML names and what blocks rendering", async () => {
  const { manifest } = await scan(await writeSite(site));
  const marks = manifest.pages["/"]?.map(({ target, named, blocking }) => [target, named, blocking]);
  expect(marks).toEqual([
    ["/a.css", true, true],
    ["/b.css", undefined, true],
    ["/a.js", true, true],
    ["/f.woff2", undefined, undefined],
    ["/a.png", true, undefined],
    ["/b.png", true, undefined],
    ["/body.png", undefined, undefined],
    ["/bg.png", undefined, undefined],
  ]);
});

test("a stylesheet that is preloaded and then used blocks, one that is only preloaded does not", async () => {
  const html = `<link rel=preload as=style href=a.css><link rel=preload as=style href=b.css><link rel=stylesheet href=a.css>`;
  const { manifest } = await scan(await writeSite({ "index.html": html, "a.css": "", "b.css": "" }));
  expect(manifest.pages["/"]).toMatchObject([{ target: "/a.css", blocking: true }, { target: "/b.css" }]);
  expect(manifest.pages["/"]?.[1]).not.toHaveProperty("blocking");
});

const { "index.html": html, ...assets } = site;
const entries = [
  { target: "/a.css", rel: "preload", as: "style" },
  { target: "/b.css", rel: "preload", as: "style" },
  { target: "/a.png", rel: "preload", as: "image" },
];

test.each([
  ["without marks is held against the page's HTML", entries, ["/b.css"]],
  [
    "with marks is taken at its word",
    entries.map((entry, n) => (n === 1 ? { ...entry, named: true } : entry)),
    ["/a.css", "/a.png"],
  ],
])("a manifest %s", async (_title, list, links) => {
  const root = await writeSite({
    "index.html": html,
    ...assets,
    "push.json": JSON.stringify({ version: 1, pages: { "/": list } }),
  });
  const { port } = await startServer({ root, manifest: join(root, "push.json") });
  const { headers } = await (await connect(port, noPush)).request("/");
  expect(linked(headers.link)).toEqual(links);
});

const map = `<script type=importmap>{"imports":{"b":"/b.js"}}</script>`;
const modules = {
  "a.js": `import "b"; import d from "./d.json" with { type: "json" }; import s from "./s.css" with { type: "css" }`,
  "b.js": `import "./c.js"`,
  "c.js": "",
  "d.json": "{}",
  "s.css": "",
};
const module = `<script type=module src=/a.js></script>`;
const preload = (name: string, more = "crossorigin=anonymous") => `</${name}.js>; rel=preload; as=script; ${more}`;

test("modules beside an import map go as preloads, in the 200, the 304 and the 103", async () => {
  const { request } = await serve({ ...modules, "index.html": `${map}${module}` }, { delivery: "hints" });
  const { headers, informational } = await request("/", navigation);
  const link = [preload("b"), preload("c")].join(", ");
  expect([headers.link, informational[0]?.link]).toEqual([link, link]);
  const again = await request("/", { ...navigation, "if-none-match": headers.etag });
  expect([again.status, again.headers.link, again.informational[0]?.link]).toEqual([304, link, link]);
});

test("modules on a page that gets no import map go as modules", async () => {
  const { request } = await serve({
    "a.js": `import "./b.js"`,
    "b.js": `import "./d.json" with { type: "json" }`,
    "d.json": "{}",
    "index.html": module,
  });
  expect((await request("/")).headers.link).toBe(
    "</b.js>; rel=modulepreload; as=script, </d.json>; rel=modulepreload; as=json",
  );
});

test.each([
  ["a file", `<script src=/s.js></script>`],
  ["the page", `<script>void 0</script>`],
  ["another origin", `<script src=https://example.com/s.js></script>`],
])("a script of %s may add an import map", async (_where, script) => {
  const { request } = await serve({
    "a.js": `import "./b.js"`,
    "b.js": "",
    "s.js": "",
    "index.html": `${script}${module}`,
  });
  expect((await request("/")).headers.link).toBe(preload("b"));
});

test("modules with credentials keep them beside an import map", async () => {
  const html = `${map}<script type=module crossorigin=use-credentials src=/a.js></script>`;
  const { request } = await serve({ ...modules, "a.js": `import "b"`, "b.js": "", "index.html": html });
  expect((await request("/")).headers.link).toBe(preload("b", "crossorigin=use-credentials"));
});

const own = `</b.js>; rel=modulepreload; integrity="sha384-x", <https://example.com/x>; rel="preconnect", </c.js>; rel="modulepreload"; crossorigin=use-credentials, </d.json>; rel=modulepreload; as=json`;
const changed = `</b.js>; rel=preload; as=script; crossorigin; integrity="sha384-x", <https://example.com/x>; rel="preconnect", </c.js>; rel=preload; as=script; crossorigin=use-credentials, </d.json>; rel=modulepreload; as=json`;

test("a route's modulepreload leaves the import map alone, in the 200 and in the 103", async () => {
  const route: Route = (_request, context) => {
    context.earlyHints(own);
    return new Response(`${map}${module}`, { headers: { "content-type": "text/html", link: own } });
  };
  const { port } = await startServer({ routes: [route], trusted: true });
  const { headers, informational } = await (await connect(port, noPush)).request("/", navigation);
  expect([headers.link, informational[0]?.link]).toEqual([changed, changed]);
});

test.each([
  ["with an import map, whose form is changed", map, [changed, preload("a"), preload("c")]],
  ["without one, which stay as they are", "", [own]],
])("the Link lines of _headers on a page %s", async (_title, importMap, [link]) => {
  const files = {
    ...modules,
    "a.js": "",
    "b.js": "",
    "index.html": `${importMap}${module}`,
    _headers: `/*\n  Link: ${own}`,
  };
  const { request } = await serve(files);
  for (const { headers } of [await request("/"), await request("/")]) expect(headers.link).toBe(link);
});

test("a manifest's modulepreload on a page with an import map goes as a preload", async () => {
  const pages = {
    "/": [
      { target: "/b.js", rel: "modulepreload", as: "script", blocking: true },
      { target: "/d.json", rel: "modulepreload", as: "json" },
    ],
  };
  const root = await writeSite({
    ...modules,
    "index.html": `${map}${module}`,
    "push.json": JSON.stringify({ version: 1, pages }),
  });
  const { port } = await startServer({ root, manifest: join(root, "push.json") });
  expect((await (await connect(port, noPush)).request("/")).headers.link).toBe(preload("b"));
});

const sha384 = (text: string) => `sha384-${createHash("sha384").update(text).digest("base64")}`;
const other = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";

test("modules are not announced where there are several import maps: Firefox takes the first alone", async () => {
  const html = `${map}<script type=importmap>{"imports":{"c":"/c.js"}}</script>${module}`;
  const { request } = await serve({ ...modules, "index.html": html }, { announce: "all" });
  expect((await request("/", navigation)).headers.link).toBeUndefined();
});

test.each([
  ["document.write('<base href=/sub/>')", []],
  ['const b = document.createElement("base"); b.href = "/sub/"; document.head.append(b)', []],
  ["window.__baseUrl = '/sub/'", ["/b.css"]],
])("where a script may move the base (%s), what is announced is %j", async (script, announced) => {
  const html = `<!doctype html><script>${script}</script><link rel=stylesheet href=a.css>`;
  const { request } = await serve({ "index.html": html, "a.css": "@import 'b.css';", "b.css": "" });
  expect(linked((await request("/", navigation)).headers.link).filter(Boolean)).toEqual(announced);
});

test.each([
  ["html:not(.js) p", false],
  [":root:not([data-js]) p", false],
  [".no-js p", false],
  ["p:not(.js)", true],
  ["html p", true],
])("an image and a font of %s are announced: %s", async (selector, isAnnounced) => {
  const { request } = await serve({
    "index.html": `<!doctype html><html class=no-js><link rel=stylesheet href=a.css><p>text`,
    "a.css": `@font-face { font-family: f; src: url(f.woff2) } ${selector} { background: url(i.png); font-family: f }`,
    "f.woff2": "font",
    "i.png": "image",
  });
  const announced = linked((await request("/", navigation)).headers.link).filter(Boolean);
  expect(announced).toEqual(isAnnounced ? ["/f.woff2", "/i.png"] : []);
});

test("what the import map says of integrity, the link says, too", async () => {
  const files = { "a.js": `import "b"`, "b.js": "1" };
  const integrity = { "/a.js": sha384(files["a.js"]), "./b.js": sha384(files["b.js"]) };
  const text = JSON.stringify({ imports: { b: "/b.js" }, integrity });
  const html = `<script type=importmap>${text}</script>${module}`;
  const { request } = await serve({ ...files, "index.html": html }, { announce: "all" });
  const link = (name: "a" | "b") => preload(name, `crossorigin=anonymous; integrity="${sha384(files[`${name}.js`])}"`);
  expect((await request("/")).headers.link).toBe([link("a"), link("b")].join(", "));
});

test.each([
  ["in the page", "<script>document.write('<script type=importmap>')</script>"],
  ["in a file", "<script src=/map.js></script>"],
])(
  "where a script %s may add an import map before the modules, nothing is said of what they import",
  async (_where, script) => {
    const files = {
      "a.js": `import "./b.js"`,
      "b.js": "",
      "map.js": "s.type = 'importmap'",
      "index.html": `${script}${module}`,
    };
    const { manifest } = await scan(await writeSite(files));
    expect(manifest.pages["/"]?.map(({ target }) => target)).not.toContain("/b.js");
  },
);

test("a target of different integrity in different places is not announced", async () => {
  const html = `<link rel=preload as=script integrity=${other} href=a.js><script src=a.js></script>`;
  const { request } = await serve({ "a.js": "1", "index.html": html }, { announce: "all" });
  expect((await request("/")).headers.link).toBeUndefined();
});

test("a 103 does not name what _headers makes stale the moment it arrives", async () => {
  const files = { ...site, _headers: "/a.css\n  Cache-Control: no-store\n/f.woff2\n  Cache-Control: no-cache" };
  const { request } = await serve(files, { delivery: "hints" });
  const { headers, informational } = await request("/", navigation);
  expect(linked(informational[0]?.link)).toEqual(["/b.css", "/a.js", "/body.png"]);
  expect(linked(headers.link)).toEqual(["/b.css", "/f.woff2", "/body.png"]);
});

test.each([
  ["Accept, Sec-Fetch-Dest", ["/b.css", "/a.css", "/f.woff2", "/body.png"]],
  ["Accept-Encoding, User-Agent", ["/b.css", "/a.css", "/a.js", "/f.woff2", "/body.png"]],
])("a 103 names what varies by %s only if a preload gets the same", async (vary, hinted) => {
  const { request } = await serve({ ...site, _headers: `/a.js\n  Vary: ${vary}` }, { delivery: "hints" });
  const { informational } = await request("/", navigation);
  expect(linked(informational[0]?.link).toSorted()).toEqual(hinted.toSorted());
});

test("of a module graph that has failed, nothing is announced", async () => {
  const files = {
    "a.js": `import "./gone.js"; import "./b.js"`,
    "b.js": `import "./c.js"`,
    "c.js": "",
    "index.html": module,
  };
  const { request } = await serve(files);
  expect((await request("/")).headers.link).toBeUndefined();
});

test.each([
  ["of a stylesheet", `<link rel=stylesheet integrity=${other} href=a.css>`],
  ["of a module", `<script type=module integrity=${other} src=a.js></script>`],
  ["of what a module imports", `<script type=importmap>{"integrity":{"/b.js":"${other}"}}</script>${module}`],
])("what a browser refuses for its integrity is not followed: %s", async (_what, html) => {
  const files = {
    "a.css": `@import "b.css"`,
    "b.css": "",
    "a.js": `import "./b.js"`,
    "b.js": `import "./c.js"`,
    "c.js": "",
  };
  const { request } = await serve({ ...files, "index.html": html }, { announce: "all" });
  expect(linked((await request("/")).headers.link).filter((target) => /[bc]\./.test(target))).toEqual([]);
});

test("content of the integrity that its element names is followed, the strongest hash counts", async () => {
  const css = `@import "b.css"`;
  const html = `<link rel=stylesheet integrity="sha256-AAAA ${sha384(css)}?x" href=a.css>`;
  const { request } = await serve({ "a.css": css, "b.css": "", "index.html": html });
  expect(linked((await request("/")).headers.link)).toEqual(["/b.css"]);
});

test("a page in a frame, which may be sandboxed, is told nothing", async () => {
  const { request } = await serve(site);
  for (const dest of ["iframe", "frame", "embed", "object"]) {
    const fields = { "sec-fetch-mode": "navigate", "sec-fetch-dest": dest };
    expect((await request("/", fields)).headers.link).toBeUndefined();
  }
  expect(linked((await request("/", navigation)).headers.link)).toContain("/b.css");
});

test.each([
  ["by nonce alone", "style-src 'nonce-x'; script-src 'nonce-x'; font-src 'self'", ["/f.woff2"]],
  ["by hash alone", "style-src 'sha256-x'; script-src 'sha256-x'", ["/f.woff2"]],
  ["below a path", "font-src https://localhost:*/fonts/; style-src 'self'", ["/b.css"]],
  ["in a sandbox with an origin of its own", "sandbox allow-scripts", []],
  ["in a sandbox with ours", "sandbox allow-scripts allow-same-origin", ["/b.css", "/f.woff2"]],
])("under a policy that allows files %s, only what it lets anybody load is announced", async (_how, csp, links) => {
  const { request } = await serve({ ...site, _headers: `/*\n  Content-Security-Policy: ${csp}; img-src 'none'` });
  expect(linked((await request("/")).headers.link)).toEqual(links);
});

/** Longer on a busy machine, which asks later. */
const aMoment = expect.stringMatching(/^max-age=([2-9]|10)$/);

const noModuleTwice = `${map}${module}`;

test("a module that is announced beside an import map is fresh for a moment, as Firefox would fetch it again", async () => {
  const { request } = await serve({ ...modules, "index.html": noModuleTwice, "other.html": "" });
  const caching = async (target: string) => (await request(target)).headers["cache-control"];
  expect([await caching("/b.js"), await caching("/c.js")]).toEqual(["no-cache", "no-cache"]);
  await request("/", navigation);
  // Another tab loads its page meanwhile.
  await request("/other.html", navigation);
  expect([await caching("/b.js"), await caching("/c.js"), await caching("/a.js")]).toEqual([
    aMoment,
    aMoment,
    "no-cache",
  ]);
});

test.each<[how: string, ServerOptions, Record<string, string>]>([
  ["--cache off", { cache: "off" }, {}],
  ["--cache 0", { cache: 0 }, {}],
  ["--live", { live: true }, {}],
  ["--announce all and --cache off", { announce: "all", cache: "off" }, {}],
  ["a rule of _headers", {}, { _headers: "/*\n  Cache-Control: no-cache" }],
])(
  "where %s leaves a module without freshness, it is not announced beside an import map",
  async (_how, options, more) => {
    const { request } = await serve({ ...modules, ...more, "index.html": noModuleTwice }, options);
    for (const { headers } of [await request("/"), await request("/")]) expect(linked(headers.link)).toEqual([]);
  },
);

test("a rule that makes modules stale counts as soon as it is there", async () => {
  const { request, root, invalidate } = await serve({
    ...modules,
    _headers: "/x\n  X-A: 1",
    "index.html": noModuleTwice,
  });
  const links = async () => linked((await request("/")).headers.link);
  expect([await links(), await links()]).toEqual([
    ["/b.js", "/c.js"],
    ["/b.js", "/c.js"],
  ]);
  await writeFile(join(root, "_headers"), "/*\n  Cache-Control: no-store");
  await expect.poll(async () => (invalidate(), links())).toEqual([]);
});

const background = "body { background: url(bg.png) }";
const used = "p { font-family: f }";

test.each<[what: string, css: string, attributes: string]>([
  ["in an @media block", `@media (min-width: 800px) { ${background} }`, ""],
  ["in a nested @media block", `body { @media (min-width: 800px) { background: url(bg.png) } }`, ""],
  ["of a stylesheet for some windows", background, "media='(min-width: 800px)'"],
  ["of a set for screens", `body { background: image-set("bg.png" 1x, "body.png" 2x) }`, ""],
  ["in an animation", `@keyframes k { from { background: url(bg.png) } } body { animation-name: k }`, ""],
  ["in a container query", `@container (min-width: 100px) { ${background} }`, ""],
  ["of a font that may be installed", `@font-face { font-family: f; src: local("F"), url(f.woff2) } ${used}`, ""],
  [
    "of a font that a media query chooses",
    `@font-face { font-family: f; src: url(f.woff2) } p { font-family: serif } @media (width > 9px) { ${used} }`,
    "",
  ],
  ["of a font for some windows", `@font-face { font-family: f; src: url(f.woff2) } ${used}`, "media='(width > 9px)'"],
])("what another window may not load is listed, and not announced: %s", async (_what, css, attributes) => {
  const html = `<link rel=stylesheet href=a.css ${attributes}><p>text`;
  const { request, root } = await serve({ ...site, "a.css": css, "index.html": html });
  expect((await request("/")).headers.link).toBeUndefined();
  expect((await scan(root)).manifest.pages["/"]).toHaveLength(2);
});

test.each([
  ["in an @media block for every screen", `@media screen { ${background} }`, "/bg.png"],
  [
    "a font without an installed one before it",
    `@font-face { font-family: f; src: url(f.woff2), local("F") } ${used}`,
    "/f.woff2",
  ],
])("what every window loads is announced: %s", async (_what, css, target) => {
  const { request } = await serve({ ...site, "a.css": css, "index.html": "<link rel=stylesheet href=a.css><p>text" });
  expect(linked((await request("/")).headers.link)).toEqual([target]);
});

test("stylesheets that import each other are not announced", async () => {
  const files = { "a.css": `@import "b.css"`, "b.css": `@import "a.css"`, "c.css": `@import "d.css"`, "d.css": "" };
  const html = "<link rel=stylesheet href=a.css><link rel=stylesheet href=c.css>";
  const { request } = await serve({ ...files, "index.html": html });
  expect(linked((await request("/")).headers.link)).toEqual(["/d.css"]);
});
