import type { AnyNode, CallExpression, ObjectExpression, Program } from "acorn";

import { type ChunkNames, idOf, readChunkNames } from "./chunk-names.js";
import { type DocusaurusRoutes, readDocusaurus } from "./docusaurus.js";
import { Evaluation } from "../modules/evaluate.js";
import type { Route } from "../modules/route-match.js";
import { mayRoute, readRoutes } from "../modules/route-reader.js";
import { childrenOf, fieldsOf, isField, isFunctionExpression } from "../modules/syntax-tree.js";

/** What code asks for, for certain, when it runs. */
export interface Asks {
  /** Modules that it requires. */
  readonly modules: readonly string[];
  /** Chunks that it loads. */
  readonly chunks: readonly string[];
}

/** A script that webpack or Rspack made. */
export interface WebpackScript {
  /** The chunks that are in it. */
  readonly chunks: readonly string[];
  readonly modules: ReadonlyMap<string, Asks>;
  /** What it runs, each once some chunks are there. */
  readonly starts: readonly (Asks & { readonly after: readonly string[] })[];
  /** Of the runtime, where that stands in it. */
  readonly names: ChunkNames | undefined;
  readonly docusaurus: DocusaurusRoutes | undefined;
  /** The chunks that a router loads. */
  readonly routes: readonly Route<string>[];
}

/** Larger scripts take too long for what they may say (characters). */
const MAX_SCRIPT_LENGTH = 4_000_000;

/** Whether webpack's runtime stands in a script: of a page without it, nothing is loaded. */
export function hasRuntime(text: string | Buffer): boolean {
  return text.includes(".f={}") && text.includes(".u=");
}

/** Reads a script; undefined for one that webpack has not made. */
export async function readWebpack(text: string): Promise<WebpackScript | undefined> {
  if (text.length > MAX_SCRIPT_LENGTH || !(hasRuntime(text) || text.includes("webpackChunk"))) return undefined;
  const { parse } = await import("acorn");
  try {
    return webpackIn(parse(text, { ecmaVersion: "latest", sourceType: "script" }), text);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function webpackIn(program: Program, text: string): WebpackScript | undefined {
  const names = hasRuntime(text) ? readChunkNames(program, text) : undefined;
  const pushed = pushIn(program)?.arguments[0];
  const [chunks, modules, start] = pushed?.type === "ArrayExpression" ? pushed.elements : [];
  const table = modules ?? names?.modules;
  if (names === undefined && table?.type !== "ObjectExpression") return undefined;
  const own = names === undefined ? [] : [{ ...asksOf(program, program, names.require), after: [] }];
  return {
    chunks: chunks ? idsIn(chunks) : [],
    modules: table?.type === "ObjectExpression" ? modulesIn(table, program) : new Map<string, Asks>(),
    starts: [...own, ...(start ? startsIn(start) : [])],
    names,
    docusaurus: table && text.includes("__comp") ? readDocusaurus(table) : undefined,
    routes: mayRoute(text) ? readRoutes(program, text, { begins, loadsIn: chunksIn }) : [],
  };
}

/** `e.e(412)`, which loads a chunk, or `Promise.all([e.e(412), e.e(532)])`. */
function begins(node: AnyNode): boolean {
  return (
    loadedBy(node) !== undefined ||
    (node.type === "CallExpression" && isField(node.callee, "all") && listsChunks(node.arguments[0]))
  );
}

/** Whether what is awaited is a chunk that is loaded, and what comes of it: `await e.e(412).then(() => e(5))`. */
function isLoad(node: AnyNode): boolean {
  if (begins(node)) return true;
  if (node.type === "MemberExpression") return isLoad(node.object);
  if (node.type === "AwaitExpression") return isLoad(node.argument);
  return node.type === "CallExpression" && isLoad(node.callee);
}

const listsChunks = (list: AnyNode | undefined) =>
  list?.type === "ArrayExpression" && list.elements.some((one) => one !== null && loadedBy(one) !== undefined);

function loadedBy(node: AnyNode): string | undefined {
  return node.type === "CallExpression" && isField(node.callee, "e") ? idIn(node.arguments[0]) : undefined;
}

function chunksIn(node: AnyNode): readonly string[] {
  const chunk = loadedBy(node);
  return chunk === undefined ? childrenOf(node).flatMap(chunksIn) : [chunk];
}

/** `(self.webpackChunk = self.webpackChunk || []).push([[chunks], { modules }, start])`. */
function pushIn({ body }: Program): CallExpression | undefined {
  for (const statement of body) {
    if (statement.type !== "ExpressionStatement" || statement.expression.type !== "CallExpression") continue;
    const { callee, arguments: given } = statement.expression;
    if (isField(callee, "push") && given[0]?.type === "ArrayExpression") return statement.expression;
  }
  return undefined;
}

/** `1`, or the `1` of `e.s = 1`. */
function idIn(node: AnyNode | null | undefined): string | undefined {
  return idOf(node?.type === "AssignmentExpression" ? node.right : node);
}

function idsIn(list: AnyNode): string[] {
  if (list.type !== "ArrayExpression") return [];
  return list.elements.map(idIn).filter((id) => id !== undefined);
}

function modulesIn(table: ObjectExpression, program: Program): Map<string, Asks> {
  const modules = new Map<string, Asks>();
  for (const [id, value] of fieldsOf(table)) {
    const require = isFunctionExpression(value) ? value.params[2] : undefined;
    if (isFunctionExpression(value) && require?.type === "Identifier")
      modules.set(id, asksOf(value.body, program, require.name));
  }
  return modules;
}

/** What code asks for of a `require` with that name. One that changes where chunks are says nothing. */
function asksOf(body: AnyNode, program: Program, require: string): Asks {
  const modules: string[] = [];
  const chunks: string[] = [];
  let moves = false;
  const isRequire = (node: AnyNode) => node.type === "Identifier" && node.name === require;
  const visit = (node: AnyNode): boolean => {
    if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression" && body !== program) {
      moves ||= isRequire(node.left.object);
    }
    if (node.type !== "CallExpression") return false;
    const { callee, arguments: given } = node;
    const id = idIn(given[0]);
    if (id === undefined) return false;
    if (isRequire(callee)) modules.push(id);
    else if (isField(callee, "e") && isRequire(callee.object)) chunks.push(id);
    return false;
  };
  new Evaluation({ ...program, body: [] }, visit, isLoad).follow(body);
  return moves ? { modules, chunks: [] } : { modules, chunks };
}

/** `e => { e.O(0, [412], () => e(927)), e.O() }`, or `e => e(927)`. */
function startsIn(start: AnyNode): WebpackScript["starts"] {
  if (!isFunctionExpression(start)) return [];
  const [require] = start.params;
  if (require?.type !== "Identifier") return [];
  const starts: (Asks & { after: readonly string[] })[] = [];
  const search = (node: AnyNode, after: readonly string[]): void => {
    if (node.type === "CallExpression" && isField(node.callee, "O") && node.arguments[1]) {
      const [, chunks, run] = node.arguments;
      if (run) search(run, [...after, ...idsIn(chunks)]);
    } else if (
      node.type === "CallExpression" &&
      node.callee.type === "Identifier" &&
      node.callee.name === require.name
    ) {
      const id = idIn(node.arguments[0]);
      if (id !== undefined) starts.push({ modules: [id], chunks: [], after });
    } else for (const child of childrenOf(node)) search(child, after);
  };
  search(start.body, []);
  return starts;
}
