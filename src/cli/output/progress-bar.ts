/** A bar on the terminal, on standard error: what is printed may go into a file. */
export interface ProgressBar {
  show(count: number, total: number): void;
  /** Takes it away. */
  readonly end: () => void;
}

/** Cells of the bar. */
const WIDTH = 30;

/** Between two drawings (milliseconds): a terminal is slower than a scan. */
const INTERVAL = 50;

/** Draws nothing where standard error is no terminal. */
export function progressBar(): ProgressBar {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, end: () => undefined };
  let drawn = 0;
  return {
    show(count, total) {
      const now = performance.now();
      if (now - drawn < INTERVAL) return;
      drawn = now;
      const filled = Math.round((count / total) * WIDTH);
      stderr.write(`\r${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${count} of ${total} pages`);
    },
    end: () => void (drawn > 0 && stderr.write("\r\u001b[K")),
  };
}
