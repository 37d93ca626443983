import { font, ICON, integrity, page, ran, svg, type Probes } from "./probe.js";

const sheet = (attributes: string, href = "a.css") => `<link rel="stylesheet" href="${href}" ${attributes}>`;
const green = "h1 { color: rgb(1, 2, 3) }";
const imports = { "a.css": `@import "b.css"; ${green}`, "b.css": "h1 { background: rgb(4, 5, 6) }" };
const face = (more = "", name = "Icons") =>
  `@font-face { font-family: ${name}; src: url(icons.ttf) format("truetype"); ${more} }`;
const icons = { "icons.ttf": font };
const icon = `<h1>${ICON} heading</h1>`;

/** Stylesheets, and the fonts and pictures that they name. */
export const styles: Probes = {
  "style-imports": { files: { "index.html": page(sheet("")), ...imports } },
  "style-integrity": {
    files: { "index.html": page(sheet(`integrity="${integrity(imports["a.css"])}"`)), ...imports },
  },
  "style-integrity-wrong": { files: { "index.html": page(sheet(`integrity="${integrity("other")}"`)), ...imports } },
  "style-crossorigin": { files: { "index.html": page(sheet("crossorigin")), ...imports } },
  "style-use-credentials": { files: { "index.html": page(sheet(`crossorigin="use-credentials"`)), ...imports } },
  "style-twice": { files: { "index.html": page(sheet("") + sheet("crossorigin")), ...imports } },
  "style-disabled": { files: { "index.html": page(sheet("disabled")), ...imports } },
  "style-disabled-by-a-script": {
    files: {
      "index.html": page(`${sheet(`id="it"`)}<script src="a.js"></script>`),
      "a.js": `document.getElementById("it").disabled = true;`,
      ...imports,
    },
  },
  "style-removed-by-a-script": {
    files: {
      "index.html": page(`<script src="a.js"></script>${sheet("")}`),
      "a.js": `new MutationObserver(() => document.querySelector("[rel=stylesheet]")?.remove()).observe(document.head, { childList: true });`,
      ...imports,
    },
  },
  "style-alternate": {
    files: {
      "index.html": page(
        `${sheet("")}<link rel="alternate stylesheet" title="Other" href="c.css"><link rel="stylesheet" title="One" href="d.css"><link rel="stylesheet" title="Two" href="e.css">`,
      ),
      ...imports,
      "c.css": `@import "f.css";`,
      "d.css": "h1 { margin: 1px }",
      "e.css": "h1 { margin: 2px }",
      "f.css": "",
    },
  },
  "style-print-then-all": {
    files: { "index.html": page(sheet(`media="print" onload="this.media='all'"`)), ...imports },
  },
  "style-print": { files: { "index.html": page(sheet(`media="print"`)), ...imports } },
  "style-preload-then-stylesheet": {
    files: {
      "index.html": page(
        `<link rel="preload" as="style" href="a.css" onload="this.onload=null;this.rel='stylesheet'">`,
      ),
      ...imports,
    },
  },
  "style-media": {
    files: {
      "index.html": page(sheet(`media="(min-width: 800px)"`) + sheet(`media="(max-width: 799px)"`, "c.css")),
      ...imports,
      "c.css": `@import "d.css"; h1 { color: rgb(7, 8, 9) }`,
      "d.css": "h1 { margin: 1px }",
    },
  },
  "style-media-narrow": {
    width: 500,
    files: {
      "index.html": page(sheet(`media="(min-width: 800px)"`) + sheet(`media="(max-width: 799px)"`, "c.css")),
      ...imports,
      "c.css": `@import "d.css"; h1 { color: rgb(7, 8, 9) }`,
      "d.css": "h1 { margin: 1px }",
    },
  },
  "style-import-conditions": {
    files: {
      "index.html": page(sheet("")),
      "a.css": `@import "b.css" layer(one) supports(display: grid) screen; @import "c.css" supports(display: none-such); @import "d.css" print; ${green}`,
      "b.css": "h1 { margin: 1px }",
      "c.css": "h1 { margin: 2px }",
      "d.css": "h1 { margin: 3px }",
    },
  },
  "style-import-media-narrow": {
    width: 500,
    files: {
      "index.html": page(sheet("")),
      "a.css": `@import "b.css" (min-width: 800px); @import "c.css" (max-width: 799px); ${green}`,
      "b.css": "h1 { margin: 1px }",
      "c.css": "h1 { margin: 2px }",
    },
  },
  "style-import-inline": {
    files: {
      "index.html": page(`<style>@import "a.css";</style><style media="print">@import "c.css";</style>`),
      ...imports,
      "c.css": "",
    },
  },
  "style-import-circular": {
    files: {
      "index.html": page(sheet("")),
      "a.css": `@import "b.css"; ${green}`,
      "b.css": `@import "a.css"; @import "b.css"; h1 { margin: 1px }`,
    },
  },
  "style-redirected": {
    redirects: ["old.css new/a.css 302", "older.css new/b.css 308"],
    files: {
      "index.html": page(sheet("", "old.css")),
      "new/a.css": `@import "../older.css"; @import "c.css"; h1 { color: rgb(1, 2, 3); background: url(a.svg) }`,
      "new/b.css": "h1 { margin: 1px }",
      "new/c.css": "h1 { padding: 1px }",
      "new/a.svg": svg("red"),
    },
  },
  "style-of-another-type": {
    headers: { "a.css": ["Content-Type: text/plain", "X-Content-Type-Options: nosniff"] },
    files: { "index.html": page(sheet("")), ...imports },
  },
  "style-in-the-body": { files: { "index.html": page("", `<p>text</p>${sheet("")}<h1>heading</h1>`), ...imports } },
  "style-blocking-render": {
    files: {
      "index.html": page(`${sheet(`blocking="render"`)}<script async blocking="render" src="a.js"></script>`),
      ...imports,
      "a.js": ran("a"),
    },
  },
  "style-no-store": {
    headers: { "*.css": ["Cache-Control: no-store"], "*.ttf": ["Cache-Control: no-store"] },
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@import "b.css";`,
      "b.css": `${face()} h1 { font-family: Icons }`,
      ...icons,
    },
  },
  "style-class-switched": {
    files: {
      "index.html": page(
        `<script>document.documentElement.className = "js";</script>${sheet("")}`,
        "<h1>heading</h1>",
        `<!doctype html><!-- -->`,
      ),
      "a.css": `@import "b.css";`,
      "b.css": `html:not(.js) h1 { background: url(a.svg) } .js h1 { background: url(b.svg) }`,
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
    },
  },
  "style-removed-element": {
    files: {
      "index.html": page(sheet(""), `<div class="loading">${ICON}</div><h1>heading</h1><script src="a.js"></script>`),
      "a.css": `@import "b.css";`,
      "b.css": `${face()} .loading { font-family: Icons; background: url(a.svg) }`,
      "a.js": `document.querySelector(".loading").remove();`,
      "a.svg": svg("red"),
      ...icons,
    },
  },
  "style-supports-and-container": {
    files: {
      "index.html": page(sheet(""), `<div style="container-type: inline-size"><h1>heading</h1></div>`),
      "a.css": `@container (min-width: 2000px) { h1 { background: url(a.svg) } } @container (max-width: 1999px) { h1 { background: url(b.svg) } }`,
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
    },
  },
  "style-dark": {
    dark: true,
    files: {
      "index.html": page(sheet("")),
      "a.css": `@media (prefers-color-scheme: light) { h1 { background: url(a.svg) } } @media (prefers-color-scheme: dark) { h1 { background: url(b.svg) } }`,
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
    },
  },
  "font-used": {
    files: { "index.html": page(sheet(""), icon), "a.css": `${face()} h1 { font-family: Icons }`, ...icons },
  },
  "font-deep": {
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@import "b.css";`,
      "b.css": `@import "fonts/c.css"; h1 { font-family: Icons }`,
      "fonts/c.css": `@font-face { font-family: Icons; src: url(../icons.ttf) format("truetype") }`,
      ...icons,
    },
  },
  "font-display": {
    files: {
      "index.html": page(sheet(""), `${icon}<h2>${ICON}</h2>`),
      "a.css": `${face("font-display: optional")}${face("font-display: swap", "Second")} h1 { font-family: Icons } h2 { font-family: Second }`,
      ...icons,
    },
  },
  "font-unicode-range": {
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@font-face { font-family: Icons; src: url(none.ttf); unicode-range: U+400-4FF } ${face("unicode-range: U+E000-F8FF")} h1 { font-family: Icons }`,
      "none.ttf": font,
      ...icons,
    },
  },
  "font-local-first": {
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@font-face { font-family: Icons; src: local("No Such Font"), url(icons.woff3) format("none"), url(icons.ttf) format("truetype") } h1 { font-family: Icons }`,
      ...icons,
    },
  },
  "font-local-found": {
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@font-face { font-family: Icons; src: local("DejaVu Sans"), local("Liberation Sans"), url(icons.ttf) format("truetype") } h1 { font-family: Icons }`,
      ...icons,
    },
  },
  "font-media-narrow": {
    width: 500,
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@import "b.css";`,
      "b.css": `${face()} @media (min-width: 800px) { h1 { font-family: Icons; background: url(a.svg) } }`,
      "a.svg": svg("red"),
      ...icons,
    },
  },
  "font-own-preload": {
    files: {
      "index.html": page(
        `<link rel="preload" as="font" type="font/ttf" crossorigin href="icons.ttf">${sheet("")}`,
        icon,
      ),
      "a.css": `${face()} h1 { font-family: Icons }`,
      ...icons,
    },
  },
  "font-own-preload-without-crossorigin": {
    files: {
      "index.html": page(`<link rel="preload" as="font" type="font/ttf" href="icons.ttf">${sheet("")}`, icon),
      "a.css": `${face()} h1 { font-family: Icons }`,
      ...icons,
    },
  },
  "font-by-a-script": {
    files: {
      "index.html": page(
        "",
        `${icon}<script>const face = new FontFace("Icons", "url(icons.ttf)"); document.fonts.add(face); globalThis.until = face.load();</script>`,
      ),
      ...icons,
    },
  },
  "font-text-replaced": {
    files: {
      "index.html": page(sheet(""), `<h1>${ICON}</h1><script src="a.js"></script>`),
      "a.css": `@import "b.css";`,
      "b.css": `${face("unicode-range: U+E000-F8FF")} h1 { font-family: Icons }`,
      "a.js": `document.querySelector("h1").textContent = "plain";`,
      ...icons,
    },
  },
  "font-redirected": {
    redirects: ["old.ttf icons.ttf 302"],
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@font-face { font-family: Icons; src: url(old.ttf) } h1 { font-family: Icons }`,
      ...icons,
    },
  },
  "font-with-a-query": {
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@font-face { font-family: Icons; src: url("icons.ttf?v=1#iefix") format("truetype") } h1 { font-family: Icons }`,
      ...icons,
    },
  },
  "font-that-is-none": {
    files: {
      "index.html": page(sheet(""), icon),
      "a.css": `@font-face { font-family: Icons; src: url("icons.woff2") format("woff2") } h1 { font-family: Icons }`,
      "icons.woff2": "not a font",
    },
  },
  background: {
    files: {
      "index.html": page(sheet(""), `<h1>heading</h1><div id="hidden"><p>text</p></div>`),
      "a.css": `@import "b.css"; #hidden { display: none } #hidden p { background: url(c.svg) }`,
      "b.css": "h1 { background: url(a.svg), url(b.svg) }",
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
      "c.svg": svg("blue"),
    },
  },
  "background-far-below": {
    files: {
      "index.html": page(sheet(""), `${"<p>text</p>".repeat(300)}<h1>heading</h1>`),
      "a.css": "h1 { background: url(a.svg) }",
      "a.svg": svg("red"),
    },
  },
  "background-image-set": {
    files: {
      "index.html": page(sheet("")),
      "a.css": `h1 { background: image-set("a.svg" 1x, "b.svg" 2x) }`,
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
    },
  },
  "background-image-set-dense": {
    scale: 2,
    files: {
      "index.html": page(sheet("")),
      "a.css": `h1 { background: image-set("a.svg" 1x, "b.svg" 2x) }`,
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
    },
  },
  "background-of-a-pseudo-element": {
    files: {
      "index.html": page(sheet(""), `<h1>heading</h1><ul><li>one</li></ul>`),
      "a.css": `h1::before { content: url(a.svg) } h1::after { content: ""; background: url(b.svg) } li { list-style-image: url(c.svg) } li:hover { background: url(d.svg) }`,
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
      "c.svg": svg("green"),
      "d.svg": svg("black"),
    },
  },
  "background-also-an-image": {
    files: {
      "index.html": page(sheet(""), `<h1>heading</h1><img src="a.svg" alt=""><img src="b.svg" crossorigin alt="">`),
      "a.css": `@import "b.css";`,
      "b.css": "h1 { background: url(a.svg), url(b.svg) }",
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
    },
  },
  "background-redirected": {
    redirects: ["old.svg a.svg 302"],
    files: { "index.html": page(sheet("")), "a.css": "h1 { background: url(old.svg) }", "a.svg": svg("red") },
  },
  "mask-and-shape": {
    files: {
      "index.html": page(sheet(""), `<h1>heading</h1><div>text</div><p>text</p>`),
      "a.css": `h1 { mask-image: url(a.svg) } div { float: left; width: 50px; height: 50px; shape-outside: url(b.svg) } p { mask: url(c.svg#m) }`,
      "a.svg": svg("red"),
      "b.svg": svg("blue"),
      "c.svg": `<svg xmlns="http://www.w3.org/2000/svg"><mask id="m"><rect width="9" height="9" fill="white"/></mask></svg>`,
    },
  },
  "filter-and-clip-path": {
    files: {
      "index.html": page(sheet(""), `<h1>heading</h1><div>text</div>`),
      "a.css": `h1 { filter: url(a.svg#f) } div { clip-path: url(b.svg#c) }`,
      "a.svg": `<svg xmlns="http://www.w3.org/2000/svg"><filter id="f"><feFlood/></filter></svg>`,
      "b.svg": `<svg xmlns="http://www.w3.org/2000/svg"><clipPath id="c"><rect width="9" height="9"/></clipPath></svg>`,
    },
  },
  "style-of-shadow-dom": {
    files: {
      "index.html": page(
        "",
        `<div><template shadowrootmode="open"><link rel="stylesheet" href="a.css"><h1>shadow</h1></template></div>`,
      ),
      ...imports,
    },
  },
};
