import { integrity, page, ran, type Probes } from "./probe.js";

const map = (imports: object, more: object = {}) =>
  `<script type="importmap">${JSON.stringify({ imports, ...more })}</script>`;
const app = `<script type="module" src="app.js"></script>`;
const lib = ran("lib", "export const lib = 1;");
const bare = ran("app", `import { lib } from "lib"; document.body.append("lib " + lib);`);
const files = { "app.js": bare, "lib.js": lib };
const addMap = (imports: object) =>
  `const map = document.createElement("script"); map.type = "importmap";
map.textContent = ${JSON.stringify(JSON.stringify({ imports }))}; document.head.append(map);`;

/** Pages with an import map: what is announced as a module may end the time in which a map is taken. */
export const importMaps: Probes = {
  "map-inline": { files: { "index.html": page(map({ lib: "./lib.js" }) + app), ...files } },
  "map-inline-module": {
    files: {
      "index.html": page(map({ lib: "./lib.js" }), `<script type="module">import "lib";</script>`),
      "lib.js": lib,
    },
  },
  "map-after-classic-script": {
    files: {
      "index.html": page(`<script src="first.js"></script>${map({ lib: "./lib.js" })}${app}`),
      "first.js": ran("first"),
      ...files,
    },
  },
  "map-at-the-end-of-the-body": {
    files: {
      "index.html": page("", `${"<p>text</p>".repeat(200)}${map({ lib: "./lib.js" })}${app}`),
      ...files,
    },
  },
  "map-by-a-script": {
    files: {
      "index.html": page(`<script src="first.js"></script>${app}`),
      "first.js": ran("first", addMap({ lib: "./lib.js" })),
      ...files,
    },
  },
  "map-by-a-script-over-paths": {
    files: {
      "index.html": page(`<script src="first.js"></script>${app}`),
      "first.js": ran("first", addMap({ "./part.js": "./other.js" })),
      "app.js": ran("app", `import "./part.js";`),
      "part.js": ran("part"),
      "other.js": ran("other"),
    },
  },
  "map-by-an-inline-script": {
    files: { "index.html": page(`<script>${addMap({ lib: "./lib.js" })}</script>${app}`), ...files },
  },
  "map-by-document-write": {
    files: {
      "index.html": page(`<script src="first.js"></script>${app}`),
      "first.js": ran("first", `document.write(${JSON.stringify(map({ lib: "./lib.js" }).replaceAll("/", "\\/"))});`),
      ...files,
    },
  },
  "map-two": {
    files: {
      "index.html": page(`${map({ lib: "./lib.js" })}${map({ more: "./more.js" })}${app}`),
      "app.js": ran("app", `import "lib"; import "more";`),
      "lib.js": lib,
      "more.js": ran("more"),
    },
  },
  "map-second-after-a-module": {
    files: {
      "index.html": page(
        `${map({ lib: "./lib.js" })}${app}`,
        `${map({ more: "./more.js" })}<script type="module" src="last.js"></script>`,
      ),
      ...files,
      "last.js": ran("last", `import "more";`),
      "more.js": ran("more"),
    },
  },
  "map-deep": {
    files: {
      "index.html": page(map({ "lib/": "./lib/" }) + app),
      "app.js": ran("app", `import "lib/a.js";`),
      "lib/a.js": ran("a", `import "lib/b.js";`),
      "lib/b.js": ran("b", `import "./c.js";`),
      "lib/c.js": ran("c"),
    },
  },
  "map-scopes": {
    files: {
      "index.html": page(
        map({ lib: "./lib.js" }, { scopes: { "./scoped/": { lib: "./scoped/lib.js" } } }) +
          app +
          `<script type="module" src="scoped/app.js"></script>`,
      ),
      ...files,
      "scoped/app.js": ran("scoped", `import "lib";`),
      "scoped/lib.js": ran("scoped lib"),
    },
  },
  "map-integrity": {
    files: {
      "index.html": page(map({ lib: "./lib.js" }, { integrity: { "./lib.js": integrity(lib) } }) + app),
      ...files,
    },
  },
  "map-integrity-wrong": {
    files: {
      "index.html": page(map({ lib: "./lib.js" }, { integrity: { "./lib.js": integrity("other") } }) + app),
      ...files,
    },
  },
  "map-integrity-of-the-root": {
    files: {
      "index.html": page(map({ lib: "./lib.js" }, { integrity: { "./app.js": integrity(bare) } }) + app),
      ...files,
    },
  },
  "map-json-and-css": {
    files: {
      "index.html": page(map({ data: "./data.json", sheet: "./sheet.css" }) + app),
      "app.js": ran(
        "app",
        `import data from "data" with { type: "json" }; document.body.append("data " + data.value);`,
      ),
      "data.json": `{ "value": 1 }`,
      "sheet.css": "h1 { color: rgb(1, 2, 3) }",
    },
  },
  "map-credentials": {
    files: {
      "index.html": page(
        `${map({ lib: "./lib.js" })}<script type="module" crossorigin="use-credentials" src="app.js"></script>`,
      ),
      ...files,
    },
  },
  "map-anonymous": {
    files: {
      "index.html": page(`${map({ lib: "./lib.js" })}<script type="module" crossorigin src="app.js"></script>`),
      ...files,
    },
  },
  "map-integrity-attribute": {
    files: {
      "index.html": page(
        `${map({ lib: "./lib.js" })}<script type="module" integrity="${integrity(bare)}" src="app.js"></script>`,
      ),
      ...files,
    },
  },
  "map-classic-import": {
    files: {
      "index.html": page(`${map({ lib: "./lib.js" })}<script src="classic.js"></script>`),
      "classic.js": ran(
        "classic",
        `globalThis.until = import("lib").then(({ lib }) => globalThis.order.push(lib), () => 0);`,
      ),
      "lib.js": lib,
    },
  },
  "map-with-own-modulepreload": {
    files: {
      "index.html": page(`${map({ lib: "./lib.js" })}<link rel="modulepreload" href="lib.js">${app}`),
      ...files,
    },
  },
  "map-invalid": {
    files: { "index.html": page(`<script type="importmap">{ not JSON</script>${app}`), ...files },
  },
  "map-in-a-template": {
    files: {
      "index.html": page(`<template>${map({ lib: "./other.js" })}</template>${map({ lib: "./lib.js" })}${app}`),
      ...files,
      "other.js": ran("other"),
    },
  },
  "map-external": {
    files: {
      "index.html": page(`<script type="importmap" src="map.json"></script>${app}`),
      "map.json": JSON.stringify({ imports: { lib: "./lib.js" } }),
      ...files,
    },
  },
  "map-nomodule": {
    files: {
      "index.html": page(`${map({ lib: "./lib.js" })}<script nomodule src="old.js"></script>${app}`),
      "old.js": ran("old"),
      ...files,
    },
  },
  "map-in-a-frame": {
    files: {
      "index.html": page("", `<iframe src="frame.html"></iframe>`),
      "frame.html": page(map({ lib: "./lib.js" }) + app),
      ...files,
    },
  },
  "map-link-field": {
    headers: { "": ["Link: <app.js>; rel=modulepreload, <lib.js>; rel=modulepreload"] },
    files: { "index.html": page(map({ lib: "./lib.js" }) + app), ...files },
  },
  "map-behind-a-redirect": {
    redirects: ["app-old.js app.js 302"],
    files: {
      "index.html": page(`${map({ lib: "./lib.js" })}<script type="module" src="app-old.js"></script>`),
      ...files,
    },
  },
};
