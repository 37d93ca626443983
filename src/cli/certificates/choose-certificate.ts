import { isIP } from "node:net";
import { isLoopback } from "../../io/loopback.js";
import { errorOf, H2PushError } from "../../errors.js";
import type { Server } from "../../server/server.js";
import type { Certificate } from "../../tls/issue/certificate.js";
import { normalizeNames } from "../../tls/issue/certificate-names.js";
import { networkNames } from "../../tls/issue/network-names.js";
import { mkcertDirectory } from "../../tls/store/store-paths.js";
import { readPair } from "../../tls/store/pair-files.js";
import { isSignerTrusted, loadStoredPair } from "../../tls/store/load-stored-pair.js";
import { certEnvironment, type AuthorityMaker } from "./cert-environment.js";
import { readUserFile } from "../../io/disk/read-user-file.js";
import { printError, printFailure } from "../output/output.js";
import { reloadOnHangup } from "../commands/stop.js";

/** What the command line says of the certificate to serve with. */
export interface CertificateFlags {
  readonly cert?: string;
  readonly key?: string;
  /** Both in one file, PKCS #12. */
  readonly pfx?: string;
  /** Of the key, or `@FILE`. */
  readonly passphrase?: string;
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
  options: CertificateFlags,
  tell: (text: string) => void,
): Promise<CertificateSource> {
  const { pfx } = options;
  const environment = certEnvironment();
  const { directory } = environment;
  const mkcert = mkcertDirectory(environment);
  const own = ownFiles(options);
  if (own !== undefined) {
    const passphrase = await passphraseOf(options.passphrase);
    const read = pfx === undefined ? readPair : (await import("../../tls/store/pfx-file.js")).readPfx;
    const load = () => read(own.cert, own.key, { directory, passphrase });
    const certificate = await load();
    const trusted = certificate.signer.kind === "authority" && certificate.signer.trusted;
    return { begin: () => Promise.resolve(certificate), load, trusted, hidden: [...own.hidden, directory, mkcert] };
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
 * The files of the user's own pair; undefined when h2push keeps one. Both are one for `--pfx`.
 *
 * @throws {H2PushError} "usage"
 */
function ownFiles({ cert, key, pfx, passphrase }: CertificateFlags) {
  if (pfx !== undefined && (cert ?? key) !== undefined) {
    throw new H2PushError("usage", `--pfx with --${cert === undefined ? "key" : "cert"}`, "--pfx has both in one file");
  }
  const hidden = passphraseFile(passphrase) ?? [];
  if (pfx !== undefined) return { cert: pfx, key: pfx, hidden: [pfx, hidden].flat() };
  if (cert !== undefined && key !== undefined) return { cert, key, hidden: [cert, key, hidden].flat() };
  if (cert === undefined && key === undefined) return undefined;
  const [given, lacking] = cert === undefined ? ["--key", "--cert"] : ["--cert", "--key"];
  throw new H2PushError("usage", `${given} without ${lacking}`, "pass both files, or neither: h2push makes its own");
}

const passphraseFile = (passphrase: string | undefined) =>
  passphrase?.startsWith("@") === true ? passphrase.slice(1) : undefined;

/** The first line of `@FILE`, or the passphrase itself. */
async function passphraseOf(given: string | undefined): Promise<string | undefined> {
  const file = passphraseFile(given);
  if (file === undefined) return given;
  const hint = "--passphrase @FILE takes the first line of it";
  return (await readUserFile(file, "certificate", hint, "passphrase")).split(/\r?\n/, 1)[0];
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
