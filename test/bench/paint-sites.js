// Small sites for the bench of painting, for those who have no others at hand.
import { deflateSync } from "node:zlib";
import { randomFrom } from "./paired.js";
import { deepSite, writeSite } from "./delivery-site.js";

const random = randomFrom(7);

const filler = (bytes) => `/*${words(bytes)}*/\n`;

/** Text that is compressed as text is. */
function words(bytes) {
  let text = "";
  while (text.length < bytes) text += `${Math.floor(random() * 4000).toString(36)}${random() < 0.1 ? ". " : " "}`;
  return text;
}

export const noise = (bytes) => Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));

/** A PNG of noise, as photographs are not compressed any further: about 3 bytes a pixel. */
export function png(width, height) {
  const rows = Array.from({ length: height }, () => Buffer.concat([Buffer.of(0), noise(width * 3)]));
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const chunks = [chunk("IHDR", size), chunk("IDAT", deflateSync(Buffer.concat(rows))), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** `zlib.crc32` came with Node 20.15 and 22.2; this one runs anywhere. */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const page = (title, head, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">
${head}
<body>${body}`;

const face = (name, file) =>
  `@font-face { font-family: ${name}; src: url(/fonts/${file}.woff2) format("woff2"); font-display: swap }\n`;

/** One page with many pictures, of which few are in view, and the fonts of its stylesheet. */
function templateSite() {
  const pictures = Array.from({ length: 14 }, (_, n) => n);
  const figure = (n) =>
    `<section><h2>${words(20)}</h2><img src="/img/${n}.png" alt="" width="600" height="400"><p>${words(600)}</p></section>\n`;
  return {
    "index.html": page(
      "Template",
      `<link rel="stylesheet" href="/css/site.css"><link rel="stylesheet" href="/css/theme.css">`,
      `<header class="hero"><h1>${words(30)}</h1></header>${pictures.map(figure).join("")}
<script src="/js/vendor.js"></script><script src="/js/site.js"></script>`,
    ),
    "css/site.css": `${face("Head", "head")}${face("Text", "text")}h1, h2 { font-family: Head, sans-serif }
body { font-family: Text, serif; margin: 0 } img { display: block; width: 600px; height: 400px }
.hero { height: 500px; background: url(/img/hero.png) center / cover }\n${filler(30_000)}`,
    "css/theme.css": filler(20_000),
    "fonts/head.woff2": noise(18_000),
    "fonts/text.woff2": noise(24_000),
    "img/hero.png": png(240, 120),
    ...Object.fromEntries(pictures.map((n) => [`img/${n}.png`, png(180, 120)])),
    "js/vendor.js": filler(60_000),
    "js/site.js": filler(10_000),
  };
}

/** Cards and charts: stylesheets that import others, an icon font, scripts in order, and modules behind them. */
function dashboardSite() {
  const card = () => `<div class="card"><i class="icon"></i><h2>${words(15)}</h2><p>${words(200)}</p></div>`;
  const scripts = ["framework", "plugins", "charts", "demo"];
  return {
    "index.html": page(
      "Dashboard",
      `<link rel="stylesheet" href="/vendor/icons.css"><link rel="stylesheet" href="/css/dashboard.css">`,
      `<nav>${words(300)}</nav><main>${Array.from({ length: 20 }, card).join("\n")}</main><img src="/img/face.png" alt="" width="60" height="60">
${scripts.map((name) => `<script src="/js/${name}.js"></script>`).join("")}<script type="module" src="/js/app.js"></script>`,
    ),
    "vendor/icons.css": `${face("Icons", "icons")}.icon::before { font-family: Icons; content: "\\e001" }\n${filler(15_000)}`,
    "css/dashboard.css": `@import "/css/grid.css";\n@import "/css/type.css";\n.card { padding: 1rem }\n${filler(40_000)}`,
    "css/grid.css": `main { display: grid; grid-template-columns: repeat(4, 1fr) }\n${filler(8000)}`,
    "css/type.css": `${face("Text", "text")}body { font-family: Text, sans-serif }\n${filler(4000)}`,
    "fonts/icons.woff2": noise(70_000),
    "fonts/text.woff2": noise(22_000),
    "img/face.png": png(60, 60),
    ...Object.fromEntries(scripts.map((name, at) => [`js/${name}.js`, filler(20_000 + 15_000 * at)])),
    "js/app.js": `import "./widgets.js";\n${filler(15_000)}`,
    "js/widgets.js": `import "./data.js";\n${filler(25_000)}`,
    "js/data.js": filler(20_000),
  };
}

/** Articles with one stylesheet and one font; and one of them long, with what it needs at its end. */
function blogSite() {
  const head = `<link rel="stylesheet" href="/css/blog.css">`;
  const paragraphs = (count) => Array.from({ length: count }, () => `<p>${words(700)}</p>`).join("\n");
  return {
    "index.html": page("Blog", head, `<h1>${words(20)}</h1>${paragraphs(6)}`),
    "long/index.html": page(
      "Long",
      head,
      `<h1>${words(20)}</h1>${paragraphs(140)}<img src="/img/end.png" alt="" width="300" height="200"><script src="/js/comments.js"></script>`,
    ),
    "picture/index.html": page(
      "Picture",
      head,
      `<h1>${words(20)}</h1><img src="/img/lead.png" alt="" width="900" height="500">${paragraphs(6)}`,
    ),
    "css/blog.css": `${face("Text", "text")}body { font-family: Text, serif; max-width: 60rem; margin: auto }\n${filler(6000)}`,
    "fonts/text.woff2": noise(28_000),
    "img/lead.png": png(240, 140),
    "img/end.png": png(120, 80),
    "js/comments.js": filler(12_000),
  };
}

/** Writes them all; returns them, and what removes them. */
export async function writePaintSites() {
  const made = { template: templateSite(), dashboard: dashboardSite(), blog: blogSite(), chain: deepSite() };
  const written = await Promise.all(
    Object.entries(made).map(async ([name, files]) => ({ name, ...(await writeSite(files)) })),
  );
  return {
    sites: written.map(({ name, root }) => ({ name, root })),
    remove: () => Promise.all(written.map(({ remove }) => remove())),
  };
}
