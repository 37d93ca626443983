// A small application as bundlers make them, for those who have no built sites at hand: reading its files does not find
// its chunks, the styles and the data of these, nor the picture that they add.
import { writeSite } from "./delivery-site.js";

/** An expression for a URL that only running it tells. */
const hidden = (url) => `[${url.split("/").map((part) => JSON.stringify(part))}].join("/")`;

const filler = (bytes) => `/*${"Lorem ipsum dolor sit amet. ".repeat(bytes / 28)}*/\n`;

export async function writeLearningSite() {
  const { root, remove } = await writeSite(files);
  return { sites: [{ name: "application", root }], remove };
}

const files = {
  "index.html": `<!doctype html><html lang="en"><meta charset="utf-8"><title>Application</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/app.css"><script type="module" src="/assets/app.js"></script><div id="app"></div>`,
  "assets/app.css": `body { margin: 0 }\n${filler(4000)}`,
  "assets/app.js": `${filler(60_000)}
const { render } = await import(${hidden("/assets/route.js")});
document.querySelector("#app").append(await render());`,
  "assets/route.js": `${filler(30_000)}
const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: ${hidden("/assets/route.css")} });
const isStyled = new Promise((resolve) => (style.onload = resolve));
document.head.append(style);
export async function render() {
  const { list } = await import(${hidden("/assets/list.js")});
  await isStyled;
  return list(await (await fetch(${hidden("/api/items.json")})).json());
}`,
  "assets/route.css": `main { font: 1.2rem/1.5 sans-serif }\n${filler(6000)}`,
  "assets/list.js": `${filler(20_000)}
export function list(items) {
  const main = document.createElement("main");
  main.append(...items.map((item) => Object.assign(document.createElement("p"), { textContent: item })));
  return main;
}`,
  "api/items.json": JSON.stringify(Array.from({ length: 30 }, (_, n) => `Item ${n} of the list that the page shows`)),
};
