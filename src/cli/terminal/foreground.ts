import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/**
 * Whether the terminal's input is ours. A process in the background of a shell
 * (`h2push &`) that touches its terminal is stopped (POSIX §11.1.4), so it has
 * to ask first.
 */
export async function isInForeground(): Promise<boolean> {
  if (process.platform === "win32") return true;
  const [own, foreground] = await (process.platform === "linux" ? groupsInProc() : groupsByPs()).catch(() => []);
  return own !== undefined && own === foreground;
}

/** The process groups: ours, and that in the foreground of our terminal. */
type Groups = readonly string[];

/** proc_pid_stat(5): behind the name in brackets come state, parent, group, session, terminal and its group. */
async function groupsInProc(): Promise<Groups> {
  const text = await readFile("/proc/self/stat", "utf8");
  const [, , own = "", , , foreground = ""] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return [own, foreground];
}

async function groupsByPs(): Promise<Groups> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)]);
  return stdout.trim().split(/\s+/);
}
