import type { Finding } from "../finding.js";
import { rules } from "../rules/table.js";

/** Findings for programs. */
export function findingsJson(findings: readonly Finding[], pages: number): string {
  const written = findings.map((finding) => ({
    ...finding,
    level: rules[finding.rule].level,
    fix: rules[finding.rule].fix,
  }));
  return `${JSON.stringify({ version: 1, pages, findings: written }, undefined, 2)}\n`;
}
