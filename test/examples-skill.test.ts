import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createProgram } from "../src/cli/program.js";
import type { Actions } from "../src/cli/actions.js";

const skill = await readFile(fileURLToPath(new URL("../examples/SKILL.md", import.meta.url)), "utf8");

const nothing = () => Promise.resolve();
const actions: Actions = {
  serve: nothing,
  manifest: nothing,
  check: nothing,
  report: nothing,
  export: nothing,
  verify: nothing,
  cert: nothing,
  show: nothing,
  trust: nothing,
  untrust: nothing,
};

/** What is written for a shell, without what stands behind `--`. */
const commands = [...skill.matchAll(/npx h2push ([^`]*)`/g)].map(([, words = ""]) => words.split(" -- ")[0] ?? "");

test("the file for coding agents begins with a name and what it is for, within what agents read of it", () => {
  const [, name = "", description = ""] = /^---\nname: (.*)\ndescription: (.*)\n---\n/.exec(skill) ?? [];
  expect(name).toBe("h2push");
  expect(description.length).toBeGreaterThan(100);
  expect(description.length).toBeLessThanOrEqual(1024);
});

test("it says what each command is for", () => {
  const known = createProgram(actions).commands.map((command) => command.name());
  const named = new Set(commands.map((words) => words.split(" ")[0]));
  expect(known.filter((name) => !named.has(name))).toEqual([]);
});

test.each(commands.filter((words) => !/[A-Z]{3}|--help/.test(words)))("h2push %s is understood", async (words) => {
  await createProgram(actions).parseAsync(words.split(" "), { from: "user" });
});

test("every flag that it names is there", () => {
  const program = createProgram(actions);
  const everyone = [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)];
  const known = new Set(everyone.flatMap(({ options }) => options.map(({ long }) => long)));
  const named = skill.match(/(?<=[ `])--[a-z][\w-]*/g) ?? [];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((flag) => !known.has(flag) && flag !== "--help")).toEqual([]);
});
