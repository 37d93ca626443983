import { red, yellow } from "kleur/colors";
import { printable } from "./printable.js";
import type { Finding } from "../../check/finding.js";
import { type RuleName, ruleNames, rules } from "../../check/rules/table.js";
import { count, heading, quiet } from "./output.js";

/** Places of one fault that are shown: a template repeats it in all of its pages. */
const SHOWN = 3;

/** Findings for people, those that say the same under each other, and what to do. */
export function findingsText(findings: readonly Finding[], pages: number, pathOf: (file: string) => string): string {
  if (findings.length === 0) return `${count(pages, "page")} checked: nothing found\n`;
  const lines = grouped(findings).flatMap((group) => groupLines(group, pathOf));
  const used = ruleNames.filter((name) => findings.some(({ rule }) => rule === name));
  const fixes = used.map((name) => `${heading(name)}: ${rules[name].fix}`);
  const errors = findings.filter(({ rule }) => rules[rule].level === "error").length;
  const found = `${count(errors, "error")}, ${count(findings.length - errors, "warning")}`;
  return `${[...lines, "", ...fixes, "", `${count(pages, "page")} checked: ${found}`].join("\n")}\n`;
}

function grouped(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.rule}\n${finding.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

function groupLines(group: readonly Finding[], pathOf: (file: string) => string): string[] {
  const shown = group.slice(0, SHOWN).map((finding) => {
    const { rule, file, line, column, message } = finding;
    return `${printable(pathOf(file))}:${line}:${column} ${coloured(rule)} ${printable(message)}`;
  });
  return group.length > SHOWN ? [...shown, quiet(`  and at ${group.length - SHOWN} more places`)] : shown;
}

const coloured = (rule: RuleName) => {
  const { level } = rules[rule];
  return `${level === "error" ? red(level) : yellow(level)} ${rule}:`;
};

/** What `h2push help checks` prints. */
export function rulesText(): string {
  return ruleNames
    .map((name) => {
      const { level, says, fix } = rules[name];
      return `${heading(name)} (${level})\n  ${says}\n  Fix: ${fix}\n`;
    })
    .join("\n");
}
