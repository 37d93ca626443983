import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What goes wrong, with errno numbers of Linux; `fault.c` says what each means. */
export interface Fault {
  readonly path: string;
  readonly read?: number;
  readonly after?: number;
  readonly write?: number;
  readonly kill?: number;
}

export const EIO = 5;
export const EMFILE = 24;
export const ENOSPC = 28;

/** The environment of a program for which something goes wrong; undefined where there is no Linux with a compiler, which is said. */
export const faultEnvironment = prepare();

function prepare(): ((fault: Fault) => Readonly<Record<string, string>>) | undefined {
  const directory = mkdtempSync(join(tmpdir(), "h2push-fault-"));
  // Test files share a process.
  process.once("exit", () => rmSync(directory, { recursive: true }));
  const library = join(directory, "fault.so");
  const source = new URL("fault.c", import.meta.url).pathname;
  try {
    if (process.platform !== "linux") throw new Error("this is not Linux");
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { stdio: "pipe" });
  } catch (error) {
    console.warn(`faults of the system are not tried: ${String(error).slice(0, 200)}`);
    return undefined;
  }
  return (fault) => ({
    LD_PRELOAD: library,
    ...Object.fromEntries(Object.entries(fault).map(([name, value]) => [`FAULT_${name.toUpperCase()}`, String(value)])),
  });
}
