import { closeSync, openSync } from "node:fs";
import type { Server } from "../../server/server.js";

/** How long responses under way may take when the process is told to stop, and how long all of it (milliseconds). */
const GRACE_MS = 9000;
const STOP_MS = 9800;

/**
 * Closes the server at the first SIGINT or SIGTERM, so that the process ends
 * by itself when the last response has ended; the second one ends it at once.
 * So does the time: what was written to a log that nobody reads would keep it.
 */
export function stopOnSignal(server: Server): void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const stop = (signal: NodeJS.Signals) => {
    const end = () => {
      for (const name of signals) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    };
    for (const name of signals) {
      process.off(name, stop);
      process.once(name, end);
    }
    setTimeout(end, STOP_MS).unref();
    void server.close(GRACE_MS);
  };
  for (const name of signals) process.on(name, stop);
}

/**
 * Calls `reload` at each SIGHUP, which servers take as "read your files
 * again". A terminal that is closed sends it too: then it ends this program,
 * as it does every other. (Windows knows the latter alone.)
 */
export function reloadOnHangup(reload: () => void): void {
  if (process.platform === "win32") return;
  const fromTerminal = hasTerminal();
  const hangUp = () => {
    if (!fromTerminal || hasTerminal()) return reload();
    process.off("SIGHUP", hangUp);
    process.kill(process.pid, "SIGHUP");
  };
  process.on("SIGHUP", hangUp);
}

/** Whether this process has a controlling terminal; it loses it when that is closed. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
