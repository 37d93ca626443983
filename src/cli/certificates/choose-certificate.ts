import { isIP } from "node:net";
import { isLoopback } from "../../io/loopback.js";
import { errorOf, H2PushError } from "../../errors.js";
import type { Server } from "../../server/server.js";
import type { Certificate } from "../../tls/issue/certificate.js";
import { normalizeNames } from "../../tls/issue/certificate-names.js";
import { networkNames } from "../../tls/issue/network-names.js";
import { mkcertDirectory } from "../../tls/store/store-paths.js";
import { isSignerTrusted, loadStoredPair } from "../../tls/store/load-stored-pair.js";
import { certEnvironment, type AuthorityMaker } from "./cert-environment.js";
import { printError, printFailure } from "../output/output.js";
import { reloadOnHangup } from "../commands/stop.js";

/** What the command line says of the certificate to serve with. */
export interface CertificateOptions {
  readonly cert?: string;
  readonly key?: string;
  /** Names to cover beside those of this machine to itself. */
  readonly name?: readonly string[];
  readonly ca?: AuthorityMaker;
  /** Where the server listens. */
  readonly host?: string;
}

/** The certificate to begin with, how to look whether there is a newer one, and where keys lie. */
export interface CertificateSource {
  /** The certificate for this start: asked for once the server listens, as it may be made and kept then. */
  readonly begin: () => Promise<Certificate>;
  readonly load: () => Promise<Certificate>;
  /** Whether browsers here were given its authority. */
  readonly trusted: boolean;
  /** Files and directories that must never be served. */
  readonly hidden: readonly string[];
}

/**
 * The user's own pair, or the one that h2push keeps.
 *
 * @param tell is told what keeps us waiting
 * @throws {H2PushError} "usage" for one file without the other, "certificate" for a pair that can't be used
 */
export async function chooseCertificate(
  options: CertificateOptions,
  tell: (text: string) => void,
): Promise<CertificateSource> {
  const { cert, key } = options;
  const environment = certEnvironment();
  const { directory } = environment;
  const mkcert = mkcertDirectory(environment);
  if (cert !== undefined && key !== undefined) {
    const { readPair } = await import("../../tls/store/pair-files.js");
    const load = () => readPair(cert, key, { directory });
    const certificate = await load();
    const trusted = certificate.signer.kind === "authority" && certificate.signer.trusted;
    return { begin: () => Promise.resolve(certificate), load, trusted, hidden: [cert, key, directory, mkcert] };
  }
  if (cert !== undefined || key !== undefined) {
    const [given, lacking] = cert === undefined ? ["--key", "--cert"] : ["--cert", "--key"];
    throw new H2PushError("usage", `${given} without ${lacking}`, "pass both files, or neither: h2push makes its own");
  }
  const names = normalizeNames([...(options.name ?? []), ...namesOf(options.host)]);
  const stored = { directory, names, tell, ...(options.ca === "mkcert" ? { mkcert } : {}) };
  return {
    begin: () => loadStoredPair({ ...stored, isStale: isOfThisMachine }),
    load: () => loadStoredPair(stored),
    trusted: await isSignerTrusted(stored),
    hidden: [directory, mkcert],
  };
}

/**
 * Whether a name is no user's choice but one by which this machine was
 * reached in some network. Those that were given (`--name`) stay, so that
 * servers with names of their own do not take turns making a certificate.
 */
function isOfThisMachine(name: string): boolean {
  return isIP(name) !== 0 || networkNames().some((own) => own.toLowerCase() === name);
}

/** Puts a newer certificate into the running server: when the files change, before it ends, and on SIGHUP. */
export async function keepCertificateCurrent(
  server: Server,
  first: Certificate,
  { load }: CertificateSource,
  tell: (line: string) => void,
): Promise<void> {
  const { keepCurrent } = await import("../../tls/store/pair-watch.js");
  const live = keepCurrent({
    first,
    load,
    swap: (renewed) => {
      server.useCertificate(renewed);
      tell(`new certificate, valid until ${renewed.validTo.toISOString().slice(0, 10)}`);
    },
    report: (error) => {
      if (error instanceof H2PushError) printError(error);
      else printFailure(errorOf(error));
    },
  });
  reloadOnHangup(() => void live.reload());
}

/** Whether others can reach a server that listens there. */
export function isBeyondLoopback(host: string): boolean {
  return !host.startsWith("unix:") && !isLoopback(host);
}

/** Further names by which clients reach a server that listens on `host`. */
function namesOf(host: string | undefined): string[] {
  if (host === undefined || !isBeyondLoopback(host)) return [];
  if (host !== "0.0.0.0" && host !== "::") return [host];
  return networkNames();
}
