import { expect, test } from "vitest";

import { scanIndex } from "../../support/scan-index.js";
import { ownDirectory, webpackChunk, webpackRuntime } from "../../support/webpack-site.js";

const scripts = `<script defer src="js/runtime.js"></script><script defer src="js/main.js"></script>`;
const chunks = { "chart.aaa.js": "", "532.bbb.js": "", "7.ccc.js": "", "chart.css1.css": "" };

const below = (directory: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [directory + name, text]));

const site = (main: string, runtime = webpackRuntime(ownDirectory), directory = "js/") => ({
  "index.html": scripts,
  "js/runtime.js": runtime,
  "js/main.js": main,
  ...below(directory, chunks),
});

const start = `e=>{e.O(0,[9],()=>e(1)),e.O()}`;
const main = (body: string, run = start) => webpackChunk(792, `1:(e,t,n)=>{${body}},2(e,t,n){n.e(7)}`, run);

const loaded = async (files: Readonly<Record<string, string>>) =>
  (await scanIndex(files)).entries.map(({ target }) => target).filter((target) => !/runtime|main/.test(target));

test.each([
  ["Promise.all([n.e(532),n.e(65)]).then(()=>n(5))", ["/js/532.bbb.js", "/js/chart.css1.css", "/js/chart.aaa.js"]],
  ["n.e(532)", ["/js/532.bbb.js"]],
  [`n.e("532")`, ["/js/532.bbb.js"]],
  ["var s=n(2);n.e(532)", ["/js/532.bbb.js", "/js/7.ccc.js"]],
  ["n.e(9)", []],
  ["n.e(1234)", []],
  ["addEventListener('click',()=>n.e(532))", []],
  ["if(x)n.e(532)", []],
  ["x.e(532)", []],
  ["(async()=>{const e=await n.e(532).then(()=>n(5));n.e(7)})()", ["/js/532.bbb.js", "/js/7.ccc.js"]],
  ["(async()=>{const e=await x();n.e(7)})()", []],
  ["n.p=x;n.e(532)", []],
])("what a module loads as it runs: %s", async (body, expected) => {
  expect(await loaded(site(main(body)))).toEqual(expected);
});

test.each([
  ["e=>{e(e.s=1)}", ["/js/532.bbb.js"]],
  ["e=>{e.O(0,[9,121],()=>e(1))}", ["/js/532.bbb.js"]],
  ["e=>{e.O(0,[44],()=>e(1))}", []],
  ["e=>{}", []],
])("a module runs once what it waits for is there: %s", async (run, expected) => {
  expect(await loaded(site(main("n.e(532)", run)))).toEqual(expected);
});

test.each([
  [`"/js/"`, "js/", ["/js/532.bbb.js"]],
  [`"/cdn/"`, "cdn/", ["/cdn/532.bbb.js"]],
  [`""`, "", ["/532.bbb.js"]],
  [`window.BASE`, "js/", []],
  [`"https://example.com/"`, "js/", []],
])("chunks are where the public path says: %s", async (path, directory, expected) => {
  expect(await loaded(site(main("n.e(532)"), webpackRuntime(path), directory))).toEqual(expected);
});

/** As `publicPath: "auto"` is written, which is what webpack does by itself. */
const automatic = (path: string) =>
  webpackRuntime("X").replace(
    "r.p=X",
    `(()=>{var e;if(!e)throw new Error("Automatic publicPath is not supported in this browser");e=e.replace(/\\/[^\\/]+$/,"/"),r.p=${path}})()`,
  );

test.each([
  ["e", "js/", ["/js/532.bbb.js"]],
  [`e+"../"`, "", ["/532.bbb.js"]],
  [`e+"../cdn/"`, "cdn/", ["/cdn/532.bbb.js"]],
  ["e.x", "js/", []],
])("chunks are where the script itself is: r.p=%s", async (path, directory, expected) => {
  expect(await loaded(site(main("n.e(532)"), automatic(path), directory))).toEqual(expected);
});

test.each([
  [
    `r([{path:"/",component:()=>n.e(532).then(n.bind(n,5))},{path:"/x",component:()=>n.e(7).then(n.bind(n,6))}])`,
    ["/js/532.bbb.js"],
  ],
  [
    `var s=(0,t.lazy)(()=>Promise.all([n.e(532),n.e(65)]).then(n.bind(n,5)));r([{path:"/",component:s},{path:"*",component:()=>n.e(7)}])`,
    ["/js/532.bbb.js", "/js/chart.css1.css", "/js/chart.aaa.js"],
  ],
  [`r([{path:"/x",component:()=>n.e(7).then(n.bind(n,6))}])`, []],
])("a router loads the chunks of a route: %s", async (body, expected) => {
  expect(await loaded(site(main(body)))).toEqual(expected);
});

