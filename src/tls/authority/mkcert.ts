import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { H2PushError } from "../../errors.js";
import { type Authority, describeAuthority } from "./authority.js";
import { pemBlocks } from "../issue/certificate.js";
import { MKCERT_CERTIFICATE, MKCERT_KEY } from "../store/store-paths.js";
import { parsePair } from "../store/private-file.js";
import { isoDay } from "../issue/validity.js";

/**
 * The authority that mkcert made, to sign with instead of our own.
 *
 * @throws {H2PushError} `certificate` when it is missing, damaged or expired.
 */
export async function mkcertAuthority(directory: string, now = new Date()): Promise<Authority> {
  const file = join(directory, MKCERT_CERTIFICATE);
  const keyFile = join(directory, MKCERT_KEY);
  let text: string;
  try {
    text = (await readFile(keyFile, "utf8")) + (await readFile(file, "utf8"));
  } catch (error) {
    const hint = "make one: mkcert -install";
    throw new H2PushError("certificate", `no mkcert authority in ${directory}`, hint, { cause: error });
  }
  const parsed = parsePair(text);
  if (parsed === undefined || !parsed.x509.ca) {
    throw new H2PushError(
      "certificate",
      `damaged mkcert authority: ${file}, ${keyFile}`,
      "make it anew: mkcert -install",
    );
  }
  const [cert = ""] = pemBlocks(parsed.pair.cert, /^CERTIFICATE$/);
  const authority = describeAuthority({ cert, key: parsed.pair.key }, { file }, [], parsed.x509);
  if (authority.validTo > now) return { ...authority, maker: "mkcert" };
  const message = `mkcert authority expired on ${isoDay(authority.validTo)}: ${file}`;
  throw new H2PushError("certificate", message, "make it anew: mkcert -install");
}
