import type { AnyNode, CallExpression, ImportExpression, Program } from "acorn";

import { Evaluation } from "./evaluate.js";
import type { ModuleRequest } from "./imports.js";
import type { Route } from "./route-match.js";
import { mayRoute, readRoutes } from "./route-reader.js";
import { childrenOf, textIn } from "./syntax-tree.js";

/** One `import()` that a script evaluates for certain when it runs. */
export interface DynamicImport extends ModuleRequest {
  /** What Vite's helper preloads with it, and adds to the page if it is a stylesheet: the list beside the `import()`. */
  readonly names: readonly string[];
  /** The names in that list resolve against the script's own URL; else against the base that the site is built for. */
  readonly relative: boolean;
}

/** What a script loads as it runs. */
export interface ScriptLoads {
  readonly imports: readonly DynamicImport[];
  /** What its router loads for the paths of the application. */
  readonly routes: readonly Route<DynamicImport>[];
}

const NOTHING: ScriptLoads = { imports: [], routes: [] };

/** Larger scripts take too long for what they may say (characters). */
const MAX_SCRIPT_LENGTH = 4_000_000;

/** Whether a script is worth being parsed for what it imports as it runs. */
export function mayLoad(text: string): boolean {
  return text.length <= MAX_SCRIPT_LENGTH && /\bimport\s*\(/.test(text);
}

/** Reads what a script imports as it runs. One that does not parse says nothing. */
export async function readLoads(text: string, kind: "module" | "script"): Promise<ScriptLoads> {
  if (!mayLoad(text)) return NOTHING;
  const { parse } = await import("acorn");
  try {
    return new Loads(text).of(parse(text, { ecmaVersion: "latest", sourceType: kind, allowHashBang: true }));
  } catch (error) {
    if (error instanceof Error) return NOTHING;
    throw error;
  }
}

/** What one script imports as it runs. */
class Loads {
  readonly #text: string;
  readonly #lists: readonly string[];
  /** Vite's helper stands in the script, or is imported. */
  readonly #hasHelper: boolean;

  constructor(text: string) {
    this.#text = text;
    this.#lists = viteLists(text);
    this.#hasHelper = /vite:preloadError|\bpreload-helper\b/.test(text);
  }

  of(program: Program): ScriptLoads {
    const imports = new Imports();
    const isAwaited = (node: AnyNode) => isLoad(node, this.#hasHelper);
    new Evaluation(program, (node) => this.#take(node, imports), isAwaited).follow(program);
    for (const node of startNodes(program)) this.#take(node, imports);
    const begins = ({ type }: AnyNode) => type === "ImportExpression";
    const loading = { begins, loadsIn: (node: AnyNode) => this.#all(node) };
    const routes = mayRoute(this.#text) ? readRoutes(program, this.#text, loading) : [];
    return { imports: imports.found, routes };
  }

  /** All that stands in a node. */
  #all(node: AnyNode): readonly DynamicImport[] {
    const imports = new Imports();
    const visit = (one: AnyNode): void => {
      if (!this.#take(one, imports)) childrenOf(one).forEach(visit);
    };
    visit(node);
    return imports.found;
  }

  /** @returns whether what is in it has been seen to */
  #take(node: AnyNode, imports: Imports): boolean {
    if (node.type === "ImportExpression") imports.add(node, [], false);
    if (node.type !== "CallExpression" || !isVitePreload(node, this.#hasHelper)) return false;
    const [load, list, base] = node.arguments;
    const imported = load === undefined ? undefined : importIn(load);
    if (imported !== undefined) imports.add(imported, namesIn(list, this.#lists), base !== undefined);
    return true;
  }
}

/** What is imported, each specifier once. */
class Imports {
  readonly #found = new Map<string, DynamicImport>();

  get found(): readonly DynamicImport[] {
    return [...this.#found.values()];
  }

  add(node: ImportExpression, names: readonly string[], relative: boolean): void {
    const request = requestOf(node);
    if (request === undefined || this.#found.has(request.specifier)) return;
    this.#found.set(request.specifier, { ...request, names, relative });
  }
}

const TYPES = { css: "style", json: "json" } as const;

/** Undefined where the specifier is no text that stands there, or what it asks for is not known. */
function requestOf({ source, options, start }: ImportExpression): ModuleRequest | undefined {
  const specifier = textIn(source);
  if (specifier === undefined) return undefined;
  if (options === null || options === undefined) return { specifier, type: "script", offset: start };
  const [, type] = /^\{with:\{type:(css|json)\}\}$/.exec(plain(options)) ?? [];
  return type === "css" || type === "json" ? { specifier, type: TYPES[type], offset: start } : undefined;
}

/** `{ with: { type: "json" } }` without its marks. */
function plain(node: AnyNode): string {
  if (node.type === "ObjectExpression") return `{${node.properties.map(plain).join(",")}}`;
  if (node.type === "Property") return `${plain(node.key)}:${plain(node.value)}`;
  return node.type === "Identifier" ? node.name : (textIn(node) ?? "?");
}

/** Whether what is awaited is a script that is loaded, so that what follows runs once it has been. */
function isLoad(node: AnyNode, hasHelper: boolean): boolean {
  if (node.type === "ImportExpression" || (node.type === "CallExpression" && isVitePreload(node, hasHelper)))
    return true;
  if (node.type === "MemberExpression") return isLoad(node.object, hasHelper);
  if (node.type === "AwaitExpression") return isLoad(node.argument, hasHelper);
  return node.type === "CallExpression" && isPromiseAll(node, hasHelper);
}

function isPromiseAll({ callee, arguments: [list] }: CallExpression, hasHelper: boolean): boolean {
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return false;
  if (callee.object.name !== "Promise" || list?.type !== "ArrayExpression") return false;
  return list.elements.every((element) => element !== null && isLoad(element, hasHelper));
}

/**
 * Whether a call is one of Vite's helper: `preload(() => import("./a.js"), __vite__mapDeps([0, 1]))`,
 * with `import.meta.url` where the site's own base is relative, and `[]` where the script brings nothing with it.
 * It calls the function at once.
 */
function isVitePreload({ callee, arguments: [load, list, base] }: CallExpression, hasHelper: boolean): boolean {
  if (callee.type !== "Identifier" || load?.type !== "ArrowFunctionExpression") return false;
  if (list?.type === "CallExpression") return list.callee.type === "Identifier" && list.callee.name === MAP;
  const isEmpty = list?.type === "ArrayExpression" && list.elements.length === 0;
  return isEmpty && (hasHelper || base?.type === "MemberExpression");
}

const MAP = "__vite__mapDeps";
const LISTS = /__vite__mapDeps=\(i,m=__vite__mapDeps,d=\(m\.f\|\|\(m\.f=(\[[^\]]*\])\)\)\)/;

/** The names that a script's list has, by their number. */
function viteLists(text: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(LISTS.exec(text)?.[1] ?? "[]");
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}

function namesIn(list: AnyNode | undefined, names: readonly string[]): string[] {
  const numbers = list?.type === "CallExpression" ? list.arguments[0] : undefined;
  if (numbers?.type !== "ArrayExpression") return [];
  const listed = numbers.elements.map((node) => (node?.type === "Literal" ? names[Number(node.value)] : undefined));
  return listed.filter((name) => name !== undefined);
}

/** The one `import()` in a function that does nothing but importing. */
function importIn(node: AnyNode): ImportExpression | undefined {
  if (node.type === "ImportExpression") return node;
  for (const child of childrenOf(node)) {
    const found = importIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What SvelteKit's start loads of each app, whatever the page: its layout and its error page, the first two of its `nodes`. */
function startNodes(program: Program): AnyNode[] {
  const names = new Map<string, string>();
  for (const statement of program.body) {
    if (statement.type !== "ExportNamedDeclaration") continue;
    for (const { exported, local } of statement.specifiers) {
      if (exported.type === "Identifier" && local.type === "Identifier") names.set(exported.name, local.name);
    }
  }
  const isApp = ["nodes", "dictionary", "hooks", "root", "server_loads"].every((name) => names.has(name));
  const nodes = isApp ? valueOf(program, names.get("nodes")) : undefined;
  if (nodes?.type !== "ArrayExpression") return [];
  return nodes.elements.slice(0, 2).flatMap((load) => (load?.type === "ArrowFunctionExpression" ? load.body : []));
}

/** What a variable of a script is made with. */
function valueOf(program: Program, name: string | undefined): AnyNode | undefined {
  for (const statement of program.body) {
    if (statement.type !== "VariableDeclaration") continue;
    for (const { id, init } of statement.declarations) {
      if (id.type === "Identifier" && id.name === name) return init ?? undefined;
    }
  }
  return undefined;
}
