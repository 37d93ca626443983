import { H2PushError } from "../errors.js";
import type { ServerOptions } from "./options/server-options.js";

/** Whom a server tells of what nobody asked for. */
export interface Callbacks {
  readonly notice: (text: string) => void;
  readonly report: (error: Error) => void;
}

/** Who is told what the user should know of, and what went wrong: an error that nobody takes goes to standard error. */
export function callbacks({
  onNotice,
  onError = toStandardError,
}: Pick<ServerOptions, "onNotice" | "onError">): Callbacks {
  return { notice: guarded((text: string) => onNotice?.(text)), report: guarded(onError) };
}

/** What somebody else's function throws must not take the request with it, nor get lost. */
function guarded<T>(tell: (told: T) => void): (told: T) => void {
  return (told) => {
    try {
      tell(told);
    } catch (thrown) {
      toStandardError(thrown);
    }
  };
}

function toStandardError(error: unknown): void {
  const expected = error instanceof H2PushError;
  const lines = expected ? [`h2push: ${error.message}`, error.hint ?? []].flat() : [error];
  // oxlint-disable-next-line no-console -- nobody else was named who would hear of it
  for (const line of lines) console.error(line);
}
