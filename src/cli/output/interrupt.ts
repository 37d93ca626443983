/** As a shell has it for a program that SIGINT ended. */
const INTERRUPTED = 130;

export interface Interruptible<T> {
  /** What came of it; undefined where it was ended before anything had. */
  readonly value: T | undefined;
  /** By Ctrl+C: the exit code says so, too. */
  readonly isStopped: boolean;
}

/** Does something that Ctrl+C ends, by the signal that it gets. */
export async function interruptible<T>(act: (signal: AbortSignal) => Promise<T>): Promise<Interruptible<T>> {
  const stopped = new AbortController();
  const { signal } = stopped;
  const stop = () => {
    process.exitCode = INTERRUPTED;
    stopped.abort();
  };
  process.once("SIGINT", stop);
  try {
    return { value: await act(signal), isStopped: signal.aborted };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { value: undefined, isStopped: true };
  } finally {
    process.off("SIGINT", stop);
  }
}
