import type { AnyNode, ObjectExpression, Program } from "acorn";

import { childrenOf, fieldsOf, isFunctionExpression, someIn, textIn } from "../modules/syntax-tree.js";

/** How the runtime of webpack or Rspack names the files of chunks. */
export interface ChunkNames {
  /** What its `require` is called in the script of the runtime. */
  readonly require: string;
  /** The modules that stand in that script. */
  readonly modules: AnyNode | undefined;
  /** The chunks that are there from the start. */
  readonly installed: readonly string[];
  readonly publicPath: PublicPath;
  /** The name of a chunk's script; undefined where it has none. */
  readonly script: (chunk: string) => string | undefined;
  /** The name of a chunk's stylesheet, if it has one. */
  readonly style: (chunk: string) => string | undefined;
}

/** What stands before each name, and whether that is in the directory of the runtime's own script. */
export interface PublicPath {
  readonly text: string;
  readonly isOwn: boolean;
}

/** Fields of `require` that are read. */
const FIELDS = ["crossOrigin", "e", "integrity", "m", "miniCss", "miniCssF", "p", "u"];

/** What is assigned to one field of `require`, as the runtime does: `r.u = …`. */
interface Assigned {
  readonly object: string;
  readonly value: AnyNode;
}

/**
 * Reads the runtime's own functions, which consist of texts, tables and conditions alone; undefined for another script.
 *
 * @param text of the script
 */
export function readChunkNames(program: Program, text: string): ChunkNames | undefined {
  const all = assignmentsIn(program);
  // In one script with it, modules may have fields of the same names.
  const of = (owner: string, name: string) => all.get(name)?.find(({ object }) => object === owner || object === "f");
  const script = all
    .get("u")
    ?.find(
      ({ object, value }) =>
        isFunctionExpression(value) && of(object, "e") !== undefined && of(object, "p") !== undefined,
    );
  if (script === undefined) return undefined;
  const field = (name: string) => of(script.object, name);
  const [style, path] = [field("miniCssF"), field("p")];
  if (path === undefined) return undefined;
  // How its elements ask for them is told by settings that are not read.
  if (all.get("crossOrigin")?.length !== countOf(text, CROSS_ORIGIN_ELSEWHERE) || all.get("integrity")?.length !== 0)
    return undefined;
  const publicPath = publicPathIn(path.value, text.includes("Automatic publicPath"));
  if (publicPath === undefined) return undefined;
  const styled = stylesIn(field("miniCss")?.value);
  return {
    require: script.object,
    modules: modulesBy(program, field("m")?.value),
    installed: installedIn(program),
    publicPath,
    script: (chunk) => nameBy(script.value, chunk),
    style: (chunk) => (style !== undefined && styled.has(chunk) ? nameBy(style.value, chunk) : undefined),
  };
}

