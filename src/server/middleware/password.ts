import { H2PushError } from "../../errors.js";
import { isCredentials } from "../../rules/guards/basic-auth.js";
import { sendError } from "../http/error-page.js";
import type { Exchange } from "../http/exchange.js";
import { readUserFile } from "../../io/disk/read-user-file.js";

/** The file that `@FILE` names, or undefined. */
export const credentialsFile = (auth: string | undefined) =>
  auth?.startsWith("@") === true ? auth.slice(1) : undefined;

/**
 * The credentials that were meant: themselves, or the first line of `@FILE`.
 *
 * @throws {H2PushError} "unavailable", never with the password
 */
export async function readCredentials(auth: string): Promise<string> {
  const file = credentialsFile(auth);
  if (file === undefined) return auth;
  const [line = ""] = (await readUserFile(file, "unavailable", "--auth @FILE takes user:password from it")).split(
    /\r?\n/,
  );
  if (isCredentials(line)) return line;
  throw new H2PushError("unavailable", `no user:password in ${file}`, "it is the first line of the file");
}

/** RFC 7617 §2.1: names and passwords beyond ASCII come in UTF-8. */
const FIELDS = { "www-authenticate": 'Basic realm="h2push", charset="UTF-8"' };

/** 401: asks for a name and a password (RFC 7617 §2). */
export function challenge(exchange: Exchange): undefined {
  return sendError(exchange, 401, "A user name and a password are needed here.", FIELDS);
}
