import type { Finding } from "../finding.js";
import { rules } from "../rules/table.js";

/**
 * Findings as workflow commands of GitHub Actions, which shows them beside the
 * lines; of each level in one step ten, so that errors come first.
 *
 * @param pathOf a file of the site relative to the working directory
 */
export function githubAnnotations(findings: readonly Finding[], pathOf: (file: string) => string): string {
  const errorsFirst = findings.toSorted((a, b) => Number(isWarning(a)) - Number(isWarning(b)));
  return errorsFirst.map((finding) => `${annotation(finding, pathOf)}\n`).join("");
}

const isWarning = ({ rule }: Finding) => rules[rule].level === "warning";

function annotation({ rule, file, line, column, message }: Finding, pathOf: (file: string) => string): string {
  const { level, fix } = rules[rule];
  const properties = `file=${property(pathOf(file))},line=${line},col=${column},title=${property(rule)}`;
  return `::${level} ${properties}::${data(`${message}. ${fix}`)}`;
}

const data = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
