import { page, ran, svg, type Probes } from "./probe.js";

const pictures = { "a.svg": svg("red"), "b.svg": svg("blue"), "c.svg": svg("green") };
const tall = "<p>text</p>".repeat(400);

/** Images and their candidates, frames, and what is loaded otherwise. */
export const images: Probes = {
  image: {
    files: { "index.html": page("", `<img src="a.svg" alt=""><input type="image" src="b.svg" alt="">`), ...pictures },
  },
  "image-srcset-widths": {
    files: {
      "index.html": page("", `<img src="a.svg" srcset="a.svg 100w, b.svg 1000w" sizes="50vw" alt="">`),
      ...pictures,
    },
  },
  "image-srcset-widths-narrow": {
    width: 160,
    files: {
      "index.html": page("", `<img src="a.svg" srcset="a.svg 100w, b.svg 1000w" sizes="50vw" alt="">`),
      ...pictures,
    },
  },
  "image-srcset-densities": {
    files: { "index.html": page("", `<img src="a.svg" srcset="b.svg 2x" alt="">`), ...pictures },
  },
  "image-srcset-densities-dense": {
    scale: 2,
    files: { "index.html": page("", `<img src="a.svg" srcset="b.svg 2x" alt="">`), ...pictures },
  },
  "image-sizes-list": {
    files: {
      "index.html": page(
        "",
        `<img src="c.svg" srcset="a.svg 100w, b.svg 640w, c.svg 2000w" sizes="(max-width: 600px) 100vw, calc(50vw - 20px)" alt="">`,
      ),
      ...pictures,
    },
  },
  "image-sizes-auto": {
    files: {
      "index.html": page(
        "",
        `<img loading="lazy" width="90" src="c.svg" srcset="a.svg 100w, b.svg 2000w" sizes="auto" alt="">`,
      ),
      ...pictures,
    },
  },
  "picture-types": {
    files: {
      "index.html": page(
        "",
        `<picture><source type="image/none" srcset="c.svg"><source type="image/svg+xml" srcset="b.svg"><img src="a.svg" alt=""></picture>`,
      ),
      ...pictures,
    },
  },
  "picture-media": {
    files: {
      "index.html": page(
        "",
        `<picture><source media="(min-width: 800px)" srcset="b.svg, c.svg 2x"><img src="a.svg" alt=""></picture>`,
      ),
      ...pictures,
    },
  },
  "picture-media-narrow": {
    width: 500,
    files: {
      "index.html": page(
        "",
        `<picture><source media="(min-width: 800px)" srcset="b.svg, c.svg 2x"><img src="a.svg" alt=""></picture>`,
      ),
      ...pictures,
    },
  },
  "picture-dark": {
    dark: true,
    files: {
      "index.html": page(
        "",
        `<picture><source media="(prefers-color-scheme: dark)" srcset="b.svg"><img src="a.svg" alt=""></picture>`,
      ),
      ...pictures,
    },
  },
  "picture-broken-source": {
    files: {
      "index.html": page("", `<picture><source srcset="missing.svg"><img src="a.svg" alt=""></picture>`),
      ...pictures,
    },
  },
  "image-lazy": {
    files: {
      "index.html": page(
        "",
        `<img loading="lazy" src="a.svg" alt="">${tall}${tall}<img loading="lazy" src="b.svg" alt="">`,
      ),
      ...pictures,
    },
  },
  "image-far-below": { files: { "index.html": page("", `${tall}<img src="a.svg" alt="">`), ...pictures } },
  "image-priority": {
    files: {
      "index.html": page(
        "",
        `<img fetchpriority="high" src="a.svg" alt=""><img fetchpriority="low" src="b.svg" alt="">`,
      ),
      ...pictures,
    },
  },
  "image-crossorigin": {
    files: {
      "index.html": page(
        "",
        `<img crossorigin src="a.svg" alt=""><img crossorigin="use-credentials" src="b.svg" alt=""><img src="c.svg" alt=""><img crossorigin src="c.svg" alt="">`,
      ),
      ...pictures,
    },
  },
  "image-referrerpolicy": {
    files: { "index.html": page("", `<img referrerpolicy="no-referrer" src="a.svg" alt="">`), ...pictures },
  },
  "image-hidden": {
    files: {
      "index.html": page("", `<div hidden><img src="a.svg" alt=""></div><template><img src="b.svg" alt=""></template>`),
      ...pictures,
    },
  },
  "image-redirected": {
    redirects: ["old.svg a.svg 302"],
    files: { "index.html": page("", `<img src="old.svg" alt="">`), ...pictures },
  },
  "image-no-store": {
    headers: { "*.svg": ["Cache-Control: no-store"] },
    files: { "index.html": page("", `<img src="a.svg" alt=""><img src="a.svg" alt="">`), ...pictures },
  },
  "image-replaced-by-a-script": {
    files: {
      "index.html": page("", `<script src="a.js"></script><img src="a.svg" alt="">`),
      "a.js": `new MutationObserver(() => { const image = document.querySelector("img"); if (image?.src.endsWith("a.svg")) image.src = "b.svg"; }).observe(document, { childList: true, subtree: true });`,
      ...pictures,
    },
  },
  "image-of-a-script": {
    files: {
      "index.html": page(
        "",
        `<script>const image = new Image(); globalThis.until = new Promise((resolve) => (image.onload = resolve)); image.src = "a.svg"; document.body.append(image);</script>`,
      ),
      ...pictures,
    },
  },
  "image-own-preload": {
    files: {
      "index.html": page(
        `<link rel="preload" as="image" href="a.svg" imagesrcset="a.svg 100w, b.svg 1000w" imagesizes="50vw"><link rel="preload" as="image" href="c.svg" media="(max-width: 600px)">`,
        `<img src="a.svg" srcset="a.svg 100w, b.svg 1000w" sizes="50vw" alt="">`,
      ),
      ...pictures,
    },
  },
  "image-comma-in-its-name": {
    files: {
      "index.html": page(
        "",
        `<img src="a,b%20c.svg" alt=""><img src="a;b.svg" alt=""><img src="a.svg?x=%22&amp;y=>" alt="">`,
      ),
      "a,b c.svg": svg("red"),
      "a;b.svg": svg("red"),
      ...pictures,
    },
  },
  "svg-use": {
    files: {
      "index.html": page(
        "",
        `<svg><use href="sprite.svg#a"/></svg><svg><image href="a.svg" width="9" height="9"/></svg>`,
      ),
      "sprite.svg": `<svg xmlns="http://www.w3.org/2000/svg"><symbol id="a"><rect width="9" height="9"/></symbol></svg>`,
      ...pictures,
    },
  },
  "svg-script": {
    files: {
      "index.html": page("", `<svg><script href="a.js"></script><style>@import "a.css";</style></svg>`),
      "a.js": ran("a"),
      "a.css": "h1 { color: rgb(1, 2, 3) }",
    },
  },
  frame: {
    files: {
      "index.html": page("", `<iframe src="frame.html"></iframe>`),
      "frame.html": page(
        `<link rel="stylesheet" href="a.css"><script type="module" src="app.js"></script>`,
        `<img src="a.svg" alt="">`,
      ),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      "app.js": ran("app", `import "./a.js";`),
      "a.js": ran("a"),
      ...pictures,
    },
  },
  "frame-lazy": {
    files: {
      "index.html": page("", `${tall}${tall}<iframe loading="lazy" src="frame.html"></iframe>`),
      "frame.html": page(`<link rel="stylesheet" href="a.css">`),
      "a.css": "",
    },
  },
  "frame-srcdoc": {
    files: {
      "index.html": page(
        "",
        `<iframe srcdoc="<link rel=stylesheet href=a.css><script type=module src=app.js></script><h1>inner</h1>"></iframe>`,
      ),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      "app.js": ran("app", `import "./a.js";`),
      "a.js": ran("a"),
    },
  },
  "frame-sandboxed": {
    files: {
      "index.html": page(
        "",
        `<iframe sandbox src="frame.html"></iframe><iframe sandbox="allow-scripts" src="frame.html?2"></iframe>`,
      ),
      "frame.html": page(
        `<link rel="stylesheet" href="a.css"><script src="b.js"></script><script type="module" src="app.js"></script>`,
      ),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      "app.js": ran("app", `import "./a.js";`),
      "a.js": ran("a"),
      "b.js": ran("b"),
    },
  },
  frameset: {
    files: {
      "index.html": `<!doctype html><html><head><title>probe</title><link rel="icon" href="data:,"></head><frameset cols="50%,50%"><frame src="frame.html"><frame src="frame.html?2"></frameset></html>`,
      "frame.html": page(`<link rel="stylesheet" href="a.css">`, `<img src="a.svg" alt="">`),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      ...pictures,
    },
  },
  "object-and-embed": {
    files: {
      "index.html": page(
        "",
        `<object data="a.svg" type="image/svg+xml"></object><embed src="b.svg" type="image/svg+xml">`,
      ),
      ...pictures,
    },
  },
  "video-poster-and-track": {
    files: {
      "index.html": page(
        "",
        `<video preload="none" poster="a.svg" src="none.mp4"><track default kind="captions" src="a.vtt"></video>`,
      ),
      "a.vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\ntext\n",
      "none.mp4": "none",
      ...pictures,
    },
  },
  "page-xhtml": {
    files: {
      "index.html": page("", `<iframe src="page.xhtml"></iframe>`),
      "page.xhtml": `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title><link rel="stylesheet" href="a.css"/><script src="a.js"></script></head><body><h1>x</h1></body></html>`,
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      "a.js": ran("a"),
    },
  },
  "page-meta-refresh": {
    files: {
      "index.html": page(`<meta http-equiv="refresh" content="0; url=next.html"><link rel="stylesheet" href="a.css">`),
      "next.html": page(`<link rel="stylesheet" href="a.css">`, "<h1>next</h1>"),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
    },
  },
  "page-changed": {
    visits: 2,
    files: {
      "index.html": page(`<link rel="stylesheet" href="a.css"><script type="module" src="app.js"></script>`),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { color: rgb(1, 2, 3) }",
      "c.css": "h1 { color: rgb(4, 5, 6) }",
      "app.js": ran("app", `import "./a.js";`),
      "a.js": ran("a"),
      "b.js": ran("b"),
    },
    change: { "a.css": `@import "c.css"; `, "app.js": ran("app again", `import "./b.js"; `) },
  },
};
