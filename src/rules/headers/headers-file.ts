import { parseCredentials } from "../guards/basic-auth.js";
import { piecesOf, type Piece } from "../placeholders.js";
import { closedFor } from "../guards/closed.js";
import { parseField, refusedName } from "./field.js";
import { linesOf, TOO_LONG, type Line, type LineError } from "../rule-lines.js";
import { UrlPattern } from "../pattern.js";

/** The fields of one pattern in `_headers`. */
export interface HeaderRule {
  readonly line: number;
  readonly source: UrlPattern;
  /** Names of fields that earlier rules and the server set, and this one takes away. */
  readonly detached: readonly string[];
  /**
   * Of each `name:password`, one of which a request has to bring. Undefined
   * where everyone may come in; none where a line could not be understood,
   * and nobody may.
   */
  readonly credentials: readonly string[] | undefined;
  /** In the order of the file; a name may come twice. */
  readonly fields: readonly { readonly name: string; readonly value: readonly Piece[] }[];
}

export interface HeadersFile {
  readonly rules: readonly HeaderRule[];
  readonly errors: readonly LineError[];
}

/** Cloudflare takes 100. Those that ask for a password are read beyond it. */
const MAX_RULES = 10_000;

/** A rule while its lines are read. */
interface Block {
  readonly line: Line;
  /** Undefined for a pattern that is none: its fields belong to nothing. */
  readonly source: UrlPattern | undefined;
  readonly detached: string[];
  readonly fields: { readonly name: string; readonly value: readonly Piece[] }[];
  /** Undefined until a line asks for a password. */
  credentials: string[] | undefined;
  /** What is wrong with it; with `odd`, a line that may have been meant as a pattern. */
  readonly problems: (LineError & { readonly odd?: string })[];
}

/**
 * Reads a `_headers` file, in the syntax that Netlify and Cloudflare Pages
 * share. Where they differ: what several rules say of one field is joined with
 * commas (Netlify: the most specific rule counts), and `! name` takes a field
 * away (Netlify does not know it).
 *
 * A rule is a pattern on a line of its own, and below it `name: value`, or
 * `! name` to take a field away. What is wrong with one line leaves the others
 * as they are; but where it may have asked for a password, what it may have
 * named is closed to everybody.
 */
export function parseHeaders(content: string): HeadersFile {
  const errors: LineError[] = [];
  const blocks: Block[] = [];
  for (const line of linesOf(content)) {
    if (!asksForPassword(line.text) && /^(?:\/|[a-z][a-z\d+.-]*:\/\/)/i.test(line.text)) {
      blocks.push(beginBlock(line));
    } else {
      const block = blocks.at(-1);
      if (asksForPassword(line.text)) addCredentials(block ?? atNothing(line, blocks), line);
      else addLine(line, blocks, errors);
    }
  }
  const beyond = blocks[MAX_RULES];
  if (beyond !== undefined) {
    errors.push({ line: beyond.line.number, message: `only the first ${MAX_RULES} rules are read` });
  }
  const read = blocks.filter(({ credentials }, index) => index < MAX_RULES || credentials !== undefined);
  return { rules: read.flatMap((block) => rulesOf(block, errors)), errors };
}

/** No field of a response begins so, whatever is put before it, and a password in one that does would be sent to everybody. */
const asksForPassword = (text: string) => /^[^\w/!]*basic/i.test(text);

const NAMES_PASSWORD = /basic[\s_-]*auth/i;

function beginBlock(line: Line): Block {
  // The line may hold the password itself, and is nobody's business then.
  const isWhole = /\sbasic[\s_-]*auth/i.test(line.text);
  const found = isWhole ? "basic-auth stands on a line of its own, below its path" : parsePattern(line);
  const block = blockAt(line, typeof found === "string" ? undefined : found);
  if (isWhole) block.credentials = [];
  if (typeof found === "string") block.problems.push({ line: line.number, message: found, odd: line.text });
  return block;
}

function parsePattern({ text, cut }: Line): UrlPattern | string {
  if (cut) return TOO_LONG;
  if (text.startsWith("//")) return `a path begins with one slash: ${text}`;
  if (/[\s,](?:\/|https?:)/i.test(text)) return `one path on a line: ${text}`;
  const parsed = UrlPattern.parse(text);
  return typeof parsed === "string" ? `${parsed}: ${text}` : parsed;
}

