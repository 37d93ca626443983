import { spawn, spawnSync } from "node:child_process";
import { test } from "vitest";
import { environment, programFile, watched, type Cli, type CliOptions } from "./cli.js";
import { emptyDirectory } from "./directory.js";

/** util-linux's; that of BSD takes other arguments. */
const canMakeTerminals = spawnSync("script", ["--version"], { encoding: "utf8" })
  .output?.join("")
  .includes("util-linux");

if (!canMakeTerminals) console.warn("skipped: tests in a terminal, as there is no script of util-linux");

/** A test that needs a pseudo terminal. */
export const inTerminal = test.skipIf(!canMakeTerminals);

export interface Terminal {
  readonly cli: Cli;
  /** Presses keys. */
  readonly type: (keys: string) => void;
}

/** Runs a command of bash in a pseudo terminal. `$H2PUSH` is the program; both of its outputs are the one of `cli`. */
export async function startInTerminal(command: string, { cwd, env = {} }: CliOptions = {}): Promise<Terminal> {
  const home = await emptyDirectory();
  const H2PUSH = `${process.execPath} ${programFile}`;
  const child = spawn("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"], {
    cwd: cwd ?? home,
    env: { ...environment(home, env), SHELL: "/bin/bash", TERM: "xterm", NO_COLOR: "1", H2PUSH },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // The program may end first.
  child.stdin.on("error", () => undefined);
  return { cli: watched(child), type: (keys) => void child.stdin.write(keys) };
}
