import type { AnyNode, CallExpression, FunctionExpression, ObjectExpression, Program } from "acorn";

import { type Route, segmentsOf } from "./route-match.js";
import { childrenOf, fieldsOf, textIn } from "./syntax-tree.js";

/** How a script loads another. */
export interface Loading<Load> {
  /** Whether a node itself loads something. */
  readonly begins: (node: AnyNode) => boolean;
  /** What is loaded in a node and all that is in it. */
  readonly loadsIn: (node: AnyNode) => readonly Load[];
}

/** What Vue Router, React Router, Angular, Solid Router and TanStack Router load before they show a route. */
const LOADERS = ["component", "Component", "components", "lazy", "loadChildren", "loadComponent"] as const;
/** A component with what it is given: React Router shows it, and what is lazy in it loads itself then. */
const ELEMENT = "element";
/** Functions that may forbid a route. */
const GUARDS = ["beforeEnter", "beforeLoad", "canActivate", "canActivateChild", "canLoad", "canMatch"] as const;
/** What leads to another route, or may. */
const LEADS = ["redirect", "redirectTo", "loader"] as const;

/** Limits of what is read of one script: a table of routes has some hundred. */
const MAX_ROUTES = 2000;
const MAX_SEGMENTS = 50;
const MAX_LOADS = 100;

