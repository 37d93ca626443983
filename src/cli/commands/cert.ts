import { X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { H2PushError, hasSystemCode, unwritable } from "../../errors.js";
import { type Certificate, describePair, type PemPair } from "../../tls/issue/certificate.js";
import { readPair } from "../../tls/store/pair-files.js";
import { issueLeaf } from "../../tls/issue/issue.js";
import { LOCAL_NAMES, normalizeNames } from "../../tls/issue/certificate-names.js";
import { makeDirectory } from "../../io/disk/make-directory.js";
import { writeWhole } from "../../io/disk/atomic-write.js";
import { createCertificate, type KeyType } from "../../tls/issue/issue.js";
import { checkDays, DEFAULT_DAYS, isoDay } from "../../tls/issue/validity.js";
import { differences } from "./cert-differences.js";
import type { AuthorityMaker, CertEnvironment } from "../certificates/cert-environment.js";
import { lastingAuthority } from "../certificates/lasting-authority.js";

/** The options of `h2push cert`, as the command line has them. */
export interface CertOptions {
  /** Where `cert.pem` and `key.pem` go; made when it is missing. */
  readonly out: string;
  /** Names beside those of this machine to itself (`--name`, repeatable). */
  readonly name?: readonly string[];
  readonly days?: number;
  readonly keyType?: KeyType;
  /** Replace a pair that is still good. */
  readonly force?: boolean;
  /** One pair that stands alone, without an authority. */
  readonly selfSigned?: boolean;
  /** Who signs: our own authority, or the one that mkcert made. */
  readonly ca?: AuthorityMaker;
}

type Print = (line: string) => void;

/**
 * Carries out `h2push cert`: writes a pair into `options.out`, or keeps the
 * good one that is there, and says which.
 *
 * @throws {H2PushError} `usage` for a bad name or number of days,
 * `certificate` when the authority cannot be used, `output` when the files
 * cannot be written, or would replace a valid pair that is another than was
 * asked for, or somebody else's key.
 */
export async function runCert(options: CertOptions, environment: CertEnvironment, print: Print): Promise<void> {
  if (options.selfSigned === true && options.ca !== undefined) {
    throw new H2PushError(
      "usage",
      `--self-signed with --ca ${options.ca}`,
      "only one of them can sign: leave one of the two out",
    );
  }
  const out = resolve(environment.cwd, options.out);
  const files = { certFile: join(out, "cert.pem"), keyFile: join(out, "key.pem") };
  const names = normalizeNames([...LOCAL_NAMES, ...(options.name ?? [])]);
  const days = checkDays(options.days ?? DEFAULT_DAYS);
  const kept = options.force === true ? undefined : await existing(files, options, names, environment);
  if (kept === undefined) {
    const made = await make(options, { names, days }, environment, print);
    await write(options.out, files, made);
    print(`made ${files.certFile} and ${files.keyFile}`);
    describe(describePair(made, { origin: { kind: "files", ...files } }), print);
  } else {
    print(`kept ${files.certFile} and ${files.keyFile}, which are valid`);
    describe(kept, print);
    print("make new ones with --force");
  }
  const site = await siteAround(out, environment.cwd);
  if (site !== undefined) print(`warning: the key is inside ${site}: a server of that directory might serve it`);
}

interface Files {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * The pair on disk when it is valid, or undefined when there is none to lose.
 *
 * @throws {H2PushError} `output` when it is not what was asked for, or the key is somebody else's
 */
async function existing(
  files: Files,
  { days, keyType, selfSigned = false, ca }: CertOptions,
  names: readonly string[],
  environment: CertEnvironment,
): Promise<Certificate | undefined> {
  const pair = await readExisting(files);
  if (pair === undefined) return undefined;
  const others = await differences(pair, { names, days, keyType, selfSigned, ca }, environment);
  if (others.length === 0) return pair;
  throw new H2PushError("output", `${files.certFile} is valid, but ${others.join(", and ")}`, "replace it: --force");
}

async function readExisting({ certFile, keyFile }: Files): Promise<Certificate | undefined> {
  try {
    return await readPair(certFile, keyFile);
  } catch (error) {
    if (!(error instanceof H2PushError)) throw error;
    const lost = await wouldBeLost(certFile, keyFile);
    if (lost === undefined) return undefined;
    const hint = "replace it: --force, or keep it: --out DIR";
    throw new H2PushError("output", `${lost}; ${error.message}`, hint, { cause: error });
  }
}

/** What is there that another program has made, or that nobody can say of who has; undefined for nothing. */
async function wouldBeLost(certFile: string, keyFile: string): Promise<string | undefined> {
  const [cert, key] = await Promise.all([textIn(certFile), textIn(keyFile)]);
  if (key === undefined || cert === undefined) return `${key === undefined ? keyFile : certFile} can't be read`;
  if (isOurs(cert)) return undefined;
  if (/PRIVATE KEY-----/.test(key)) return `${keyFile} holds a key that h2push did not make`;
  return /BEGIN [\w ]*CERTIFICATE-----/.test(cert) ? `${certFile} is not of h2push's making` : undefined;
}

/** What a file has: nothing where there is none, undefined when it can't be read. */
async function textIn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    return hasSystemCode(error, "ENOENT", "ENOTDIR", "EISDIR") ? "" : undefined;
  }
}

/** Whether a certificate has the subject of those that h2push makes. */
function isOurs(cert: string): boolean {
  try {
    return /^(?:O=h2push certificate|CN=h2push self-signed)$/m.test(new X509Certificate(cert).subject);
  } catch {
    return false;
  }
}

async function make(
  { keyType = "ec", selfSigned, ca = "h2push" }: CertOptions,
  wanted: { readonly names: readonly string[]; readonly days: number },
  environment: CertEnvironment,
  print: Print,
): Promise<PemPair> {
  if (selfSigned === true) return createCertificate({ ...wanted, keyType });
  const authority = await lastingAuthority(ca, environment, print);
  return issueLeaf(authority, { ...wanted, keyType }, new Date());
}

async function write(out: string, { certFile, keyFile }: Files, pair: PemPair): Promise<void> {
  try {
    await makeDirectory(dirname(keyFile));
    // A key without a certificate that says whose it is would be taken for somebody else's, were this the end.
    await writeWhole(certFile, pair.cert, 0o644);
    await writeWhole(keyFile, pair.key, 0o600);
  } catch (error) {
    throw unwritable(out, error, "pass a directory that this user may write to: --out DIR");
  }
}

function describe({ names, validTo, signer }: Certificate, print: Print): void {
  print(`  for ${names.join(", ")}`);
  print(`  valid until ${isoDay(validTo)}`);
  print(`  signed by ${signer.kind === "itself" ? "itself" : signer.name}`);
}

/**
 * The directory around `out` that is a site, or that `h2push` would serve
 * when it is called without one. h2push itself serves no key; others do.
 */
async function siteAround(out: string, cwd: string): Promise<string | undefined> {
  for (let directory = out; ; directory = dirname(directory)) {
    if (directory === resolve(cwd)) return directory;
    const entries = await readdir(directory).catch(() => []);
    if (entries.some((entry) => /^index\.html?$/i.test(entry))) return directory;
    if (dirname(directory) === directory) return undefined;
  }
}
