import { createWriteStream } from "node:fs";

/**
 * Writes the keys of TLS connections to the file that `SSLKEYLOGFILE` names,
 * as browsers and curl do: Wireshark then decrypts what it has captured.
 *
 * @returns undefined where the environment names none
 */
export function keyLog(warn: (text: string) => void): ((line: Buffer) => void) | undefined {
  const { SSLKEYLOGFILE: file = "" } = process.env;
  if (file === "") return undefined;
  // Whoever has the keys can read everything.
  const output = createWriteStream(file, { flags: "a", mode: 0o600 });
  output.on("error", ({ message }) => warn(`no keys are logged, as SSLKEYLOGFILE can't be written: ${message}`));
  return (line) => void (output.writable && output.write(line));
}
