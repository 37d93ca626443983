import { readFile } from "node:fs/promises";
import { join, posix, win32 } from "node:path";
import { H2PushError } from "../errors.js";
import { type Authority, describeAuthority } from "./authority.js";
import { pemBlocks } from "./certificate.js";
import type { Machine } from "./machine.js";
import { parsePair } from "./private-file.js";
import { isoDay } from "./validity.js";

/** Where mkcert keeps its authority; it is `mkcert -CAROOT`, without running it. */
export function mkcertDirectory({ home, env, platform }: Machine): string {
  if (env["CAROOT"]) return env["CAROOT"];
  if (platform === "win32") return win32.join(env["LocalAppData"] ?? env["LOCALAPPDATA"] ?? home, "mkcert");
  if (env["XDG_DATA_HOME"]) return posix.join(env["XDG_DATA_HOME"], "mkcert");
  if (platform === "darwin") return posix.join(home, "Library", "Application Support", "mkcert");
  return posix.join(home, ".local", "share", "mkcert");
}

/** The certificate of an mkcert authority. */
export const MKCERT_CERTIFICATE = "rootCA.pem";

/**
 * The authority that mkcert made, to sign with instead of our own.
 *
 * @throws {H2PushError} `certificate` when it is missing, damaged or expired.
 */
export async function mkcertAuthority(directory: string, now = new Date()): Promise<Authority> {
  const file = join(directory, MKCERT_CERTIFICATE);
  const keyFile = join(directory, "rootCA-key.pem");
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
