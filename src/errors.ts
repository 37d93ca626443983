/**
 * What kind of mistake it was: a `usage` error is in the words of the command
 * (exit code 2), every other one is something that the user can put right
 * (exit code 1).
 */
export type ErrorCode =
  /** An option, a flag or a URL can't be what it is. */
  | "usage"
  /** The directory to serve can't be read. */
  | "root"
  /** The address can't be listened on or connected to; the server listens already, or is closed. */
  | "listen"
  /** A certificate, key or authority can't be used. */
  | "certificate"
  /** A file or directory can't be written. */
  | "output"
  /** A manifest or a file of what was learned can't be read, or names no such page. */
  | "manifest"
  /** A configuration file, or one of `report`, can't be read. */
  | "config"
  /** `_headers` or `_redirects` can't be read. */
  | "rules"
  /** A route's answer is no `Response`. */
  | "route"
  /** No browser was found, or it ended. */
  | "browser"
  /** The command behind `--` can't be started. */
  | "command"
  /** The mounted site is closed. */
  | "closed"
  /** The system lacks a file, a program or a store of certificates, or a file changed while it was sent. */
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

/** A file or directory that the user named can't be written. */
export function unwritable(path: string, cause: unknown, hint: string): H2PushError {
  return new H2PushError("output", `cannot write ${path} (${reasonOf(cause)})`, hint, { cause });
}

/** The `code` of a Node system error ("ENOENT", "EADDRINUSE"), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof H2PushError || !(error instanceof Error)) return undefined;
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether a system error has one of these codes. */
export const hasSystemCode = (error: unknown, ...codes: readonly string[]) => codes.includes(systemCode(error) ?? "");

/** What was thrown, as an error: anything can be. */
export const errorOf = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Why something failed, in a word of the system ("ENOENT") or in those of the error. */
export const reasonOf = (thrown: unknown) => systemCode(thrown) ?? errorOf(thrown).message;
