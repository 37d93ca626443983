import { join, relative, sep } from "node:path";
import packageFile from "../../../package.json" with { type: "json" };
import { CheckCache } from "../../check/check-cache.js";
import { type Budgets, checkSite } from "../../check/check-site.js";
import type { Finding } from "../../check/finding.js";
import { findingsJson } from "../../check/formats/findings-json.js";
import { githubAnnotations } from "../../check/formats/github-annotations.js";
import { sarif } from "../../check/formats/sarif.js";
import { isRuleName, type Level, ruleNames, rules } from "../../check/rules/table.js";
import { H2PushError, unwritable } from "../../errors.js";
import { closestMatch } from "../../io/text/closest-match.js";
import type { ScanOptions, SiteSetting } from "../../server/scan/scan-options.js";
import { checkGivenRoot, noPages } from "../options/served-root.js";
import { findingsText, rulesText } from "../output/findings-text.js";
import { printNote } from "../output/output.js";
import { progressBar } from "../output/progress-bar.js";

/** The options of `h2push check`, as the command line has them. */
export interface CheckFlags extends Budgets, SiteSetting, Pick<ScanOptions, "jobs"> {
  readonly format?: "text" | "json" | "sarif" | "github";
  /** The least level that makes the exit code 1; "warning" without it. */
  readonly failOn?: Level | "never";
  /** Names of rules, each for all files, or with `:PATH` for some. */
  readonly ignore?: readonly string[];
  /** The file that keeps what was found. */
  readonly cache?: string;
}

/**
 * Carries out `h2push check [root]`: prints what it finds, and sets the exit code.
 *
 * @throws {H2PushError} "usage" for a rule that is none, "root", "output" when the cache can't be written
 */
export async function runCheck(root: string, flags: CheckFlags): Promise<void> {
  const ignored = (flags.ignore ?? []).map((text) => ignoredBy(text, pathFrom(root)));
  await checkGivenRoot(root, { kind: "argument" });
  const used = new Set<string>();
  // One fault may be that of many pages: it is left out for those that are named.
  const ignores = (finding: Finding) => {
    const fitting = ignored.filter(({ fits }) => fits(finding));
    for (const { text } of fitting) used.add(text);
    return fitting.length > 0;
  };
  const { findings, pages } = await check(root, flags, ignores);
  if (pages === 0 && findings.length + used.size === 0) throw noPages(root);
  for (const { text } of ignored) {
    if (!used.has(text)) printNote(`nothing is found that --ignore ${text} leaves out`);
  }
  process.stdout.write(written(findings, pages, flags.format ?? "text", pathFrom(root)));
  if (findings.some(({ rule }) => fails(rules[rule].level, flags.failOn ?? "warning"))) process.exitCode = 1;
}

/** Prints the rules. */
export function showChecks(): void {
  process.stdout.write(rulesText());
}

async function check(root: string, { cache, ...flags }: CheckFlags, ignores: (finding: Finding) => boolean) {
  const bar = progressBar();
  const { base, single, viewport } = flags;
  const setting = JSON.stringify([packageFile.version, base, single, viewport]);
  // What is wrong with rules is found, too.
  const onNotice = (text: string) => void (/^_(?:headers|redirects):/.test(text) || bar.note(text));
  try {
    const kept = cache === undefined ? undefined : new CheckCache(cache, setting);
    return await checkSite(root, { ...flags, cache: kept, ignores, onNotice, onProgress: bar.show });
  } catch (error) {
    throw cache !== undefined && isAbout(cache, error) ? unwritable(cache, error, OTHER_CACHE) : error;
  } finally {
    bar.end();
  }
}

const isAbout = (file: string, error: unknown) =>
  error instanceof Error && "path" in error && String(error.path).startsWith(file);

const OTHER_CACHE = "pass a file in a directory that this user may write to: --cache FILE";

const fails = (level: Level, least: Level | "never") => least !== "never" && (level === "error" || least === "warning");

/** A file of the site, relative to the working directory, with slashes. */
const pathFrom = (root: string) => (file: string) => relative(process.cwd(), join(root, file)).split(sep).join("/");

function written(
  findings: readonly Finding[],
  pages: number,
  format: NonNullable<CheckFlags["format"]>,
  pathOf: (file: string) => string,
): string {
  switch (format) {
    case "text":
      return findingsText(findings, pages, pathOf);
    case "json":
      return findingsJson(findings, pages);
    case "sarif":
      return sarif(findings, packageFile, pathOf);
    case "github":
      return githubAnnotations(findings, pathOf);
  }
}

interface Ignored {
  /** As it was given. */
  readonly text: string;
  readonly fits: (finding: Finding) => boolean;
}

/**
 * `RULE`, or `RULE:PATH`: a file, relative to the root or as it is printed, or
 * the URL path of a page. A star stands for any text.
 */
function ignoredBy(text: string, pathOf: (file: string) => string): Ignored {
  const [rule = "", ...path] = text.split(":");
  if (!isRuleName(rule)) throw unknownRule(rule);
  const pattern = path.length === 0 ? /^/ : matcher(path.join(":"));
  const namesOf = ({ file, page = "" }: Finding) => [file, pathOf(file), page];
  return { text, fits: (finding) => finding.rule === rule && namesOf(finding).some((name) => pattern.test(name)) };
}

const matcher = (path: string) =>
  new RegExp(`^${path.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*")}$`);

function unknownRule(rule: string): H2PushError {
  const near = closestMatch(rule, ruleNames);
  const hint = near === undefined ? "h2push help checks lists them" : `did you mean ${near}?`;
  return new H2PushError("usage", `no such rule: ${rule}`, hint);
}
