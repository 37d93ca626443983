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

/** A log is read in terminals, too: of control characters, line ends alone are kept, as they are written here. */
const data = (text: string) =>
  text
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    .replaceAll(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "?")
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A");

const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
