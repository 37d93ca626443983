import type { Certificate } from "../issue/certificate.js";

/** What the stores say in which the browsers of this machine look: the names of each kind. */
export interface BrowserTrust {
  readonly trusting: readonly string[];
  readonly lacking: readonly string[];
  /** Those that could not be asked. */
  readonly unknown: readonly string[];
}

/**
 * In one line: will browsers on this machine trust a page with this certificate, and what to do if not.
 *
 * @param browsers what their stores say of an authority that they were given; without it they were not asked
 */
export function trustLine({ signer, origin }: Pick<Certificate, "signer" | "origin">, browsers?: BrowserTrust): string {
  if (signer.kind === "itself") return "browsers trust it only where it was put into their store: it is self-signed";
  if (signer.trusted) return browsers === undefined ? ALL : namedLine(browsers);
  if (origin.kind === "files") return `browsers trust it where they trust ${signer.name}`;
  if (origin.kind === "memory") return `browsers do not trust it: ${origin.reason}`;
  if (origin.authority === "mkcert") return "browsers trust it where mkcert -install was run";
  return `browsers do not trust it yet; ${CHANGE}`;
}

const ALL = "browsers on this machine trust it";
const CHANGE = "to change that: h2push cert trust";

function namedLine({ trusting, lacking, unknown }: BrowserTrust): string {
  const untold = unknown.length === 0 ? "" : `; certutil could not tell about ${list(unknown)}`;
  const yes = trusting.length === 0 ? "" : `${list(trusting)} ${trusting.length === 1 ? "trusts" : "trust"} it`;
  if (lacking.length === 0) {
    if (yes === "") return `browsers trust it where h2push cert trust was run${untold}`;
    return untold === "" ? `${ALL}: ${list(trusting)}` : `${yes}${untold}`;
  }
  const no = `${list(lacking)} ${lacking.length === 1 ? "does" : "do"} not`;
  return `${yes === "" ? `${no} trust it` : `${yes}, ${no}`}${untold}; ${CHANGE}`;
}

const list = (names: readonly string[]) => names.join(", ");
