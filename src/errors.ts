/**
 * What kind of mistake it was: a `usage` error is in the words of the command
 * (exit code 2), every other one is something that the user can put right
 * (exit code 1).
 */
export type ErrorCode =
  | "usage"
  | "root"
  | "listen"
  | "certificate"
  | "output"
  | "manifest"
  | "config"
  | "rules"
  | "route"
  | "browser"
  | "command"
  | "closed"
  | "unavailable";

/**
 * A mistake that the user can put right: the message names the value at
 * fault, the hint says what to do. Anything else that is thrown is a bug of
 * ours and keeps its stack.
 */
export class H2PushError extends Error {
  override readonly name = "H2PushError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** The `code` of a Node system error ("ENOENT", "EADDRINUSE"), or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What was thrown, as an error: anything can be. */
export const errorOf = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)));
