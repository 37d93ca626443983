import { splitTarget } from "../../io/request-target.js";
import { canonicalPath, decodedPath, encodePath } from "./canonical.js";
import type { Captures } from "../placeholders.js";
import { holds, type RequestFields } from "./condition.js";
import { RuleTarget } from "../pattern.js";
import type { Matched, PatternIndex } from "../pattern-index.js";
import { leadsElsewhere, type RedirectRule } from "./redirects-file.js";
import { targetFragment, targetPath, targetQuery } from "./redirect-target.js";

/** What a rule makes of a request. */
export type RuleAction =
  /** Sends the client to a URL. */
  | {
      readonly kind: "redirect";
      readonly forced: boolean;
      readonly status: number;
      readonly location: string;
      /** Line and source of the rule. */
      readonly rule: string;
    }
  /** Serves the file of another path of the site. */
  | { readonly kind: "rewrite"; readonly forced: boolean; readonly status: 200 | 404; readonly pathname: string }
  /** Depends on fields of the request that nobody knows yet, or on another server. */
  | { readonly kind: "unknown"; readonly forced: boolean };

/** What rules are told of a request. */
export interface RuleRequest {
  readonly target: string;
  readonly authority: string;
  /** Undefined for a request that is still to come. */
  readonly fields: RequestFields | undefined;
}

/**
 * What the first rule that applies makes of a request; undefined leaves it as
 * it is. A rule that leads to the very URL of the request is passed over: it
 * would never end.
 *
 * @param lookedAt takes the names of the request's fields that decided
 */
export function applyRedirects(
  index: PatternIndex<RedirectRule>,
  request: RuleRequest,
  lookedAt = new Set<string>(),
): RuleAction | undefined {
  const [pathname, query] = splitTarget(request.target);
  const path = canonicalPath(pathname);
  const written = decodedPath(pathname);
  if (path === undefined || written === undefined) return undefined;
  // A rule holds for every spelling; what it captures is the part as it was written, where it matches so.
  const spelled = written === path ? undefined : new RuleTarget(request.authority, written);
  for (const { rule, captures: found } of index.matching(new RuleTarget(request.authority, path))) {
    const captures = (spelled && rule.source.match(spelled)) ?? found;
    if (!takesQuery(rule, query, captures)) continue;
    for (const { kind } of rule.conditions) if (kind !== "unknown") lookedAt.add(FIELD_OF[kind]);
    const applies = meets(rule, request.fields);
    if (applies === "unknown") return { kind: "unknown", forced: rule.forced };
    if (!applies) continue;
    if (rule.target === undefined) return undefined;
    const action = actionOf({ rule, captures }, rule.query.size > 0 ? "" : query);
    if (action !== undefined && !isSelf(action, path, query, request.authority)) return action;
  }
  return undefined;
}

const FIELD_OF = { language: "accept-language", cookie: "cookie" } as const;

function meets({ conditions }: RedirectRule, fields: RequestFields | undefined): boolean | "unknown" {
  if (conditions.length === 0) return true;
  if (fields !== undefined) return conditions.every((condition) => holds(condition, fields));
  // Where a client is, no request tells.
  return conditions.some(({ kind }) => kind === "unknown") ? false : "unknown";
}

/** A rule that names parameters wants these and no others, in any order; what they are is captured. */
function takesQuery({ query: wanted }: RedirectRule, query: string, captures: Captures): boolean {
  if (wanted.size === 0) return true;
  const given = new URLSearchParams(query);
  for (const name of given.keys()) if (!wanted.has(name)) return false;
  for (const [name, value] of wanted) {
    const found = given.get(name);
    if (found === null || (!value.startsWith(":") && value !== found)) return false;
    if (value.startsWith(":")) captures.set(value.slice(1), encodePath(found));
  }
  return true;
}

/** @param query that of the request, kept unless the target has its own */
function actionOf({ rule, captures }: Matched<RedirectRule>, query: string): RuleAction | undefined {
  const { target, status, forced } = rule;
  if (target === undefined) return undefined;
  // What is here is served, also where the rule would come before it.
  if (leadsElsewhere(rule)) return { kind: "unknown", forced: false };
  const pathname = targetPath(target, captures);
  if (status === 200 || status === 404) return { kind: "rewrite", forced, status, pathname };
  const search = targetQuery(target, captures) ?? encodeQuery(query);
  const location = target.origin + pathname + search + targetFragment(target, captures);
  return { kind: "redirect", forced, status, location, rule: `${rule.line}: ${rule.source.source}` };
}

/** A request may hold what a field can't. */
const encodeQuery = (query: string) =>
  query.replaceAll(/[^\u0021-\u007e]/gu, (character) => encodeURIComponent(character));

function isSelf(action: RuleAction, path: string, query: string, authority: string): boolean {
  if (action.kind === "unknown") return false;
  if (action.kind === "rewrite") return action.status === 200 && canonicalPath(action.pathname) === path;
  const [url = ""] = action.location.split("#", 1);
  const own = `https://${authority}`;
  const [pathname, search] = splitTarget(url.startsWith(`${own}/`) ? url.slice(own.length) : url);
  return canonicalPath(pathname) === path && search === query;
}
