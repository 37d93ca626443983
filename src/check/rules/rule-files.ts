import { readLinks } from "../../delivery/link.js";
import { withBase } from "../../files/base.js";
import { baseOf, resolve } from "../../manifest/resolve.js";
import { extensionOf } from "../../manifest/destination.js";
import { parseHeaders, type HeaderRule } from "../../rules/headers/headers-file.js";
import type { LineError } from "../../rules/rule-lines.js";
import { RuleTarget } from "../../rules/pattern.js";
import { parseRedirects, type RedirectRule } from "../../rules/redirects/redirects-file.js";
import { targetPath } from "../../rules/redirects/redirect-target.js";
import { leadsInCircle } from "../../server/files/redirect-circle.js";
import type { SiteLookup } from "../../server/files/site-lookup.js";
import type { SiteRules } from "../../server/middleware/site-rules.js";
import type { Finding } from "../finding.js";

/** The site that the rules are for. */
export interface RuledSite {
  readonly lookup: SiteLookup;
  readonly rules: SiteRules;
}

type Found = (line: number, rule: Finding["rule"], message: string, text?: string) => void;

/** Checks `_headers` and `_redirects` of a site. */
export async function checkRuleFiles(site: RuledSite): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [file, check] of [
    ["_headers", checkHeaders],
    ["_redirects", checkRedirects],
  ] as const) {
    const text = site.rules.textOf(file);
    if (text === undefined) continue;
    const lines = text.split(/\r\n?|\n/);
    await check(text, site, (line, rule, message, within = "") => {
      const column = Math.max(0, within === "" ? -1 : (lines[line - 1]?.indexOf(within) ?? -1)) + 1;
      findings.push({ rule, file, line: Math.max(1, line), column, message });
    });
  }
  return findings;
}

function tellErrors(errors: readonly LineError[], found: Found): void {
  for (const { line, message } of errors) found(line, "rule-syntax", message);
}

/** Stands for what a splat or a placeholder matches. */
const SAMPLE = "h2push-check";

/** A path that a rule is for. */
function sampleOf({ source }: Pick<RedirectRule, "source">): { readonly path: string; readonly authority: string } {
  const [, host, rest] = /^https?:\/\/([^/]*)(.*)$/i.exec(source.source) ?? [];
  const written = (rest ?? source.source).replace(/#.*$/s, "");
  const path = written.replace("*", SAMPLE).replaceAll(/:[a-z]\w*/gi, SAMPLE);
  return { path: path === "" ? "/" : path, authority: host?.replaceAll(/:[a-z]\w*/gi, SAMPLE) ?? "localhost" };
}

async function isNothing(target: string, { lookup }: RuledSite, authority = "localhost"): Promise<boolean> {
  const audience = { key: "check", authority, credentials: [] };
  return (await lookup.look({ target, navigates: true }, audience)).kind === "missing";
}

async function checkHeaders(text: string, site: RuledSite, found: Found): Promise<void> {
  const { rules, errors } = parseHeaders(text);
  tellErrors(errors, found);
  const lines = text.split(/\r\n?|\n/);
  for (const rule of rules) {
    await checkPattern(rule, site, found);
    for (const { name, value } of rule.fields) {
      const written = value.map((piece) => ("text" in piece ? piece.text : undefined));
      if (name === "link" && !written.includes(undefined)) await checkLinks(written.join(""), rule, lines, site, found);
    }
  }
}

/** Only what certainly means a file: a path without an extension may be answered by what the host runs. */
async function checkPattern({ line, source }: HeaderRule, site: RuledSite, found: Found): Promise<void> {
  const { exact } = source;
  if (exact === undefined || extensionOf(exact) === "") return;
  const { base } = site.lookup.tree;
  if (await isNothing(withBase(base, exact), site)) found(line, "headers-for-nothing", `there is no ${source.source}`);
}

async function checkLinks(
  field: string,
  rule: HeaderRule,
  lines: readonly string[],
  site: RuledSite,
  found: Found,
): Promise<void> {
  const base = baseOf(withBase(site.lookup.tree.base, sampleOf(rule).path));
  for (const { target: written, rel } of readLinks(field)) {
    if (!rel.includes("preload") && !rel.includes("modulepreload")) continue;
    const resolved = resolve(written, base);
    if (!("target" in resolved) || !(await isNothing(resolved.target, site))) continue;
    const at = lines.findIndex((text, index) => index >= rule.line && text.includes(`<${written}>`));
    found(at < 0 ? rule.line : at + 1, "missing-asset", `${resolved.target} is not there (Link in _headers)`, written);
  }
}

async function checkRedirects(text: string, site: RuledSite, found: Found): Promise<void> {
  const { rules, errors } = parseRedirects(text);
  tellErrors(errors, found);
  // What depends on the request can't be told from the files alone.
  for (const rule of rules.filter(({ conditions }) => conditions.length === 0)) await checkRedirect(rule, site, found);
}

async function checkRedirect(rule: RedirectRule, site: RuledSite, found: Found): Promise<void> {
  const { line, target, source, query } = rule;
  if (target === undefined || target.origin !== "") return;
  const { path, authority } = sampleOf(rule);
  const search = [...query].map(([name, value]) => `${name}=${value.startsWith(":") ? SAMPLE : value}`).join("&");
  const from = withBase(site.lookup.tree.base, path) + (search === "" ? "" : `?${search}`);
  const captures = source.match(new RuleTarget(authority, path)) ?? new Map<string, string>();
  const to = targetPath(target, captures);
  const isRedirect = rule.status !== 200 && rule.status !== 404;
  if (isRedirect && to === path && target.query === undefined && query.size === 0) {
    return found(line, "redirect-loop", `${source.source} leads to itself`);
  }
  const next = (asked: string) => site.lookup.redirected({ target: asked, authority, fields: {} });
  if (isRedirect && (await leadsInCircle(from, authority, next))) {
    return found(line, "redirect-loop", `${source.source} leads in a circle`);
  }
  const isPlain = target.path.every((piece) => "text" in piece);
  if (!isPlain || !(await isNothing(withBase(site.lookup.tree.base, to), site, authority))) return;
  found(line, "redirect-to-nothing", `there is nothing at ${to}`, to);
}
