import { closeSync, openSync } from "node:fs";
import type { Server } from "../../server/server.js";

/**
 * Closes the server at the first SIGINT or SIGTERM, so that the process ends
 * by itself when the last response has ended; the second one ends it at once.
 */
export function stopOnSignal(server: Server): void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const stop = (signal: NodeJS.Signals) => {
    for (const name of signals) {
      process.off(name, stop);
      process.once(name, () => process.kill(process.pid, signal));
    }
    void server.close();
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
