import { spawn } from "node:child_process";
import { hasSystemCode } from "../../errors.js";
import { shellWord } from "../../io/text/shell-word.js";

/** A program and its arguments. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** It needs root, and is run through `sudo` by anyone else. */
  readonly root?: boolean;
}

export interface Outcome {
  /** The exit status; undefined when there is no such program. */
  readonly status: number | undefined;
  /** Standard output. */
  readonly output: string;
  /** Standard error. */
  readonly errors: string;
}

export type Run = (command: Command) => Promise<Outcome>;

/**
 * Runs commands to their end, with `env` as their environment. A command
 * that needs root may ask for a password at the terminal; no other can ask
 * for anything.
 */
export function runner(env: Readonly<Record<string, string | undefined>>, isRoot: boolean): Run {
  return (command) => {
    const [file, ...args] = asRun(command, isRoot);
    const asks = command.root === true && !isRoot;
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, { env: { ...env }, stdio: [asks ? "inherit" : "ignore", "pipe", "pipe"] });
      let output = "";
      let errors = "";
      child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
      child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
      child.on("error", (error) => {
        if (hasSystemCode(error, "ENOENT")) resolve({ status: undefined, output, errors });
        else reject(error);
      });
      child.on("close", (code) => resolve({ status: code ?? 1, output, errors }));
    });
  };
}

/** `command` as this user has to run it. */
export function asRun({ argv, root }: Command, isRoot: boolean): readonly [string, ...string[]] {
  return root === true && !isRoot ? ["sudo", ...argv] : argv;
}

/** `command` as it can be pasted into a shell. */
export function asText(command: Command, isRoot: boolean): string {
  return asRun(command, isRoot).map(shellWord).join(" ");
}