/** With `crossOriginLoading`, an element has the attribute where what it loads is of another origin, and there alone. */
const CROSS_ORIGIN_ELSEWHERE =
  /0!==\w+\.(?:src|href)\.indexOf\(window\.location\.origin\+["']\/["']\)&&\(\w+\.crossOrigin=/g;

const countOf = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/**
 * `r.p = "/"`, or what the script's own URL comes to: `r.p = e`, `r.p = e + "../"`.
 *
 * @param isAutomatic it takes the directory of its own script (`publicPath: "auto"`)
 */
function publicPathIn(value: AnyNode, isAutomatic: boolean): PublicPath | undefined {
  if (value.type === "CallExpression" || (isAutomatic && value.type === "Identifier")) return { text: "", isOwn: true };
  const isBelow = isAutomatic && value.type === "BinaryExpression" && value.left.type === "Identifier";
  const text = textIn(isBelow ? value.right : value);
  return text === undefined ? undefined : { text, isOwn: isBelow };
}

/** The assignments to each field by name, wherever they stand. */
function assignmentsIn(program: Program): ReadonlyMap<string, readonly Assigned[]> {
  const fields = new Map(FIELDS.map((name): [string, Assigned[]] => [name, []]));
  const search = (node: AnyNode): void => {
    if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression" && !node.left.computed) {
      const { object, property } = node.left;
      const name = property.type === "Identifier" ? property.name : "";
      const owner = object.type === "Identifier" ? object.name : object.type === "MemberExpression" ? "f" : "";
      if (owner !== "") fields.get(name)?.push({ object: owner, value: node.right });
    }
    childrenOf(node).forEach(search);
  };
  search(program);
  return fields;
}

/** The keys of `{ 121: 0 }`, in which 0 says that a chunk is there. */
function installedIn(program: Program): string[] {
  const installed: string[] = [];
  const take = (node: AnyNode): false => {
    const value = node.type === "VariableDeclarator" ? node.init : node.type === "AssignmentExpression" && node.right;
    if (!value || value.type !== "ObjectExpression") return false;
    const table = [...tableOf(value)];
    if (table.length === value.properties.length && table.every(([, state]) => state === "0")) {
      installed.push(...table.map(([chunk]) => chunk));
    }
    return false;
  };
  someIn(program, take);
  return installed;
}

/** The table that `r.m` stands for. */
function modulesBy(node: AnyNode, name: AnyNode | undefined): AnyNode | undefined {
  if (name?.type !== "Identifier") return undefined;
  if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name.name) {
    return node.init ?? undefined;
  }
  for (const child of childrenOf(node)) {
    const found = modulesBy(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The chunks that have a stylesheet: `{ 65: 1 }[chunk]`. */
function stylesIn(node: AnyNode | undefined): ReadonlySet<string> {
  const chunks = new Set<string>();
  const search = (inner: AnyNode): void => {
    if (inner.type === "MemberExpression" && inner.computed && inner.object.type === "ObjectExpression") {
      for (const name of tableOf(inner.object).keys()) chunks.add(name);
    }
    childrenOf(inner).forEach(search);
  };
  if (node !== undefined) search(node);
  return chunks;
}

/** What a function of one parameter makes of a chunk; undefined where it is none that can be read, or has no name. */
function nameBy(node: AnyNode, chunk: string): string | undefined {
  if (!isFunctionExpression(node)) return undefined;
  const [parameter] = node.params;
  const body = node.body.type === "BlockStatement" ? returned(node.body.body) : node.body;
  if (parameter?.type !== "Identifier" || body === undefined) return undefined;
  const name = evaluate(body, parameter.name, chunk);
  return typeof name === "string" ? name : undefined;
}

function returned([only, ...more]: readonly AnyNode[]): AnyNode | undefined {
  return only?.type === "ReturnStatement" && more.length === 0 ? (only.argument ?? undefined) : undefined;
}

/** Undefined where something is not known, or not there. */
function evaluate(node: AnyNode, parameter: string, chunk: string): string | boolean | undefined {
  const inner = (child: AnyNode) => evaluate(child, parameter, chunk);
  if (node.type === "Literal") return idOf(node);
  if (node.type === "Identifier") return node.name === parameter ? chunk : undefined;
  if (node.type === "BinaryExpression") return compared(node.operator, inner(node.left), inner(node.right));
  if (node.type === "LogicalExpression" && node.operator === "||") return inner(node.left) ?? inner(node.right);
  if (node.type === "ConditionalExpression") {
    const holds = inner(node.test);
    return typeof holds === "boolean" ? inner(holds ? node.consequent : node.alternate) : undefined;
  }
  if (node.type === "TemplateLiteral") {
    const texts = node.quasis.map(({ value }) => value.cooked ?? undefined);
    return joined(texts.flatMap((text, at) => [text, ...node.expressions.slice(at, at + 1).map(inner)]));
  }
  if (node.type !== "MemberExpression" || !node.computed || node.object.type !== "ObjectExpression") return undefined;
  return tableOf(node.object).get(String(inner(node.property)));
}

/** A text or a number as the text that it is as a key. */
export function idOf(node: AnyNode | null | undefined): string | undefined {
  if (node?.type !== "Literal" || node.value === null || typeof node.value === "object") return undefined;
  return String(node.value);
}

function compared(
  operator: string,
  left: string | boolean | undefined,
  right: string | boolean | undefined,
): string | boolean | undefined {
  if (operator === "+") return joined([left, right]);
  return operator === "===" || operator === "==" ? left === right : undefined;
}

function joined(parts: readonly (string | boolean | undefined)[]): string | undefined {
  return parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
}

/** The texts of an object by their keys. */
function tableOf(object: ObjectExpression): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const [name, value] of fieldsOf(object)) if (value.type === "Literal") table.set(name, String(value.value));
  return table;
}
