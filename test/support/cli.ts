import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { emptyDirectory } from "./directory.js";

const PATIENCE_MS = 100_000;

/** The real program. */
export const programFile = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));

export interface CliOptions {
  readonly cwd?: string;
  /** Beside PATH and a home directory of its own; nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** User and group to run as. */
  readonly uid?: number;
}

export interface Cli {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** The match on standard output, as soon as it is there; rejects when the program ends before. */
  readonly prints: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The same on standard error. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The port that it serves on. */
  readonly port: () => Promise<number>;
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
}

/** Starts the real program as a child; it is killed, if it still runs, when the test ends. */
export async function startCli(args: readonly string[], { cwd, env = {}, uid }: CliOptions = {}): Promise<Cli> {
  const home = await emptyDirectory();
  const child = spawn(process.execPath, [programFile, ...args], {
    cwd: cwd ?? home,
    env: environment(home, env),
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return watched(child);
}

/** What a program is given of the environment. */
export const environment = (home: string, env: CliOptions["env"]) => ({
  PATH: process.env["PATH"],
  HOME: home,
  XDG_DATA_HOME: `${home}/data`,
  ...env,
});

/** A child whose output is read, and that ends with the test. */
export function watched(child: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable }): Cli {
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exit = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  const finds = (pattern: RegExp, output: Readable, printed: () => string) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(printed());
        if (match !== null) resolve(match);
      };
      const fail = (what: string) => reject(new Error(`${what} ${String(pattern)}\n${stdout}\n${stderr}`));
      output.on("data", look);
      child.on("close", (code) => fail(`ended with ${code} before it printed`));
      // Before the test itself is given up: what it has printed says why.
      setTimeout(() => fail("has not printed"), PATIENCE_MS).unref();
      look();
    });
  const prints = (pattern: RegExp) => finds(pattern, child.stdout, () => stdout);
  return {
    child,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    prints,
    says: (pattern) => finds(pattern, child.stderr, () => stderr),
    port: async () => Number((await prints(/https:\/\/\S*:(\d+)\//))[1]),
    exit,
  };
}

/** Runs the program to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}) {
  const cli = await startCli(args, options);
  const code = await cli.exit;
  return { code, stdout: cli.stdout, stderr: cli.stderr };
}
