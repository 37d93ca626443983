import { extname } from "node:path";

const extensions = new Set(["", ".crt", ".cer", ".key", ".pem"]);

/** Whether a file has a name that private keys are kept under. */
export function mayHoldPrivateKey(file: string): boolean {
  return extensions.has(extname(file).toLowerCase());
}

/**
 * A private key is never served, even if someone put it under the root: people do
 * make certificates inside the directory that they serve. The label is that
 * of RFC 7468 §10 and §11, and of the older forms beside them.
 */
export function holdsPrivateKey(content: Buffer): boolean {
  return content.includes("PRIVATE KEY-----");
}
