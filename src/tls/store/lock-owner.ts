import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { hasSystemCode } from "../../errors.js";

/** Names this process among all that may see its lock: number, start, and the machine or container that counts so. */
export const ownName = (): string => `${process.pid} ${startOf(process.pid)} ${place()}`;

/**
 * Whether the process of that name has died. One of another machine, or with
 * a name that we do not know, may live.
 */
export function hasDied(name: string): boolean {
  const [pid = "", start = "", ...where] = name.split(" ");
  if (!/^[1-9]\d*$/.test(pid) || where.join(" ") !== place()) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it is another user's, and runs.
    if (hasSystemCode(error, "ESRCH")) return true;
  }
  // Another process has its number by now, or it waits for its parent.
  const now = startOf(Number(pid));
  return start !== "" && now !== start;
}

/** When a process began, in ticks since the machine did; "" where that can't be told, and for one that has ended. */
function startOf(pid: number): string {
  try {
    // proc(5): the name, in parentheses, can hold anything. State is field 3, starttime field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    return /^[ZX]/.test(fields[0] ?? "") ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

/** Containers count processes each for themselves. */
function place(): string {
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}
