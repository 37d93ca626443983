import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { apiReference, readme, unexported, withReference } from "../../.ci/api-reference.mjs";
import { allOptions } from "../../src/cli/options/cli-options.js";
import type { GivenSettings } from "../../src/server/options/given-settings.js";
import type { serverOptions } from "../../src/server/options/options-table.js";
import type { OptionsNamed } from "../../src/server/options/option.js";

// Checked when it is compiled: each option has a documented type, and the flag that is called so.
allOptions satisfies OptionsNamed<keyof typeof allOptions>;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
true satisfies Same<keyof GivenSettings, keyof typeof serverOptions>;

test("a program of someone else compiles with the types of the package", () => {
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const project = fileURLToPath(new URL("consumer", import.meta.url));
  expect(() => execFileSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" })).not.toThrow();
});

test("every type that something exported names is exported", () => {
  expect(unexported()).toEqual([]);
});

test("the reference in examples/README.md is that of the types: node .ci/api-reference.mjs", () => {
  expect(withReference(readme())).toBe(readme());
  expect(apiReference()).toContain("### openSite\n");
});
