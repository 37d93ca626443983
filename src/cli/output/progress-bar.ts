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

/** Time left is told when that much has gone by (milliseconds): before, it is a guess. */
const TELLING = 3000;

/**
 * Draws nothing where standard error is no terminal.
 *
 * @param noun what is counted
 */
export function progressBar(noun = "pages"): ProgressBar {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const begun = performance.now();
  let drawn = 0;
  return {
    show(count, total) {
      const now = performance.now();
      if (now - drawn < INTERVAL) return;
      drawn = now;
      const filled = Math.round((count / total) * WIDTH);
      const left = now - begun < TELLING ? "" : `, ${timeLeft((now - begun) * (total / count - 1))} left`;
      stderr.write(`\r${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${count} of ${total} ${noun}${left}\u001b[K`);
    },
    end: () => void (drawn > 0 && stderr.write("\r\u001b[K")),
  };
}

function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
