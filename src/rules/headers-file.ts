import { piecesOf, type Piece } from "./chunk.js";
import { parseField, refusedName } from "./field.js";
import { linesOf, type Line, type LineError } from "./lines.js";
import { UrlPattern } from "./pattern.js";

/** The fields of one pattern in `_headers`. */
export interface HeaderRule {
  readonly line: number;
  readonly source: UrlPattern;
  /** Names of fields that earlier rules and the server set, and this one takes away. */
  readonly detached: readonly string[];
  /** In the order of the file; a name may come twice. */
  readonly fields: readonly { readonly name: string; readonly value: readonly Piece[] }[];
}

export interface HeadersFile {
  readonly rules: readonly HeaderRule[];
  readonly errors: readonly LineError[];
}

/** Cloudflare takes 100. */
const MOST_RULES = 10_000;

/** A rule while its lines are read. */
interface Block {
  readonly line: Line;
  /** Undefined for a pattern that is none: its fields belong to nothing. */
  readonly source: UrlPattern | undefined;
  /** Some of its lines are wrong, and were told. */
  wrong: boolean;
  readonly detached: string[];
  readonly fields: { readonly name: string; readonly value: readonly Piece[] }[];
}

/**
 * Reads a `_headers` file: a pattern on a line, below it `name: value` lines,
 * or `! name` to take a field away. What is wrong with one line leaves the
 * others as they are.
 */
export function parseHeaders(content: string): HeadersFile {
  const errors: LineError[] = [];
  const blocks: Block[] = [];
  for (const line of linesOf(content, errors)) {
    if (/^(?:\/|[a-z][a-z\d+.-]*:\/\/)/i.test(line.text)) {
      if (blocks.length === MOST_RULES) {
        errors.push({ line: line.number, message: `only the first ${MOST_RULES} rules are read` });
        break;
      }
      blocks.push(beginBlock(line, errors));
      continue;
    }
    const block = blocks.at(-1);
    const error = addLine(block, line.text);
    if (error === undefined) continue;
    errors.push({ line: line.number, ...error });
    if (block !== undefined) block.wrong = true;
  }
  return { rules: blocks.flatMap((block) => rule(block, errors)), errors };
}

function beginBlock(line: Line, errors: LineError[]): Block {
  const parsed = UrlPattern.parse(line.text);
  const source = typeof parsed === "string" ? undefined : parsed;
  if (typeof parsed === "string") errors.push({ line: line.number, message: `${parsed}: ${line.text}` });
  return { line, source, wrong: false, detached: [], fields: [] };
}

function addLine(block: Block | undefined, text: string): Omit<LineError, "line"> | undefined {
  if (text.startsWith("!")) {
    const name = text.slice(1).trim().toLowerCase();
    const message = refusedName(name);
    if (message !== undefined) return { message };
    block?.detached.push(name);
  } else if (!text.includes(":")) {
    return { message: `neither a path nor a field: ${text}` };
  } else {
    const field = parseField(text);
    if (typeof field === "string") return { message: field, ...hints(field) };
    block?.fields.push({ name: field.name, value: piecesOf(field.value, (part) => part) });
  }
  return block === undefined ? { message: `no path above ${text}` } : undefined;
}

const hints = (message: string) =>
  message.startsWith("basic-auth") ? { hint: "to ask for a name and a password: --auth" } : {};

function rule({ line, source, wrong, detached, fields }: Block, errors: LineError[]): HeaderRule[] {
  if (source === undefined) return [];
  if (fields.length > 0 || detached.length > 0) return [{ line: line.number, source, detached, fields }];
  if (!wrong) errors.push({ line: line.number, message: `no fields below ${line.text}` });
  return [];
}
