// node .ci/test-results.mjs REPORT: what came of a run of vitest, from its report in JSON. The first line is "PASSED FAILED";
// then comes "FILE: NAME" for each test that failed, and for each file that could not be loaded.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const [, , report = ""] = process.argv;
// A run that was ended has written none.
const results = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { numPassedTests: 0, testResults: [] };

const failures = [];
for (const { name, status, assertionResults, message } of results.testResults) {
  const file = relative(process.cwd(), name);
  const failed = assertionResults.filter((test) => test.status === "failed");
  for (const { fullName } of failed) failures.push(`${file}: ${fullName}`);
  if (status === "failed" && failed.length === 0)
    failures.push(`${file}: ${message.split("\n", 1)[0] || "was not run"}`);
}
console.log(results.numPassedTests, failures.length);
for (const failure of failures) console.log(failure);
