import type { OutgoingHttpHeader, OutgoingHttpHeaders } from "node:http";
import { canonicalPath } from "../redirects/canonical.js";
import type { Field } from "./field.js";
import type { HeaderRule } from "./headers-file.js";
import { RuleTarget } from "../pattern.js";
import type { Matched, PatternIndex } from "../pattern-index.js";
import { pathOf } from "../../io/request-target.js";
import { fill } from "../redirects/redirect-target.js";

/** What becomes of fields, by name: their values, or undefined for one that is taken away. */
export type FieldChanges = ReadonlyMap<string, readonly string[] | undefined>;

/** What rules for fields are told of a request. */
export interface FieldRequest {
  readonly target: string;
  readonly authority: string;
}

/** The rules that match a request, in the order of their file. */
function matchingRules(
  index: PatternIndex<HeaderRule>,
  { target, authority }: FieldRequest,
): Iterable<Matched<HeaderRule>> {
  const path = canonicalPath(pathOf(target));
  return path === undefined ? [] : index.matching(new RuleTarget(authority, path));
}

/**
 * What becomes of the fields of a request's response, by the rules that match
 * and then by the command line, which speaks of every response; undefined for nothing.
 */
export function changesFor(
  index: PatternIndex<HeaderRule> | undefined,
  fields: readonly Field[],
  request: FieldRequest,
): FieldChanges | undefined {
  const changes = new Map<string, readonly string[] | undefined>();
  for (const { rule, captures } of index === undefined ? [] : matchingRules(index, request)) {
    for (const name of rule.detached) changes.set(name, undefined);
    for (const { name, value } of rule.fields) {
      changes.set(name, [...(changes.get(name) ?? []), fill(value, captures, (text) => text)]);
    }
  }
  const own = new Map<string, readonly string[]>();
  for (const { name, value } of fields) own.set(name, [...(own.get(name) ?? []), value]);
  for (const [name, values] of own) changes.set(name, values);
  return changes.size === 0 ? undefined : changes;
}

/** Describe the content that a rule had in mind, and not an error or a redirect in its place. */
const ofContent: ReadonlySet<string> = new Set(["cache-control", "content-type", "link"]);

/** Whether conditions are about a field (RFC 9110 §8.8). */
export const isValidator = ({ name }: { readonly name: string }) => name === "etag" || name === "last-modified";

/** The fields of a response as the rules want them. */
export function changeFields(changes: FieldChanges, status: number, fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const changed = { ...fields };
  const hasContent = status < 300 || status === 304;
  for (const [name, values] of changes) {
    if (!hasContent && ofContent.has(name)) continue;
    const value = valueOf(name, values, fields);
    if (value === undefined) delete changed[name];
    else changed[name] = value;
  }
  return changed;
}

function valueOf(
  name: string,
  values: readonly string[] | undefined,
  fields: OutgoingHttpHeaders,
): OutgoingHttpHeader | undefined {
  const own = fields[name];
  // They are of a content that is there, and one at a time (RFC 9110 §8.8).
  if (isValidator({ name }) && values !== undefined) return own === undefined ? undefined : values.at(-1);
  // The parts of a content are marked off by what this field says; a response without content has none.
  if (name === "content-type" && (own === undefined || String(own).startsWith("multipart/byteranges"))) return own;
  // Whoever stores the response has to know what it was selected by.
  if (name === "vary") return joined([own, ...(values ?? [])]);
  if (name === "set-cookie") return values === undefined ? undefined : [own ?? [], values].flat().map(String);
  // What a page needs goes with it, whatever a rule takes away of another rule.
  if (name === "link") return values === undefined ? own : withLinks(own, values.join(", "));
  return values?.join(", ");
}

/** A page that was delivered with its links names them already. */
function withLinks(own: OutgoingHttpHeader | undefined, links: string): string | undefined {
  return joined([own])?.includes(links) === true ? joined([own]) : joined([own, links]);
}

function joined(values: readonly (OutgoingHttpHeader | undefined)[]): string | undefined {
  const all = values.flat().filter((value) => value !== undefined);
  return all.length === 0 ? undefined : all.join(", ");
}
