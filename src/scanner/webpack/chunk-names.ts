import type { AnyNode, ObjectExpression, Program } from "acorn";

import { childrenOf, someIn } from "../modules/evaluate.js";

/** How the runtime of webpack or Rspack names the files of chunks. */
export interface ChunkNames {
  /** What its `require` is called in the script of the runtime. */
  readonly require: string;
  /** The modules that stand in that script. */
  readonly modules: AnyNode | undefined;
  /** The chunks that are there from the start. */
  readonly installed: readonly string[];
  /** Before each name; undefined: the directory of the runtime's own script. */
  readonly publicPath: string | undefined;
  /** The name of a chunk's script; undefined where it has none. */
  readonly script: (chunk: string) => string | undefined;
  /** The name of a chunk's stylesheet, if it has one. */
  readonly style: (chunk: string) => string | undefined;
}

/** What is assigned to one field of `require`, as the runtime does: `r.u = …`. */
interface Assigned {
  readonly object: string;
  readonly value: AnyNode;
}

/** Reads the runtime's own functions, which consist of texts, tables and conditions alone; undefined for another script. */
export function readChunkNames(program: Program): ChunkNames | undefined {
  const fields = fieldsOf(program);
  const [script, style, path] = [fields.get("u"), fields.get("miniCssF"), fields.get("p")];
  if (script === undefined || path === undefined || !fields.has("e")) return undefined;
  // How its elements ask for them is told by settings that are not read.
  if (fields.has("crossOrigin") || fields.has("integrity")) return undefined;
  const publicPath = path.value.type === "CallExpression" ? undefined : textIn(path.value);
  if (path.value.type !== "CallExpression" && publicPath === undefined) return undefined;
  const styled = stylesIn(fields.get("miniCss")?.value);
  return {
    require: script.object,
    modules: modulesBy(program, fields.get("m")?.value),
    installed: installedIn(program),
    publicPath,
    script: (chunk) => nameBy(script.value, chunk),
    style: (chunk) => (style !== undefined && styled.has(chunk) ? nameBy(style.value, chunk) : undefined),
  };
}

/** The first assignment to each field by name, wherever it stands. */
function fieldsOf(program: Program): Map<string, Assigned> {
  const fields = new Map<string, Assigned>();
  const search = (node: AnyNode): void => {
    if (node.type === "AssignmentExpression" && node.left.type === "MemberExpression" && !node.left.computed) {
      const { object, property } = node.left;
      const name = property.type === "Identifier" ? property.name : "";
      const owner = object.type === "Identifier" ? object.name : object.type === "MemberExpression" ? "f" : "";
      if (owner !== "" && !fields.has(name)) fields.set(name, { object: owner, value: node.right });
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

function textIn(node: AnyNode): string | undefined {
  return node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
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
  if (node.type !== "ArrowFunctionExpression" && node.type !== "FunctionExpression") return undefined;
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
function tableOf({ properties }: ObjectExpression): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const property of properties) {
    if (property.type !== "Property" || property.computed || property.value.type !== "Literal") continue;
    const { key, value } = property;
    const name = key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : undefined;
    if (name !== undefined) table.set(name, String(value.value));
  }
  return table;
}
