import { readFile } from "node:fs/promises";
import { H2PushError, reasonOf, type ErrorCode } from "../../errors.js";

/**
 * The text of a file that the user named.
 *
 * @param what it should be, for the message
 * @throws {H2PushError} with this code and hint, naming the file, when it can't be read
 */
export async function readUserFile(file: string, code: ErrorCode, hint: string, what = "file"): Promise<string> {
  return (await readUserBytes(file, code, hint, what)).toString("utf8");
}

/** The same of a file that is no text. */
export async function readUserBytes(file: string, code: ErrorCode, hint: string, what = "file"): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const cause = reasonOf(error);
    const reason = REASONS.get(cause);
    const message = reason === undefined ? `cannot read ${file} (${cause})` : `${reason} ${what}: ${file}`;
    throw new H2PushError(code, message, hint, { cause: error });
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such"],
  ["ENOTDIR", "no such"],
  ["EISDIR", "a directory instead of a"],
  ["EACCES", "not allowed to read the"],
  ["EPERM", "not allowed to read the"],
]);
