const STRING = String.raw`"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"`;
const SCALAR = String.raw`(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])`;

/** White space (RFC 8259 §2), and behind it one token: a mark, a string, another scalar. */
const TOKEN = String.raw`[ \t\n\r]*(?:([{}[\],:])|(${STRING})|(${SCALAR}))`;

type State = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end";

/**
 * Where a text ceases to be JSON (RFC 8259): the offset of the first token
 * that can't be there, or the end of the text. Node's own error says it on
 * some of its lines, and for some mistakes.
 */
export function syntaxErrorAt(text: string): number {
  const open: ("{" | "[")[] = [];
  const token = new RegExp(TOKEN, "y");
  let state: State = "value";
  for (;;) {
    const start = skipSpace(text, token.lastIndex);
    const [, mark, string, scalar] = token.exec(text) ?? [];
    const next: State | undefined =
      mark === undefined ? afterScalar(state, string, scalar) : afterMark(state, mark, open);
    if (next === undefined) return start;
    state = next;
    // The value is whole: what comes now is too much.
    if (open.length === 0) return skipSpace(text, token.lastIndex);
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (" \t\n\r".includes(text[at] ?? "x")) at++;
  return at;
}

function afterScalar(state: State, string: string | undefined, scalar: string | undefined): State | undefined {
  if (state.startsWith("key")) return string === undefined ? undefined : "colon";
  return state.startsWith("value") && (string ?? scalar) !== undefined ? "comma or end" : undefined;
}

function afterMark(state: State, mark: string, open: ("{" | "[")[]): State | undefined {
  if (mark === "{" || mark === "[") {
    if (!state.startsWith("value")) return undefined;
    open.push(mark);
    return mark === "{" ? "key or end" : "value or end";
  }
  if (mark === ":") return state === "colon" ? "value" : undefined;
  const inside = open.at(-1);
  if (mark === ",") return state !== "comma or end" ? undefined : inside === "{" ? "key" : "value";
  const closes = inside === (mark === "}" ? "{" : "[") && state.endsWith("or end");
  if (closes) open.pop();
  return closes ? "comma or end" : undefined;
}

/** Line and column of an offset, from 1. */
export function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|[\n\r]/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