test("chunks are found where scripts are loaded as modules, and where other origins are asked with CORS", async () => {
  const asModules = { ...site(main("n.e(532)")), "index.html": scripts.replaceAll("defer", 'type="module"') };
  expect(await loaded(asModules)).toEqual(["/js/532.bbb.js"]);
  const guard = (end: string) => webpackRuntime(ownDirectory) + `;function l(e,o){o.src=e${end}}`;
  const sameOrigin = `,0!==o.src.indexOf(window.location.origin+"/")&&(o.crossOrigin="anonymous")`;
  expect(await loaded(site(main("n.e(532)"), guard(sameOrigin)))).toEqual(["/js/532.bbb.js"]);
  expect(await loaded(site(main("n.e(532)"), guard(`,o.crossOrigin="anonymous"`)))).toEqual([]);
});

test("modules in the script of the runtime may have fields of the same names", async () => {
  const modules = `1:(e,t,n)=>{var A={};A.p=null,A.u=1,A.e=x,n.e(532)}`;
  const runtime = webpackRuntime(`"/js/"`).replace("var e={}", `var e={${modules}}`);
  const run = runtime.replace("q.push=p})();", "q.push=p;r(1)})();");
  const files = {
    "index.html": `<script defer src="js/main.js"></script>`,
    "js/main.js": run,
    ...below("js/", chunks),
  };
  expect(await loaded(files)).toEqual(["/js/532.bbb.js"]);
});

test("nothing is said of scripts that ask with settings of their own, or of two builds on one page", async () => {
  expect(await loaded(site(main("n.e(532)"), webpackRuntime(ownDirectory, `t.crossOrigin="anonymous",`)))).toEqual([]);
  const two = {
    "index.html": `${scripts}<script src="js/runtime-2.js"></script>`,
    "js/runtime-2.js": webpackRuntime(ownDirectory),
  };
  expect(await loaded({ ...site(main("n.e(532)")), ...two })).toEqual([]);
});

test("chunks are announced as the runtime's elements ask for them", async () => {
  const { entries, reasons } = await scanIndex(site(main("n.e(65)")));
  expect(entries).toMatchObject([
    { target: "/js/runtime.js" },
    { target: "/js/main.js" },
    { target: "/js/chart.css1.css", rel: "preload", as: "style" },
    { target: "/js/chart.aaa.js", rel: "preload", as: "script" },
  ]);
  for (const entry of entries.slice(2)) expect(entry).not.toHaveProperty("crossorigin");
  expect(reasons.get("/js/chart.aaa.js")).toBe("webpack chunk in /");
});

const docusaurus = (routes: string) =>
  webpackChunk(
    792,
    `1:(e,t,n)=>{},
3:(e,t,n)=>{let l={comp:[()=>Promise.all([n.e("9"),n.e("532")]).then(n.bind(n,5)),"@theme/Page",5],0x11113f9:[()=>n.e("7").then(n.bind(n,6)),"@site/a.md",6]}},
4:(e,t,n)=>{let f=[${routes},{path:"*",component:d("*")}]},
5:e=>{e.exports=JSON.parse('{"/docs-a":{"__comp":"comp","items":[{"content":"17896441"}]},"/docs/x-b":{"__comp":"comp"}}')}`,
    start,
  );

test.each([
  [`{path:"/",component:d("/docs","a"),exact:!0}`, ["/js/532.bbb.js", "/js/7.ccc.js"]],
  [`{path:"/docs",component:d("/docs","a"),exact:!0}`, []],
  [`{path:"/",component:d("/none","a"),routes:[{path:"/",component:d("/docs/x","b"),exact:!0}]}`, ["/js/532.bbb.js"]],
  [`{path:"/docs",component:d("/docs","a")},{path:"/",component:d("/docs/x","b")}`, ["/js/532.bbb.js"]],
])("Docusaurus loads the chunks of the page's routes: %s", async (routes, expected) => {
  expect(await loaded(site(docusaurus(routes)))).toEqual(expected);
});