/** Whether a script is worth being searched for routes. */
export const mayRoute = (text: string): boolean => /\bpath:\s*["'`]|\b\w+\("\/[^"]*"\)\(\{/.test(text);

/** The routes that a script lists: objects with a `path`, or an `index`, and what to load. */
export function readRoutes<Load>(program: Program, text: string, loading: Loading<Load>): readonly Route<Load>[] {
  // Guards of all routes: Vue Router's, and TanStack Router's, whose routes do not stand within each other.
  const search = new RouteSearch(loading, /\.beforeEach\(|\bbeforeLoad\b/.test(text));
  search.visit(program, ROOT);
  return search.routes;
}

/** Where a route stands. */
interface Around<Load> extends Route<Load> {
  /** What names stand for that load something, of the script and of the functions around it. */
  readonly scopes: readonly ReadonlyMap<string, AnyNode>[];
  /** A slash at the beginning of a path does not lead back to the root. */
  readonly isRelative: boolean;
}

const ROOT = { segments: [], loads: [], isCertain: true, scopes: [], isRelative: false } as const;

type Fields = ReadonlyMap<string, AnyNode>;

class RouteSearch<Load> {
  readonly routes: Route<Load>[] = [];
  readonly #loading: Loading<Load>;
  readonly #isGuarded: boolean;
  readonly #known = new WeakMap<AnyNode, readonly Load[]>();

  constructor(loading: Loading<Load>, isGuarded: boolean) {
    this.#loading = loading;
    this.#isGuarded = isGuarded;
  }

  visit(node: AnyNode, around: Around<Load>): void {
    const within = this.#withNames(node, around);
    if (node.type === "ObjectExpression" && this.#object(node, within)) return;
    if (node.type === "CallExpression" && this.#call(node, within)) return;
    for (const child of childrenOf(node)) this.visit(child, within);
  }

  /** `{ path: "about", lazy: () => import("./about.js"), children: [] }`. */
  #object(node: ObjectExpression, around: Around<Load>): boolean {
    const fields = fieldsOf(node);
    const path = textIn(fields.get("path")) ?? (fields.has("index") ? "" : undefined);
    const isShown = [...LOADERS, ELEMENT, ...LEADS].some((name) => fields.has(name));
    const children = fields.get("children");
    if (path === undefined || !(isShown || children !== undefined)) return false;
    const own = this.#within(around, path, fields);
    if (isShown) this.#add(own, fields.has("loadChildren"));
    // Solid Router's components have a getter for them, and paths go on from the one around.
    if (children !== undefined) this.visit(children, { ...own, isRelative: children.type === "FunctionExpression" });
    return true;
  }

  /** TanStack Router's routes that are files: `createFileRoute("/about")({ component: … })`. */
  #call({ callee, arguments: [given] }: CallExpression, around: Around<Load>): boolean {
    if (callee.type !== "CallExpression" || callee.arguments.length !== 1 || given?.type !== "ObjectExpression")
      return false;
    const path = textIn(callee.arguments[0]);
    const fields = fieldsOf(given);
    if (path?.startsWith("/") !== true || !fields.has("component")) return false;
    // A layout's name, with an underscore, and that of a group, in brackets, are not in the path.
    this.#add(this.#within({ ...around, segments: [] }, path.replaceAll(/\/(?:_[^/]*|\([^/]*\))/g, ""), fields), false);
    return true;
  }

  #within(around: Around<Load>, path: string, fields: Fields): Around<Load> {
    const loaded = LOADERS.flatMap((name) => this.#loads(fields.get(name), around.scopes));
    const element = fields.get(ELEMENT);
    const shown = element === undefined ? [] : namesIn(element).flatMap((name) => this.#named(name, around.scopes));
    const own = segmentsIn(path).slice(0, MAX_SEGMENTS + 1);
    const isFromRoot = path.startsWith("/") && path !== "/" && !around.isRelative;
    const isGuarded = this.#isGuarded || GUARDS.some((name) => fields.has(name));
    return {
      ...around,
      segments: isFromRoot || around.segments.length > MAX_SEGMENTS ? own : [...around.segments, ...own],
      loads: [...around.loads, ...loaded, ...shown].slice(0, MAX_LOADS),
      isCertain: around.isCertain && !isGuarded && shown.length === 0,
    };
  }

  #add({ segments, loads, isCertain }: Around<Load>, isOpen: boolean): void {
    if (segments[0] === "*" || segments.length > MAX_SEGMENTS || this.routes.length >= MAX_ROUTES) return;
    this.routes.push({ segments: isOpen ? [...segments, "*"] : segments, loads, isCertain });
    const last = segments.at(-1);
    // `:id?` may be left out.
    if (last?.startsWith(":") === true && last.endsWith("?"))
      this.routes.push({ segments: segments.slice(0, -1), loads, isCertain });
  }

  /** What a field has loaded: by a function in it, or by a name for one. */
  #loads(field: AnyNode | undefined, scopes: Around<Load>["scopes"]): readonly Load[] {
    if (field === undefined) return [];
    if (this.#isLoading(field)) return this.#loadsIn(field);
    if (field.type === "Identifier") return this.#named(field.name, scopes);
    if (field.type === "CallExpression") return field.arguments.flatMap((given) => this.#loads(given, scopes));
    if (field.type === "FunctionExpression") return this.#loads(returnedBy(field), scopes);
    if (field.type !== "ObjectExpression") return [];
    return [...fieldsOf(field).values()].flatMap((value) => this.#loads(value, scopes));
  }

  /** With the names of a script or a function: `const About = lazy(() => import("./about.js"))`. */
  #withNames(node: AnyNode, around: Around<Load>): Around<Load> {
    if (node.type !== "Program" && node.type !== "BlockStatement") return around;
    const names = new Map<string, AnyNode>();
    for (const statement of node.body) {
      const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
      if (declared?.type !== "VariableDeclaration") continue;
      for (const { id, init } of declared.declarations)
        if (id.type === "Identifier" && init && this.#isLoading(init)) names.set(id.name, init);
    }
    return names.size === 0 ? around : { ...around, scopes: [...around.scopes, names] };
  }

  /** Whether it loads something, and does nothing else before: a function that does, or a call that is given such a function. */
  #isLoading(node: AnyNode): boolean {
    if (this.#loading.begins(node)) return true;
    if (node.type === "ArrowFunctionExpression" && node.params.length > 0) return false;
    const [first] = childrenOf(node, BEGINS[node.type] ?? []);
    if (first !== undefined && this.#isLoading(first)) return true;
    return node.type === "CallExpression" && node.arguments.some((given) => this.#isLoading(given));
  }

  #loadsIn(node: AnyNode): readonly Load[] {
    let loads = this.#known.get(node);
    if (loads === undefined) this.#known.set(node, (loads = this.#loading.loadsIn(node)));
    return loads;
  }

  #named(name: string, scopes: Around<Load>["scopes"]): readonly Load[] {
    const value = scopes.findLast((scope) => scope.has(name))?.get(name);
    return value === undefined ? [] : this.#loadsIn(value);
  }
}

/** A segment that takes all the rest, as routers write it: `*`, `**`, `*rest`, `:path(.*)*`, `$`. */
const segmentsIn = (path: string) =>
  segmentsOf(onTheWire(path)).map((segment) => (/^\*|\*$|\(\.[*+]\)$|^\$$/.test(segment) ? "*" : segment));

/** A path as browsers escape it; as it is where it is no text. */
function onTheWire(path: string): string {
  try {
    return encodeURI(path);
  } catch {
    return path;
  }
}

/** What is evaluated first of a node, of those that loading may begin. */
const BEGINS: Readonly<Record<string, readonly string[]>> = {
  ArrowFunctionExpression: ["body"],
  AwaitExpression: ["argument"],
  BlockStatement: ["body"],
  CallExpression: ["callee"],
  MemberExpression: ["object"],
  ReturnStatement: ["argument"],
  VariableDeclaration: ["declarations"],
  VariableDeclarator: ["init"],
};

function returnedBy({ body }: FunctionExpression): AnyNode | undefined {
  const [first] = body.body;
  return first?.type === "ReturnStatement" ? (first.argument ?? undefined) : undefined;
}

function namesIn(node: AnyNode): string[] {
  if (node.type === "Identifier") return [node.name];
  return childrenOf(node).flatMap(namesIn);
}
