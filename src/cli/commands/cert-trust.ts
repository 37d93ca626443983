import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { H2PushError } from "../../errors.js";
import { AUTHORITY_CERTIFICATE } from "../../tls/store/store-paths.js";
import { carryOut, type Change } from "../../tls/trust/change.js";
import { runner } from "../../tls/trust/command.js";
import { readTrustRecord, type TrustedAuthority, writeTrustRecord } from "../../tls/trust/record.js";
import type { StoreKind, TrustStore, TrustTarget } from "../../tls/trust/store.js";
import { describeTarget, targetIn } from "../../tls/trust/target.js";
import type { AuthorityMaker, CertEnvironment } from "../certificates/cert-environment.js";
import { allStores, askStores } from "../certificates/trust-stores.js";
import { lastingAuthority } from "../certificates/lasting-authority.js";

/** The options of `h2push cert trust` and `untrust`, as the command line has them. */
export interface TrustOptions {
  /** Where this platform's browsers look, by default: NSS on Linux, else the system. */
  readonly store?: StoreKind | "all";
  readonly dryRun?: boolean;
  readonly ca?: AuthorityMaker;
}

type Print = (line: string) => void;

/**
 * Carries out `h2push cert trust`.
 *
 * @throws {H2PushError} `certificate` when there is no authority or a store
 * did not take it, `unavailable` when there is no store, or a program is missing.
 */
export async function runTrust(options: TrustOptions, environment: CertEnvironment, print: Print): Promise<void> {
  const authority = await lastingAuthority(options.ca ?? "h2push", environment, print);
  const target =
    authority.maker === "mkcert"
      ? describeTarget(authority.cert, authority.kept.file)
      : await targetIn(environment.directory, authority.cert);
  const stores = await wantedStores(options, environment);
  const changed = await change("trust", [target], stores, options, environment, print);
  if (changed > 0 && stores.some(({ browsers }) => browsers)) print("restart browsers that are open");
}

/**
 * Carries out `h2push cert untrust`, for our authority and for every earlier
 * one that `trust` has put into a store.
 *
 * @throws {H2PushError} `certificate` when a store kept it, `unavailable`
 * when there is no store, or a program is missing.
 */
export async function runUntrust(options: TrustOptions, environment: CertEnvironment, print: Print): Promise<void> {
  const targets = await knownTargets(options, environment, print);
  if (targets.length === 0) print("h2push has no authority that could be trusted");
  await change("untrust", targets, await wantedStores(options, environment), options, environment, print);
}

async function knownTargets(options: TrustOptions, environment: CertEnvironment, print: Print): Promise<TrustTarget[]> {
  const { directory } = environment;
  if (options.ca === "mkcert") {
    const { cert, kept } = await lastingAuthority("mkcert", environment, print);
    return [describeTarget(cert, kept.file)];
  }
  const certs = (await readTrustRecord(directory)).map(({ cert }) => cert);
  const today = await readFile(join(directory, AUTHORITY_CERTIFICATE), "utf8").catch(() => undefined);
  if (today !== undefined) certs.push(today);
  const targets = await Promise.all(certs.map((cert) => targetIn(directory, cert)));
  return [...new Map(targets.map((target) => [target.fingerprint, target])).values()];
}

async function wantedStores(options: TrustOptions, environment: CertEnvironment): Promise<TrustStore[]> {
  const wanted = options.store ?? (environment.platform === "linux" ? "nss" : "system");
  const stores = (await allStores(environment)).filter(({ kind }) => wanted === "all" || kind === wanted);
  if (stores.length > 0) return stores;
  const hint = `put ${join(environment.directory, AUTHORITY_CERTIFICATE)} there by hand`;
  throw new H2PushError("unavailable", `h2push knows no ${wanted} store on this machine`, hint);
}

/** @returns how many stores were changed */
async function change(
  kind: Change["kind"],
  targets: readonly TrustTarget[],
  stores: readonly TrustStore[],
  { dryRun = false }: TrustOptions,
  environment: CertEnvironment,
  print: Print,
): Promise<number> {
  const run = runner(environment.env, environment.isRoot);
  const failures: string[] = [];
  let changed = 0;
  for (const target of targets) {
    const outcome = await carryOut({ kind, target, stores, run, isRoot: environment.isRoot, dryRun, say: print });
    changed += outcome.changed;
    failures.push(...outcome.failures);
  }
  if (!dryRun) await updateRecord(environment, targets);
  if (failures.length === 0) return changed;
  const message = `could not ${kind} everywhere: ${failures.join("; ")}`;
  throw new H2PushError("certificate", message, `try the commands by hand: h2push cert ${kind} --dry-run`);
}

/** Records which of `targets` the stores hold now, by asking them. */
async function updateRecord(environment: CertEnvironment, targets: readonly TrustTarget[]): Promise<void> {
  const held = await Promise.all(
    targets.map(async (target): Promise<TrustedAuthority[]> => {
      const { fingerprint, name, cert } = target;
      const holders = (await askStores(target, environment)).filter(({ trusts }) => trusts === true);
      const browsers = holders.some(({ store }) => store.browsers);
      return holders.length === 0 ? [] : [{ fingerprint, name, cert, browsers }];
    }),
  );
  const others = (await readTrustRecord(environment.directory)).filter(
    ({ fingerprint }) => !targets.some((target) => target.fingerprint === fingerprint),
  );
  await writeTrustRecord(environment.directory, [...others, ...held.flat()]);
}
