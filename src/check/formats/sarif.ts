import type { Finding } from "../finding.js";
import { ruleNames, rules } from "../rules/table.js";

/** What is said of the program. */
export interface Tool {
  readonly name: string;
  readonly version: string;
}

/**
 * Findings in the Static Analysis Results Interchange Format (SARIF 2.1.0),
 * which code hosts read.
 *
 * @param pathOf a file of the site relative to the working directory
 */
export function sarif(findings: readonly Finding[], { name, version }: Tool, pathOf: (file: string) => string): string {
  const driver = {
    name,
    version,
    rules: ruleNames.map((id) => ({
      id,
      shortDescription: { text: rules[id].says },
      help: { text: rules[id].fix },
      defaultConfiguration: { level: rules[id].level },
    })),
  };
  const results = findings.map(({ rule, file, line, column, message }) => ({
    ruleId: rule,
    ruleIndex: ruleNames.indexOf(rule),
    level: rules[rule].level,
    message: { text: `${message}. ${rules[rule].fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: pathOf(file).split("/").map(encodeURIComponent).join("/") },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  }));
  const run = { tool: { driver }, columnKind: "utf16CodeUnits", results };
  return `${JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, undefined, 2)}\n`;
}

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