const blockAt = (line: Line, source: UrlPattern | undefined): Block => ({
  line,
  source,
  detached: [],
  fields: [],
  credentials: undefined,
  problems: [],
});

/** A password with no path above it may have been meant for any. */
function atNothing(line: Line, blocks: Block[]): Block {
  const block = blockAt(line, undefined);
  block.problems.push({ line: line.number, message: "no path above basic-auth", odd: "/*" });
  blocks.push(block);
  return block;
}

function addCredentials(block: Block, { number, text, cut }: Line): void {
  const [, words] = /^basic-auth\s*:(.*)$/i.exec(text) ?? [];
  const pairs = words === undefined || cut ? undefined : parseCredentials(words);
  block.credentials = [...(block.credentials ?? []), ...(pairs ?? [])];
  if (pairs !== undefined) return;
  const message = cut ? TOO_LONG : "basic-auth takes name:password, several with spaces between them";
  // The line itself is nobody's business.
  block.problems.push({ line: number, message, ...(block.source === undefined ? {} : { odd: block.source.source }) });
}

function addLine(line: Line, blocks: Block[], errors: LineError[]): void {
  const block = blocks.at(-1);
  const { number, text, cut } = line;
  const message = cut ? TOO_LONG : addFields(block, text);
  if (message === undefined) return;
  if (NAMES_PASSWORD.test(text) && !text.startsWith("!")) addCredentials(block ?? atNothing(line, blocks), line);
  else if (block === undefined) errors.push({ line: number, message });
  else block.problems.push({ line: number, message, ...(mayBePath(text) ? { odd: `/${text}` } : {}) });
}

/** What is no field may be a path without the slash in front. */
const mayBePath = (text: string) => !text.startsWith("!") && !/^[\w -]*:\s/.test(text);

/** What is wrong with the line. */
function addFields(block: Block | undefined, text: string): string | undefined {
  if (text.startsWith("!")) {
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

/** In a pattern of YAML, of regular expressions or of globs: read as it is, it would name nothing that is there. */
const DOUBTFUL = /[{}|^$\\]|\*.*(?:[\s()[\],;]|:(?![a-z]))|\/\(?\.[*+]|[\])]\+/i;

/** Where a password is asked for, a pattern that most likely means something else closes what that may be. */
function withoutDoubt(block: Block): Block {
  const { line, source, problems, credentials } = block;
  if (credentials === undefined || source === undefined || !DOUBTFUL.test(line.text)) return block;
  const message = `no pattern, or one whose characters have to be percent-encoded: ${line.text}`;
  return { ...block, source: undefined, problems: [...problems, { line: line.number, message, odd: line.text }] };
}

function rulesOf(written: Block, errors: LineError[]): HeaderRule[] {
  const block = withoutDoubt(written);
  const { line, source, detached, credentials, fields, problems } = block;
  const closed: HeaderRule[] = [];
  for (const { odd, ...problem } of problems) {
    const sources = odd === undefined || credentials === undefined ? [] : closedBy(block, odd);
    const told =
      sources.length === 0 ? "" : ` (closed to everybody until then: ${sources.map((each) => each.source).join(" ")})`;
    errors.push({ ...problem, message: problem.message + told });
    closed.push(
      ...sources.map((each) => ({ line: line.number, source: each, detached: [], credentials: [], fields: [] })),
    );
  }
  if (source === undefined) return closed;
  const own = [source, ...withoutSplat(source)].map((each) => ({
    line: line.number,
    source: each,
    detached,
    credentials,
    fields,
  }));
  if (fields.length + detached.length > 0 || credentials !== undefined) {
    return [...own, ...closed];
  }
  if (problems.length === 0) errors.push({ line: line.number, message: `no fields below ${line.text}` });
  return [];
}

/** The pattern for what has no segment in the place of a splat between two slashes: it is meant, too, as at Netlify. */
function withoutSplat({ source }: UrlPattern): readonly UrlPattern[] {
  const shorter = UrlPattern.parse(source.replace("/*/", "/"));
  return !source.includes("/*/") || typeof shorter === "string" || source.trim().endsWith("/*/") ? [] : [shorter];
}

/** What nobody may see, as a line that is not understood may mean it to be seen with a password only. */
function closedBy({ source, credentials }: Block, odd: string): readonly UrlPattern[] {
  if (source === undefined || odd !== source.source) return closedFor(odd);
  return credentials?.length === 0 ? [source] : [];
}
