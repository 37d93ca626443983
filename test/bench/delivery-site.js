import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Writes files into a directory of their own; returns it, and what removes it. */
export async function writeSite(files) {
  const root = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

const filler = (bytes) => `/*${"x".repeat(bytes)}*/\n`;

/** A page with 12 assets: a module graph five deep, and a font that a stylesheet's import asks for. */
export function deepSite() {
  const modules = Object.fromEntries(
    [1, 2, 3, 4, 5].map((n) => [
      `js/${n}.js`,
      `${n < 5 ? `import "./${n + 1}.js";\n` : ""}globalThis.loaded = (globalThis.loaded ?? 0) + 1;\n${filler(4000)}`,
    ]),
  );
  return {
    "index.html": `<!doctype html><html lang="en"><meta charset="utf-8"><title>Deep</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/css/site.css"><script type="module" src="/js/1.js"></script>
<script src="/js/late.js" defer></script>
<h1>Deep</h1><p>Text in a font of its own.</p>
<img src="/img/a.svg" alt="" width="10" height="10"><img src="/img/b.svg" alt="" width="10" height="10">`,
    "css/site.css": `@import "/css/base.css";\nh1 { color: #222 }\n${filler(4000)}`,
    "css/base.css": `@import "/css/type.css";\nbody { margin: 2rem }\n${filler(4000)}`,
    "css/type.css": `@font-face { font-family: Text; src: url(/fonts/text.woff2) format("woff2") }\nbody { font-family: Text, serif }\n`,
    "fonts/text.woff2": Buffer.alloc(20_000, 1),
    ...modules,
    "js/late.js": `globalThis.late = true;\n${filler(2000)}`,
    "img/a.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>`,
    "img/b.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><circle r="1"/></svg>`,
  };
}

/** A page of 60 KB with assets of 300 KB: two stylesheets and a script that block rendering, more scripts, pictures. */
export function heavySite() {
  const paragraph = `<p>${"text ".repeat(40)}</p>\n`;
  const image = (n) => `<img src="/img/${n}.svg" alt="" width="10" height="10">\n`;
  const svg = (bytes) =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><!--${"x".repeat(bytes)}--><rect width="1" height="1"/></svg>`;
  const numbers = [1, 2, 3, 4, 5, 6];
  return {
    "index.html": `<!doctype html><html lang="en"><meta charset="utf-8"><title>Heavy</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/css/a.css"><link rel="stylesheet" href="/css/b.css"><script src="/js/first.js"></script>
<script src="/js/late.js" defer></script><script type="module" src="/js/app.js"></script>
${paragraph.repeat(140)}${numbers.map(image).join("")}${paragraph.repeat(145)}`,
    "css/a.css": `p { color: #222 }\n${filler(25_000)}`,
    "css/b.css": `h1 { color: #222 }\n${filler(15_000)}`,
    "js/first.js": filler(20_000),
    "js/late.js": filler(40_000),
    "js/app.js": `import "./part.js";\n${filler(30_000)}`,
    "js/part.js": filler(30_000),
    ...Object.fromEntries(numbers.map((n) => [`img/${n}.svg`, svg(23_000)])),
  };
}
