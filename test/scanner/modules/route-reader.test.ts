import { expect, test } from "vitest";

import { readLoads } from "../../../src/scanner/modules/dynamic-imports.js";
import { fixedPaths, routeFor } from "../../../src/scanner/modules/route-match.js";

const routesIn = async (text: string) => (await readLoads(text, "module")).routes;

/** What a router loads for a path: the specifiers, and whether it does so for certain. */
async function loaded(text: string, pathname: string) {
  const route = routeFor(await routesIn(text), pathname);
  return route && [...route.loads.map(({ specifier }) => specifier), ...(route.isCertain ? [] : ["?"])];
}

const PRELOAD = "const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=[])))=>i.map(i=>d[i]);";

const TABLES: Readonly<Record<string, string>> = {
  "Vue Router": `r({history:h(),routes:[{path:"/",component:()=>import("home")},{path:"/shop",component:()=>import("shop"),
    children:[{path:"",component:()=>import("list")},{path:":id(\\\\d+)",component:()=>import("item")}]},{path:"/:rest(.*)*",component:()=>import("lost")}]})`,
  "React Router": `r([{path:"/",element:x(Layout,{}),children:[{index:!0,lazy:()=>import("home")},{path:"shop",lazy:async()=>{let e=await import("shop");return{Component:e.Shop}},
    children:[{index:!0,lazy:()=>import("list")},{path:":id?",lazy:()=>import("item")}]},{path:"*",lazy:()=>import("lost")}]}])`,
  Angular: `var a=[{path:"",pathMatch:"full",loadComponent:()=>import("home").then(e=>e.Home)},{path:"shop",loadComponent:()=>import("shop").then(e=>e.Shop),
    children:[{path:"",loadComponent:()=>import("list").then(e=>e.L)},{path:":id",loadComponent:()=>import("item").then(e=>e.I)}]},{path:"**",loadComponent:()=>import("lost")}];start(a)`,
  "Solid Router": `const Home=lazy(()=>import("home")),Shop=lazy(()=>import("shop")),List=lazy(()=>import("list")),Item=lazy(()=>import("item")),Lost=lazy(()=>import("lost"));
    render(()=>c(Router,{get children(){return[c(Route,{path:"/",component:Home}),c(Route,{path:"/shop",component:Shop,get children(){return[c(Route,{path:"/",component:List}),c(Route,{path:"/:id",component:Item})]}}),c(Route,{path:"*rest",component:Lost})]}}))`,
  "Vite's helper": `${PRELOAD}r([{path:"/",component:()=>p(()=>import("home"),__vite__mapDeps([]))},{path:"/shop",component:()=>p(()=>import("shop"),[],import.meta.url),
    children:[{path:"",component:()=>p(()=>import("list"),__vite__mapDeps([]))},{path:":id",component:()=>p(()=>import("item"),__vite__mapDeps([]))}]},{path:"/:rest(.*)",component:()=>p(()=>import("lost"),__vite__mapDeps([]))}])`,
};

test.each(Object.entries(TABLES))("reads what the routes of %s load", async (_, text) => {
  expect(await loaded(text, "/")).toEqual(["home"]);
  expect(await loaded(text, "/index.html")).toEqual(["home"]);
  expect(await loaded(text, "/shop")).toEqual(["shop", "list"]);
  expect(await loaded(text, "/shop/")).toEqual(["shop", "list"]);
  expect(await loaded(text, "/shop/7")).toEqual(["shop", "item"]);
  // What takes any path may stand for one that was not read.
  expect(await loaded(text, "/nowhere/at/all")).toBeUndefined();
  expect(fixedPaths(await routesIn(text)).toSorted()).toEqual(["/", "/shop"]);
});

test("reads TanStack Router's routes that are files", async () => {
  const text = `const a=()=>import("home"),b=y("/")({component:L(a,"component")}),c=()=>import("post"),d=y("/posts/$id")({component:L(c,"component"),loader:e});
    const f=y("/_layout/about")({component:L(()=>import("about"),"component")});b.update({id:"/",path:"/",getParentRoute:()=>r});`;
  expect(await loaded(text, "/")).toEqual(["home"]);
  expect(await loaded(text, "/posts/3")).toEqual(["post"]);
  expect(await loaded(text, "/about")).toEqual(["about"]);
});

