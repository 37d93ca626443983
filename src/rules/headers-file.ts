import { parseCredentials } from "./basic-auth.js";
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
  /** Of each `name:password`, one of which a request has to bring; none where everyone may come in. */
  readonly credentials: readonly string[];
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
  readonly credentials: string[];
  readonly fields: { readonly name: string; readonly value: readonly Piece[] }[];
}

/**
 * Reads a `_headers` file, in the syntax that Netlify and Cloudflare Pages
 * share. Where they differ: what several rules say of one field is joined with
 * commas (Netlify: the most specific rule counts), and `! name` takes a field
 * away (Netlify does not know it).
 *
 * A rule is a pattern on a line of its own, and below it `name: value`, or
 * `! name` to take a field away. What is wrong with one line leaves the others
 * as they are.
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
    const message = addLine(block, line.text);
    if (message === undefined) continue;
    errors.push({ line: line.number, message });
    if (block !== undefined) block.wrong = true;
  }
  return { rules: blocks.flatMap((block) => rule(block, errors)), errors };
}

function beginBlock(line: Line, errors: LineError[]): Block {
  const parsed = UrlPattern.parse(line.text);
  const source = typeof parsed === "string" ? undefined : parsed;
  if (typeof parsed === "string") errors.push({ line: line.number, message: `${parsed}: ${line.text}` });
  return { line, source, wrong: false, detached: [], credentials: [], fields: [] };
}

/** What is wrong with the line. */
function addLine(block: Block | undefined, text: string): string | undefined {
  const [, credentials] = /^basic-auth\s*:(.*)$/i.exec(text) ?? [];
  if (credentials !== undefined) {
    const pairs = parseCredentials(credentials);
    // The line itself is nobody's business.
    if (pairs === undefined) return "basic-auth takes name:password, several with spaces between them";
    block?.credentials.push(...pairs);
  } else if (text.startsWith("!")) {
    const name = text.slice(1).trim().toLowerCase();
    const message = refusedName(name);
    if (message !== undefined) return message;
    block?.detached.push(name);
  } else if (!text.includes(":")) {
    return `neither a path nor a field: ${text}`;
  } else {
    const field = parseField(text);
    if (typeof field === "string") return field;
    block?.fields.push({ name: field.name, value: piecesOf(field.value, (part) => part) });
  }
  return block === undefined ? `no path above ${text}` : undefined;
}

function rule({ line, source, wrong, detached, credentials, fields }: Block, errors: LineError[]): HeaderRule[] {
  if (source === undefined) return [];
  if (fields.length + detached.length + credentials.length > 0) {
    return [{ line: line.number, source, detached, credentials, fields }];
  }
  if (!wrong) errors.push({ line: line.number, message: `no fields below ${line.text}` });
  return [];
}
