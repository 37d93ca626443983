import { createHash } from "node:crypto";

/** From the weakest to the strongest. */
const ALGORITHMS = ["sha256", "sha384", "sha512"];

const HASH = /(?:^|\s)(sha256|sha384|sha512)-([\w+/-]+)=*(?:\?\S*)?(?=\s|$)/gi;

/** Whether a content is the one that integrity metadata names (Subresource Integrity §3.3.4): one of its strongest hashes counts. */
export function matchesIntegrity(content: Uint8Array, metadata: string): boolean {
  const hashes = [...metadata.matchAll(HASH)].map(([, algorithm = "", value = ""]) => ({
    algorithm: algorithm.toLowerCase(),
    value: value.replaceAll("-", "+").replaceAll("_", "/"),
  }));
  const strongest = ALGORITHMS.findLast((algorithm) => hashes.some((hash) => hash.algorithm === algorithm));
  if (strongest === undefined) return true;
  const own = createHash(strongest).update(content).digest("base64").replaceAll("=", "");
  return hashes.some(({ algorithm, value }) => algorithm === strongest && value === own);
}
