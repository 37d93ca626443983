import { printNote } from "./output.js";

/** A bar on the terminal, on standard error: what is printed may go into a file. */
export interface ProgressBar {
  readonly show: (count: number, total: number) => void;
  /** Prints a note where the bar was. */
  readonly note: (text: string) => void;
  /** Takes it away. */
  readonly end: () => void;
}

/** Cells of the bar. */
const BAR_CELLS = 30;

/** Between two drawings (milliseconds): a terminal is slower than a scan. */
const REDRAW_MS = 50;

/** Time left is told when that much has gone by (milliseconds): before, it is a guess. */
const ESTIMATE_AFTER_MS = 3000;

/**
 * Draws nothing where standard error is no terminal.
 *
 * @param noun what is counted
 */
export function progressBar(noun = "pages"): ProgressBar {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, note: printNote, end: () => undefined };
  const begun = performance.now();
  let drawn = 0;
  const end = () => void (drawn > 0 && stderr.write("\r\u001b[K"));
  return {
    show: (count, total) => {
      const now = performance.now();
      if (now - drawn < REDRAW_MS) return;
      drawn = now;
      const filled = Math.round((count / total) * BAR_CELLS);
      const left = now - begun < ESTIMATE_AFTER_MS ? "" : `, ${timeLeft((now - begun) * (total / count - 1))} left`;
      stderr.write(
        `\r${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} ${count} of ${total} ${noun}${left}\u001b[K`,
      );
    },
    note: (text) => {
      end();
      printNote(text);
    },
    end,
  };
}

function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
