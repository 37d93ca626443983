import { randomBytes } from "node:crypto";
import type { SecureContextOptions, TlsOptions } from "node:tls";
import type { PemPair } from "../issue/certificate.js";

/** The oldest TLS version to accept. */
export const tlsVersions = ["1.2", "1.3"] as const;
export type TlsMin = (typeof tlsVersions)[number];

/** Options of a secure context, complete: what is not given again at a swap is forgotten. */
export type Secured = Required<Pick<SecureContextOptions, "cert" | "key" | "minVersion" | "maxVersion">> &
  Required<Pick<TlsOptions, "ticketKeys">>;

/**
 * The options of a server's secure context, for `tls.createServer` and for
 * each `setSecureContext` after it: Node forgets, at a swap, every option that
 * is not given again (the oldest version too). One function for the life of
 * the server: its ticket keys stay, so that sessions are resumed after a swap
 * (RFC 8446 §2.2).
 */
export function secureContexts(options: { readonly tlsMin: TlsMin }): (pair: PemPair) => Secured {
  const ticketKeys = randomBytes(48);
  return ({ cert, key }) => ({ cert, key, minVersion: `TLSv${options.tlsMin}`, maxVersion: "TLSv1.3", ticketKeys });
}
