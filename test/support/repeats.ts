import type { Reporter, TestCase } from "vitest/node";

/** Names the tests that passed only when they were repeated: a repeat is no secret. */
export default class Repeats implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const { retryCount = 0 } = test.diagnostic() ?? {};
    const { errors = [] } = test.result();
    if (retryCount === 0) return;
    this.#lines.push(`${test.module.relativeModuleId} > ${test.fullName} (${retryCount}): ${errors[0]?.message ?? ""}`);
  }

  onTestRunEnd(): void {
    for (const line of this.#lines) console.log(` repeated: ${line}`);
  }
}
