import { findNodeAtLocation, type Node, type ParseError, parseTree } from "jsonc-parser";

/** A rule of a host's JSON file. */
export type JsonRule = { readonly headers: readonly { readonly key: string; readonly value: string }[] } & (
  | { readonly source: string; readonly missing?: readonly object[] }
  | { readonly regex: string }
);

/** The name of a field that no server sends: what stands between two rules with it is ours. */
const MARK = "x-h2push";

/**
 * A host's JSON file with our rules in one of its lists, in the place of
 * those of an earlier time, or at the end. Nothing else in it changes.
 *
 * @param path of the list: ["hosting", "headers"]
 * @returns undefined when the text is no JSON object, or has something else at the path
 */
export function withOwnRules(text: string, path: readonly string[], rules: readonly JsonRule[]): string | undefined {
  const source = withList(text.trim() === "" ? "{}" : text, path);
  const list = source === undefined ? undefined : listAt(source, path);
  if (source === undefined || list === undefined) return undefined;
  const eol = eolOf(text);
  const own = [mark("begin"), ...rules, mark("end")].map((rule) => JSON.stringify(rule)).join(`,${eol}${INDENT}`);
  const nodes = list.children ?? [];
  const begin = nodes.find((node) => isMark(node, "begin"));
  const end = nodes.find((node) => isMark(node, "end"));
  const last = nodes.at(-1);
  if (begin !== undefined && end !== undefined && begin.offset < end.offset) {
    return replaced(source, begin.offset, end.offset + end.length, own);
  }
  if (last !== undefined) return replaced(source, last.offset + last.length, undefined, `,${eol}${INDENT}${own}`);
  return replaced(source, list.offset, list.offset + list.length, `[${eol}${INDENT}${own}${eol}  ]`);
}

const INDENT = "    ";

/** @param end of what is replaced; without one, something is put in */
function replaced(text: string, start: number, end: number | undefined, content: string): string {
  const written = text.slice(0, start) + content + text.slice(end ?? start);
  return written.endsWith("\n") ? written : `${written}\n`;
}

/** The text of an object with a list at a path, an empty one where there is nothing; undefined where that can't be. */
function withList(text: string, path: readonly string[]): string | undefined {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  if (tree?.type !== "object" || errors.length > 0) return undefined;
  for (let depth = path.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(tree, path.slice(0, depth));
    if (node === undefined) continue;
    if (depth === path.length) return text;
    return node.type === "object" ? withProperty(text, node, path.slice(depth)) : undefined;
  }
  return undefined;
}

/** The text with a property more in an object, and no other character changed. */
function withProperty(text: string, { offset, length, children = [] }: Node, path: readonly string[]): string {
  const [name, ...inner] = path;
  const value = inner.reduceRight<string>((written, key) => `{ ${JSON.stringify(key)}: ${written} }`, "[]");
  const last = children.at(-1);
  const at = last === undefined ? offset + 1 : last.offset + last.length;
  const before = last === undefined ? "" : ",";
  const behind = last === undefined && length === 2 ? eolOf(text) : "";
  return `${text.slice(0, at)}${before}${eolOf(text)}  ${JSON.stringify(name)}: ${value}${behind}${text.slice(at)}`;
}

const eolOf = (text: string) => (text.includes("\r\n") ? "\r\n" : "\n");

function listAt(text: string, path: readonly string[]): Node | undefined {
  const tree = parseTree(text);
  const list = tree === undefined ? undefined : findNodeAtLocation(tree, [...path]);
  return list?.type === "array" ? list : undefined;
}

function isMark(node: Node, name: string): boolean {
  const value = (key: string) => findNodeAtLocation(node, ["headers", 0, key])?.value as unknown;
  return value("key") === MARK && value("value") === name;
}

/** A rule that no request fits, as a path with a dot at its beginning is served by nobody. */
const mark = (name: string): JsonRule => ({ source: "/.h2push", headers: [{ key: MARK, value: name }] });
