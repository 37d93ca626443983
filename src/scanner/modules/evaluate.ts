import type { AnyNode, Program } from "acorn";

import { type FunctionExpressionNode, childrenOf, isField, isFunction, isFunctionExpression } from "./syntax-tree.js";

/** Told of each node that is evaluated for certain; true: what is in it has been seen to. */
export type Visit = (node: AnyNode) => boolean;

type Child = AnyNode | null | undefined;

/** What of a node is evaluated whenever the node is, in order. A node that is not here has nothing that is certain to be. */
const EVALUATED: Readonly<Record<string, readonly string[]>> = {
  Program: ["body"],
  BlockStatement: ["body"],
  ExpressionStatement: ["expression"],
  VariableDeclaration: ["declarations"],
  VariableDeclarator: ["init"],
  ExportNamedDeclaration: ["declaration"],
  ExportDefaultDeclaration: ["declaration"],
  ReturnStatement: ["argument"],
  IfStatement: ["test"],
  SwitchStatement: ["discriminant"],
  ForStatement: ["init"],
  ForOfStatement: ["right"],
  ForInStatement: ["right"],
  WhileStatement: ["test"],
  AwaitExpression: ["argument"],
  ArrayExpression: ["elements"],
  ObjectExpression: ["properties"],
  Property: ["value"],
  SpreadElement: ["argument"],
  UnaryExpression: ["argument"],
  BinaryExpression: ["left", "right"],
  LogicalExpression: ["left"],
  ConditionalExpression: ["test"],
  SequenceExpression: ["expressions"],
  TemplateLiteral: ["expressions"],
  MemberExpression: ["object"],
  CallExpression: ["callee", "arguments"],
  NewExpression: ["callee", "arguments"],
};

/** After one of these the rest may not be reached. */
const STOPS: ReadonlySet<string> = new Set(["ReturnStatement", "ThrowStatement", "AwaitExpression", "YieldExpression"]);

/** What has statements in it. */
const LISTS: ReadonlySet<string> = new Set(["Program", "BlockStatement"]);

/**
 * Follows what a script evaluates for certain when it runs: what stands in no
 * branch, loop or function, except in a function that is called where it
 * stands, or by its name where nothing can hide that; of a `try` its first
 * statement. It goes on behind the `await` of what is loaded, and no other.
 */
export class Evaluation {
  readonly #visit: Visit;
  readonly #isLoad: (node: AnyNode) => boolean;
  readonly #functions: ReadonlyMap<string, AnyNode>;
  readonly #called = new Set<AnyNode>();
  /** Functions and blocks around what is evaluated: in these a name may mean something else. */
  #depth = 0;

  constructor(program: Program, visit: Visit, isLoad: (node: AnyNode) => boolean = () => false) {
    this.#visit = visit;
    this.#isLoad = isLoad;
    this.#functions = functionsOf(program);
  }

  /** @returns whether what follows is certain to be evaluated, too */
  follow(node: Child): boolean {
    if (node === null || node === undefined) return true;
    if (this.#visit(node)) return true;
    if (node.type === "ChainExpression") return this.follow(headOf(node.expression));
    if (node.type === "AssignmentExpression")
      return /^(?:&&|\|\||\?\?)=$/.test(node.operator) || this.follow(node.right);
    const called = node.type === "CallExpression" ? (calledBy(node.callee) ?? this.#byName(node.callee)) : undefined;
    if (called !== undefined) return this.#call(node, called);
    if (node.type === "BlockStatement") return this.#inside(() => this.#children(node));
    if (node.type === "TryStatement") return this.#try(node.block.body[0]);
    if (!this.#children(node)) return false;
    return node.type === "AwaitExpression" ? this.#isLoad(node.argument) : node.type !== "ReturnStatement";
  }

  /** Follows the body of a function that is called. */
  run(called: AnyNode): void {
    if (this.#called.has(called)) return;
    this.#called.add(called);
    if (isFunction(called) && !called.generator) this.#inside(() => this.follow(called.body));
  }

  /** What comes behind the first statement is not certain: something is expected to fail. */
  #try(first: Child): boolean {
    this.#inside(() => this.follow(first));
    return true;
  }

  #inside(follow: () => boolean): boolean {
    this.#depth += 1;
    const goesOn = follow();
    this.#depth -= 1;
    return goesOn;
  }

  #children(node: AnyNode): boolean {
    for (const child of childrenOf(node, EVALUATED[node.type] ?? [])) {
      if (!this.follow(child) || (LISTS.has(node.type) && this.#mayStop(child))) return false;
    }
    return true;
  }

  #call(node: AnyNode, called: AnyNode): boolean {
    if (!childrenOf(node, ["arguments"]).every((argument) => this.follow(argument))) return false;
    this.run(called);
    return true;
  }

  #byName(callee: AnyNode): AnyNode | undefined {
    return this.#depth === 0 && callee.type === "Identifier" ? this.#functions.get(callee.name) : undefined;
  }

  /** Whether a statement can end what it stands in, where it was not followed. */
  #mayStop(node: AnyNode): boolean {
    if (isFunction(node)) return false;
    if (STOPS.has(node.type) && !(node.type === "AwaitExpression" && this.#isLoad(node.argument))) return true;
    return childrenOf(node).some((child) => this.#mayStop(child));
  }
}

/** The function that a call calls where it stands: `(() => …)()`, `(function () { … }).call(this)`. */
export function calledBy(callee: AnyNode): FunctionExpressionNode | undefined {
  if (isFunctionExpression(callee)) return callee;
  return isField(callee, "call") && callee.object.type === "FunctionExpression" ? callee.object : undefined;
}

/** Of `a?.b(c)`, what is evaluated whatever `a` is. */
function headOf(node: AnyNode): AnyNode {
  if (node.type === "CallExpression") return headOf(node.callee);
  return node.type === "MemberExpression" ? headOf(node.object) : node;
}

/** The functions of a script that a name stands for, always. */
function functionsOf(program: Program): ReadonlyMap<string, AnyNode> {
  const functions = new Map<string, AnyNode>();
  for (const statement of program.body) {
    if (statement.type === "FunctionDeclaration") functions.set(statement.id.name, statement);
    if (statement.type !== "VariableDeclaration" || statement.kind !== "const") continue;
    for (const { id, init } of statement.declarations) {
      if (id.type === "Identifier" && init && isFunction(init)) functions.set(id.name, init);
    }
  }
  return functions;
}
