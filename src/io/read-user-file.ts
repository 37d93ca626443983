import { readFile } from "node:fs/promises";
import { H2PushError, systemCode, type ErrorCode } from "../errors.js";

/**
 * The text of a file that the user named.
 *
 * @throws {H2PushError} with this code and hint, naming the file, when it can't be read
 */
export async function readUserFile(file: string, code: ErrorCode, hint: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const cause = systemCode(error);
    const what = REASONS.get(cause ?? "");
    const message = what === undefined ? `cannot read ${file} (${cause ?? String(error)})` : `${what}: ${file}`;
    throw new H2PushError(code, message, hint, { cause: error });
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file"],
  ["ENOTDIR", "no such file"],
  ["EISDIR", "a directory, and no file"],
]);
