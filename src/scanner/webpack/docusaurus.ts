import type { AnyNode, ArrayExpression, ObjectExpression } from "acorn";

import { isObject } from "../../io/json-object.js";
import { childrenOf, fieldsOf, isField, textIn } from "../modules/syntax-tree.js";

/** A route of Docusaurus, as its script lists them for React Router. */
interface Route {
  readonly path: string;
  /** Of its list of chunks. */
  readonly name: string;
  readonly exact: boolean;
  readonly routes: readonly Route[];
}

/** What Docusaurus loads for each of its pages before it runs. */
export interface DocusaurusRoutes {
  /** The chunks of a page, by its URL path. */
  readonly chunksFor: (pathname: string) => readonly string[];
}

/**
 * Reads the lists by which Docusaurus loads the chunks of a page: its routes,
 * the names of what each needs, and the chunks of each name.
 */
export function readDocusaurus(modules: AnyNode): DocusaurusRoutes | undefined {
  const found: Lists = { routes: undefined, names: undefined, chunks: undefined };
  search(modules, found);
  const { routes, names, chunks } = found;
  if (routes === undefined || names === undefined || chunks === undefined) return undefined;
  return {
    chunksFor: (pathname) =>
      matching(routes, pathname)
        .flatMap(({ name }) => names.get(name) ?? [])
        .flatMap((name) => chunks.get(name) ?? []),
  };
}

interface Lists {
  routes: readonly Route[] | undefined;
  names: ReadonlyMap<string, readonly string[]> | undefined;
  chunks: ReadonlyMap<string, readonly string[]> | undefined;
}

function search(node: AnyNode, found: Lists): void {
  if (node.type === "ArrayExpression" && found.routes === undefined) {
    const routes = routesIn(node);
    if (routes.some(({ path }) => path === "*")) found.routes = routes;
  } else if (node.type === "Literal" && typeof node.value === "string" && node.value.includes(`{"__comp":"`)) {
    found.names ??= parsed(node.value);
  } else if (node.type === "ObjectExpression") found.chunks ??= chunksIn(node);
  for (const child of childrenOf(node)) search(child, found);
}

function parsed(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  try {
    const names: unknown = JSON.parse(text);
    return isObject(names) ? new Map(Object.entries(names).map(([name, list]) => [name, textsIn(list)])) : undefined;
  } catch {
    return undefined;
  }
}

/** `[{ path: "/blog", component: d("/blog", "e21"), exact: true, routes: […] }, …]`. */
function routesIn({ elements }: ArrayExpression): Route[] {
  const routes = elements.map((element) => (element?.type === "ObjectExpression" ? routeIn(element) : undefined));
  return routes.filter((route) => route !== undefined);
}

function routeIn(object: ObjectExpression): Route | undefined {
  const fields = fieldsOf(object);
  const path = textIn(fields.get("path"));
  const component = fields.get("component");
  if (path === undefined || component?.type !== "CallExpression") return undefined;
  const inner = fields.get("routes");
  return {
    path,
    name: component.arguments.map(textIn).join("-"),
    exact: fields.has("exact"),
    routes: inner?.type === "ArrayExpression" ? routesIn(inner) : [],
  };
}

/** `{ "0058b4c6": [() => n.e("266").then(…), "@generated/…", 6164], … }`. */
function chunksIn(object: ObjectExpression): ReadonlyMap<string, readonly string[]> | undefined {
  const chunks = new Map<string, readonly string[]>();
  for (const [name, value] of fieldsOf(object)) {
    const [load, source] = value.type === "ArrayExpression" ? value.elements : [];
    if (load?.type !== "ArrowFunctionExpression" || textIn(source) === undefined) return undefined;
    chunks.set(name, loadsIn(load.body));
  }
  return chunks.size === 0 ? undefined : chunks;
}

function loadsIn(node: AnyNode): string[] {
  if (node.type === "CallExpression" && isField(node.callee, "e")) {
    const [id] = node.arguments;
    if (id?.type === "Literal") return [String(id.value)];
  }
  return childrenOf(node).flatMap(loadsIn);
}

/** All texts in the list of a route's names, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The first route of each level that fits, as React Router 5 finds them. */
function matching(routes: readonly Route[], pathname: string): readonly Route[] {
  const route = routes.find((one) => fits(one, pathname));
  return route === undefined ? [] : [route, ...matching(route.routes, pathname)];
}

function fits({ path, exact }: Route, pathname: string): boolean {
  if (path === "*") return true;
  const [own, asked] = [path, pathname].map((one) => one.replace(/\/$/, "").toLowerCase());
  return asked === own || (!exact && asked?.startsWith(`${own}/`) === true);
}
