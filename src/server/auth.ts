import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { H2PushError } from "../errors.js";
import { challenge } from "./challenge.js";
import { credentialsFile, isCredentials } from "./credentials.js";
import type { Gate } from "./gate.js";
import { readGivenFile } from "./given-file.js";

/**
 * Lets requests through that carry this user and password (RFC 7617); all
 * others are asked for it.
 *
 * @param credentials `user:password`
 */
export function authGate(credentials: string): Gate {
  // Digests have one length: how long the comparison takes says nothing of what was compared.
  const key = randomBytes(32);
  const digest = (text: string | Buffer) => createHmac("sha256", key).update(text).digest();
  const expected = digest(credentials);
  return (exchange) => {
    const given = credentialsIn(exchange.fields.authorization);
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return "through";
    return challenge(exchange, "This server asks for a user name and a password.");
  };
}

function credentialsIn(field: string | undefined): Buffer | undefined {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(field ?? "")?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64");
}

/**
 * The credentials that were meant: themselves, or the first line of `@FILE`.
 *
 * @throws {H2PushError} "unavailable", never with the password
 */
export async function readCredentials(auth: string): Promise<string> {
  const file = credentialsFile(auth);
  if (file === undefined) return auth;
  const [line = ""] = (await readGivenFile(file, "unavailable", "--auth @FILE takes user:password from it")).split(
    /\r?\n/,
  );
  if (isCredentials(line)) return line;
  throw new H2PushError("unavailable", `no user:password in ${file}`, "it is the first line of the file");
}
