import { expect, test } from "vitest";

import { readLoads } from "../../../src/scanner/modules/dynamic-imports.js";

const specifiers = async (text: string, kind: "module" | "script" = "module"): Promise<string[]> =>
  (await readLoads(text, kind)).imports.map(({ specifier }) => specifier);

test.each([
  `import("a")`,
  "import(`a`)",
  `await import("a")`,
  `const { x } = await import("a");`,
  `export const loaded = import("a");`,
  `export default import("a")`,
  `import("a").then((module) => module.start()).catch(console.error)`,
  `Promise.all([import("a"), other]).then(start)`,
  `start(1, [import("a")], { of: import("b") })`,
  `{ const element = document.currentScript.parentElement; Promise.all([import("a")]).then(() => 1); }`,
  `(() => { import("a"); })()`,
  `!function () { import("a") }()`,
  `(function () { import("a") }).call(this)`,
  `(async () => { const x = await import("a"); x.start(); })();`,
  `async function main() { await import("a"); } main();`,
  `const main = () => import("a"); main().then(() => 1);`,
  `if (import("a")) { }`,
  `import("a") || 1; x?.(1)`,
  `try { x() } catch { } import("a")`,
  `try { import("a") } catch { }`,
  `try { const x = await import("a"); x.start() } catch { }`,
  `for (const x of []) { x() } import("a")`,
  `await Promise.all([import("x.js"), import("y.js")]); await import("a")`,
  `class A { static async x() { await 1; } } import("a")`,
  `x = import("a")`,
  "`${import('a')}`",
])("takes what certainly runs: %s", async (text) => {
  expect(await specifiers(text)).toContain("a");
});

test.each([`"vite:preloadError";`, `import { _ as P } from "./preload-helper-x.js";`])(
  "takes what Vite's helper imports without anything beside it, where that is there: %s",
  async (helper) => {
    expect(await specifiers(`P(() => import("a"), [])`)).toEqual([]);
    expect(await specifiers(`${helper} P(() => import("a"), [])`)).toEqual(["a"]);
  },
);

test.each([
  `function later() { import("a") }`,
  `const later = () => import("a");`,
  `addEventListener("click", () => import("a"))`,
  `setTimeout(function () { import("a") })`,
  `if (x) import("a")`,
  `if (x) { } else { import("a") }`,
  `x && import("a")`,
  `x ?? import("a")`,
  `x ||= import("a")`,
  `x ? import("a") : 0`,
  `x?.(import("a"))`,
  `x?.y.z(import("a"))`,
  `try { x(); import("a") } catch { }`,
  `try { x() } catch { import("a") }`,
  `try { throw 1 } catch { } import("a")`,
  `for (const x of y) import("a")`,
  `while (x) import("a")`,
  `switch (x) { case 1: import("a") }`,
  `await fetch("x"); import("a")`,
  `const x = await new Promise(() => {}); import("a")`,
  `if (x) throw 1; import("a")`,
  `(() => { if (x) return; import("a") })()`,
  `(() => { return; import("a") })()`,
  `(function* () { import("a") })()`,
  `(async () => { await x; import("a") })()`,
  `{ let main = () => 1; main(); } function main() { import("a") }`,
  `((main) => { main() })(() => 1); function main() { import("a") }`,
  `let main = () => import("a"); main = () => 1; main();`,
  `class A { x = import("a") }`,
  `import("a" + x)`,
  `import(x)`,
  `import("a", { with: { type: "x" } })`,
  `// import("a")`,
  `"import('a')"`,
  `import("a"`,
])("leaves what may not run: %s", async (text) => {
  expect(await specifiers(text)).toEqual([]);
});

test("a classic script has no await of its own", async () => {
  expect(await specifiers(`import("a")`, "script")).toEqual(["a"]);
  expect(await specifiers(`await import("a")`, "script")).toEqual([]);
});

test("knows what kind of module an import asks for", async () => {
  const { imports: loads } = await readLoads(
    `import("a", { with: { type: "json" } }); import("b", { "with": { type: "css" } })`,
    "module",
  );
  expect(loads).toMatchObject([{ type: "json" }, { type: "style" }]);
});

const list = `const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/a.js","assets/a.css","assets/b.js"])))=>i.map(i=>d[i]);\n`;

test.each([
  [
    `p(()=>import("./a.js"),__vite__mapDeps([0,1]))`,
    { specifier: "./a.js", names: ["assets/a.js", "assets/a.css"], relative: false },
  ],
  [`await p(()=>import("./a.js").then(a=>a.x),__vite__mapDeps([0,1]),import.meta.url)`, { relative: true }],
  [
    `(async()=>{const{x:e}=await p(async()=>{const{x:e}=await import("./a.js");return{x:e}},__vite__mapDeps([1]));e()})()`,
    { names: ["assets/a.css"] },
  ],
  [`p(()=>import("./a.js"),[],import.meta.url)`, { names: [] }],
])("knows Vite's helper and the list beside it: %s", async (text, expected) => {
  expect((await readLoads(list + text, "module")).imports).toMatchObject([{ specifier: "./a.js", ...expected }]);
});

test.each([`lazy(()=>p(()=>import("./a.js"),__vite__mapDeps([0,1])))`, `useEffect(()=>import("./a.js"),[])`])(
  "takes no list of what may not run: %s",
  async (text) => {
    expect((await readLoads(list + text, "module")).imports).toEqual([]);
  },
);

test("SvelteKit's app has the layout and the error page of every page", async () => {
  const nodes = [0, 1, 2].map((n) => `()=>p(()=>import("../nodes/${n}.js"),[],import.meta.url)`).join();
  const app = `const a=[${nodes}],b={},c=[];export{b as dictionary,b as hooks,b as root,a as nodes,c as server_loads}`;
  expect(await specifiers(app)).toEqual(["../nodes/0.js", "../nodes/1.js"]);
  expect(await specifiers(app.replace("b as root,", ""))).toEqual([]);
});
