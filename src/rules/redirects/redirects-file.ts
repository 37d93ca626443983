import { parseCondition, type Condition } from "./condition.js";
import { linesOf, TOO_LONG, type Line, type LineError } from "../rule-lines.js";
import { UrlPattern } from "../pattern.js";
import { parseTarget, type RedirectTarget } from "./redirect-target.js";

const statuses = [200, 301, 302, 303, 307, 308, 404] as const;

/** 200 and 404 serve another file at the same URL; the others send the client away. */
export type RuleStatus = (typeof statuses)[number];

/** One line of `_redirects`. */
export interface RedirectRule {
  readonly line: number;
  readonly source: UrlPattern;
  /** Parameters that the query has to have, and no others; a value that begins with a colon is a placeholder. */
  readonly query: ReadonlyMap<string, string>;
  readonly conditions: readonly Condition[];
  readonly status: RuleStatus;
  /** Holds also where there is a file. */
  readonly forced: boolean;
  /** Undefined leaves the request as it is: no later rule applies. */
  readonly target: RedirectTarget | undefined;
}

export interface RedirectsFile {
  readonly rules: readonly RedirectRule[];
  readonly errors: readonly LineError[];
  /** What the user should know of: sentences. */
  readonly notices: readonly LineError[];
}

/** Netlify advises against more; Cloudflare takes 2,100. */
const MAX_RULES = 10_000;

/**
 * Reads a `_redirects` file, in the syntax that Netlify and Cloudflare Pages
 * share. Where they differ: without a status it is 301 (Cloudflare: 302); a
 * rule without "!" leaves files alone (Cloudflare: every rule is forced); a
 * slash at the end of a path is not looked at, unless the rule is about it
 * (Netlify: never, Cloudflare: always); parameters, conditions, hosts and 404
 * are Netlify's, a splat in the middle is Cloudflare's.
 *
 * A line is `source [name=value…] [target] [status[!]] [Condition=value…]`.
 * What is wrong with one line leaves the others as they are.
 */
export function parseRedirects(content: string): RedirectsFile {
  const errors: LineError[] = [];
  const rules: RedirectRule[] = [];
  for (const line of linesOf(content)) {
    if (line.cut) {
      errors.push({ line: line.number, message: TOO_LONG });
      continue;
    }
    if (rules.length === MAX_RULES) {
      errors.push({ line: line.number, message: `only the first ${MAX_RULES} rules are read` });
      break;
    }
    const rule = parseRule(line, errors);
    if (rule !== undefined) rules.push(rule);
  }
  return { rules, errors, notices: rules.flatMap(neverMatching) };
}

function neverMatching({ line, conditions }: RedirectRule): LineError[] {
  return conditions.flatMap((condition) =>
    condition.kind === "unknown"
      ? [{ line, message: `${condition.text} can't be told here, so the rule is passed over` }]
      : [],
  );
}

/** Whether a rule has a request answered by another server. */
export const leadsElsewhere = ({ target, status }: Pick<RedirectRule, "target" | "status">) =>
  target !== undefined && target.origin !== "" && (status === 200 || status === 404);

/** A status, forced or not. */
const STATUS = /^(\d+)(!?)$/;

function parseRule({ number, text }: Line, errors: LineError[]): RedirectRule | undefined {
  const fail = (message: string, hint?: string) => {
    errors.push({ line: number, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  };
  const [from = "", ...rest] = withoutComment(text.split(/\s+/));
  const source = UrlPattern.parse(from);
  if (typeof source === "string") {
    return fail(
      `${source}: ${from}`,
      from.includes("?") ? "parameters stand behind the path: /store id=:id /blog/:id" : undefined,
    );
  }
  const words = split(rest);
  if (typeof words === "string") return fail(`${words}: ${text}`, "for example: /old/* /new/:splat 301");
  const status = parseStatus(words.status);
  if (status === undefined) return fail(`no such status: ${words.status}`, `choose one of ${statuses.join(", ")}`);
  if (words.target === undefined && status !== 200) return fail(`no target: ${text}`);
  const target = words.target === undefined ? undefined : parseTarget(words.target);
  if (typeof target === "string") return fail(target);
  // What another server says to these nobody knows here.
  if (target !== undefined && leadsElsewhere({ target, status })) {
    fail(`a rewrite leads to a path of this site: ${words.target}`, "to ask another server: --proxy");
  }
  const conditions = words.conditions.map((condition) => parseCondition(condition, number, errors));
  if (conditions.includes(undefined)) return undefined;
  return {
    line: number,
    source,
    query: new Map(words.query.map(pairOf)),
    conditions: conditions.filter((condition) => condition !== undefined),
    status,
    forced: words.status.endsWith("!"),
    target,
  };
}

function withoutComment(words: readonly string[]): readonly string[] {
  const comment = words.findIndex((word) => word.startsWith("#"));
  return comment === -1 ? words : words.slice(0, comment);
}

interface Words {
  readonly query: readonly string[];
  readonly target: string | undefined;
  readonly status: string;
  readonly conditions: readonly string[];
}

/** 301, as at Netlify; 302 at Cloudflare. Nobody stores it for long: it goes with `no-cache`. */
const DEFAULT_STATUS = "301";

function split(words: readonly string[]): Words | string {
  const [first] = words;
  if (first !== undefined && STATUS.test(first)) {
    return { query: [], target: undefined, status: first, conditions: words.slice(1) };
  }
  const at = words.findIndex((word) => !/^[^/=:]+=/.test(word));
  const target = words[at];
  if (target === undefined) return "no target";
  const [next, ...others] = words.slice(at + 1);
  const hasStatus = next !== undefined && !next.includes("=");
  const behind = next === undefined || hasStatus ? others : [next, ...others];
  const odd = behind.find((word) => !word.includes("="));
  if (odd !== undefined) return `${odd} is too much`;
  return { query: words.slice(0, at), target, status: hasStatus ? next : DEFAULT_STATUS, conditions: behind };
}

function parseStatus(text: string): RuleStatus | undefined {
  const [, digits] = STATUS.exec(text) ?? [];
  return statuses.find((status) => String(status) === digits);
}

function pairOf(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
