import type { Server } from "../server/server.js";

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
