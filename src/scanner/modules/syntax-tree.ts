import type { AnyNode, ArrowFunctionExpression, FunctionExpression, MemberExpression, ObjectExpression } from "acorn";

/** Nodes of a script's syntax tree (ESTree): what they are, and what is in them. */

/** A function as a value. */
export type FunctionExpressionNode = ArrowFunctionExpression | FunctionExpression;

export function isFunctionExpression(node: AnyNode): node is FunctionExpressionNode {
  return node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression";
}

/** The same, or a function that is declared. */
export function isFunction(node: AnyNode): node is Extract<AnyNode, { type: `${string}Function${string}` }> {
  return /Function/.test(node.type);
}

/** Whether a node is the field of that name, of whatever object: `x.name`. */
export function isField(node: AnyNode, name: string): node is MemberExpression {
  return node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === name;
}

/** The nodes that stand in a node at once: all of them, or those of some of its fields. */
export function childrenOf(node: AnyNode, fields: readonly string[] = Object.keys(node)): AnyNode[] {
  const children: AnyNode[] = [];
  for (const field of fields) {
    const value: unknown = Reflect.get(node, field);
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) for (const one of value) if (isNode(one)) children.push(one);
  }
  return children;
}

/** Whether a search of a node and what is in it, in order, comes to one that is looked for. */
export function someIn(node: AnyNode, isWanted: (node: AnyNode) => boolean): boolean {
  return isWanted(node) || childrenOf(node).some((child) => someIn(child, isWanted));
}

/** The text that stands there: a string, or a template without expressions. */
export function textIn(node: AnyNode | null | undefined): string | undefined {
  if (node?.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node?.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** The fields of an object by name, a number as it reads; of a getter, the function. */
export function fieldsOf({ properties }: ObjectExpression): Map<string, AnyNode> {
  const fields = new Map<string, AnyNode>();
  for (const property of properties) {
    if (property.type !== "Property" || property.computed) continue;
    const { key, value } = property;
    if (key.type === "Identifier") fields.set(key.name, value);
    else if (key.type === "Literal") fields.set(String(key.value), value);
  }
  return fields;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
