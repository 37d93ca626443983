import type { Certificate } from "../certificate.js";

/** In one line: will browsers on this machine trust a page with this certificate, and what to do if not. */
export function trustLine({ signer, origin }: Pick<Certificate, "signer" | "origin">): string {
  if (signer.kind === "itself") return "browsers trust it only where it was put into their store: it is self-signed";
  if (signer.trusted) return "browsers on this machine trust it";
  if (origin.kind === "files") return `browsers trust it where they trust ${signer.name}`;
  if (origin.kind === "memory") return `browsers do not trust it: ${origin.reason}`;
  if (origin.authority === "mkcert") return "browsers trust it where mkcert -install was run";
  return "browsers do not trust it yet; to change that: h2push cert trust";
}