test("routes that are in another script lie below the one that loads it", async () => {
  const text = `var r=[{path:"",loadComponent:()=>import("home")},{path:"admin",loadChildren:()=>import("admin").then(t=>t.r)},{path:"**",loadComponent:()=>import("lost")}]`;
  for (const path of ["/admin", "/admin/users/3"]) expect([path, await loaded(text, path)]).toEqual([path, ["admin"]]);
  expect(await loaded(text, "/admin/")).toEqual(["admin", "?"]);
  expect(await loaded(text, "/")).toEqual(["home"]);
  expect(await loaded(text, "/x")).toBeUndefined();
});

test.each([
  `r([{path:"/",redirect:"/home"},{path:"/home",component:()=>import("home")},{path:"/:any",component:()=>import("any")},{path:"*",component:()=>import("lost")}])`,
  `r([{path:"",redirectTo:"home",pathMatch:"full"},{path:"home",loadComponent:()=>import("home")},{path:"**",loadComponent:()=>import("lost")}])`,
])("a redirect loads nothing by itself, and no other route takes its place", async (text) => {
  expect((await loaded(text, "/")) ?? []).toEqual([]);
  expect(await loaded(text, "/home")).toEqual(["home"]);
});

test("paths are compared and listed as they go over the wire", async () => {
  const text = `r([{path:"/über uns",component:()=>import("us")},{path:"/about?",component:()=>import("a")},{path:"/post-:id",component:()=>import("b")},{path:"/..",component:()=>import("c")},{path:"/\\ud800",component:()=>import("d")}])`;
  expect(await loaded(text, "/%C3%BCber%20uns")).toEqual(["us"]);
  expect(fixedPaths(await routesIn(text))).toEqual(["/%C3%BCber%20uns", "/\ud800"]);
});

test.each([
  ["a guard of Vue's", `r([{path:"/a",component:()=>import("a"),beforeEnter:check}])`],
  ["a guard of all routes", `const x=r([{path:"/a",component:()=>import("a")}]);x.beforeEach((to)=>check(to))`],
  [
    "a guard of TanStack's",
    `const b=y("/_authed")({beforeLoad:check});const c=()=>import("a"),d=y("/_authed/a")({component:L(c,"component")})`,
  ],
  ["a guard around it", `r([{path:"/",canActivate:[g],children:[{path:"a",loadComponent:()=>import("a")}]}])`],
  [
    "an element that loads itself",
    `const A=lazy(()=>import("a"));r(x(Routes,{children:x(Route,{path:"/a",element:x(A,{})})}))`,
  ],
])("does not say for certain what %s may prevent", async (_, text) => {
  expect(await loaded(text, "/a")).toEqual(["a", "?"]);
});

test("an application may live below a path", async () => {
  const text = `r([{path:"/",component:()=>import("home")},{path:"/a",component:()=>import("a")},{path:"/b/:id",component:()=>import("id")},{path:"*",component:()=>import("lost")}])`;
  expect(await loaded(text, "/app/")).toEqual(["home", "?"]);
  expect(await loaded(text, "/app/a")).toEqual(["a", "?"]);
  expect(await loaded(text, "/app/b")).toBeUndefined();
  expect(await loaded(text, "/b/b")).toEqual(["id"]);
});

test.each([
  `const menu=[{path:"/a",label:"A"}];import("x")`,
  `fs.read({path:"/a"});const later=()=>import("a")`,
  `r([{path:"/a",component:Home}]);function Home(){return import("a")}`,
  `r([{path:"/a",component:function Home(){onClick(()=>import("a"))}}])`,
  `r([{path,component:()=>import("a")}])`,
])("takes nothing that no route loads: %s", async (text) => {
  expect((await loaded(text, "/a")) ?? []).toEqual([]);
});
