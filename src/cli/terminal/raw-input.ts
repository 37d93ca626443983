import { isInForeground } from "./foreground.js";

/** What a terminal makes of a key before a program sees it, unless it is raw: a signal to all who run in its foreground. */
const SIGNALS: ReadonlyMap<string, NodeJS.Signals> = new Map([
  ["\u0003", "SIGINT"],
  ["\u001A", "SIGTSTP"],
  ["\u001C", "SIGQUIT"],
]);

/** After these the terminal is as it was: the program is told to end, and a second signal ends it at once. */
const ENDING = ["SIGINT", "SIGTERM", "SIGQUIT"] as const;

/**
 * Keys as they are pressed, without Enter. Ctrl+C, Ctrl+Z and Ctrl+\ do what
 * they do in any terminal. The terminal is given back at the first signal to
 * end, when the program is stopped for a while, and at its end.
 */
export class RawInput {
  readonly #terminal = process.stdin;
  readonly #pressed: (key: string) => void;

  /** @param pressed told of each key that has a character */
  constructor(pressed: (key: string) => void) {
    this.#pressed = pressed;
  }

  /** @returns false when the terminal's input is not ours now; it is begun when it is */
  async begin(): Promise<boolean> {
    this.#terminal.on("data", this.#read).on("error", this.#end).on("end", this.#end).pause();
    for (const name of ENDING) process.on(name, this.#end);
    process.once("exit", this.#end);
    if (process.platform !== "win32") process.on("SIGCONT", this.#resume);
    return this.#take();
  }

  async #take(): Promise<boolean> {
    if (!(await isInForeground()) || this.#ended) return false;
    // Whoever had it meanwhile may have changed it; Node does nothing for a mode that it believes to be set.
    this.#terminal.setRawMode(false).setRawMode(true);
    this.#terminal.resume();
    // It never keeps the program alive.
    this.#terminal.unref();
    return true;
  }

  #ended = false;

  #giveBack(): void {
    this.#terminal.setRawMode(false);
    this.#terminal.pause();
  }

  readonly #resume = () => void this.#take();

  readonly #end = (signal?: unknown): void => {
    if (!this.#ended) {
      this.#ended = true;
      this.#giveBack();
    }
    // Nobody else listens to it.
    if (signal === "SIGQUIT") {
      process.off("SIGQUIT", this.#end);
      process.kill(process.pid, "SIGQUIT");
    }
  };

  readonly #read = (bytes: Buffer): void => {
    const keys = Array.from(bytes.toString());
    for (const key of keys) {
      const signal = SIGNALS.get(key);
      if (signal !== undefined) this.#send(signal);
      // Several at a time are pasted, or those of an arrow: nobody meant a command.
      else if (keys.length === 1) this.#pressed(key);
    }
  };

  #send(signal: NodeJS.Signals): void {
    // Windows has no process groups, and ends a process that is sent one.
    if (process.platform === "win32") return void process.emit(signal, signal);
    if (signal !== "SIGINT") this.#giveBack();
    process.kill(0, signal);
  }
}
