import { chainOf, type Certificate } from "../../tls/issue/certificate.js";
import { runner } from "../../tls/trust/command.js";
import type { BrowserTrust } from "../../tls/trust/line.js";
import type { TrustStore } from "../../tls/trust/store.js";
import { describeTarget } from "../../tls/trust/target.js";
import { findAuthorities, fileOf } from "../certificates/authority-file.js";
import type { CertEnvironment } from "../certificates/cert-environment.js";
import { allStores } from "../commands/cert-trust.js";

/** The start waits no longer than that for an answer of the stores (milliseconds). */
const PATIENCE = 5000;

/**
 * Asks the stores in which the browsers of this machine look: a profile may
 * have been made since `cert trust` was run, or have lost the authority.
 *
 * @param certificate signed by an authority whose trust was noted
 */
export async function browserTrust(
  { cert }: Pick<Certificate, "cert">,
  environment: CertEnvironment,
): Promise<BrowserTrust> {
  const [leaf, ...issuers] = chainOf(cert);
  const authority = issuers.find((x509) => leaf?.checkIssued(x509));
  const stores = (await allStores(environment)).filter(({ browsers }) => browsers);
  const file = authority && fileOf(authority, await findAuthorities(environment));
  const target = authority && describeTarget(authority.toString(), file ?? "");
  const run = runner(environment.env, environment.isRoot);
  const ask = (store: TrustStore) =>
    target === undefined ? Promise.resolve(undefined) : within(PATIENCE, store.holds(target, run));
  const answers = await Promise.all(stores.map(ask));
  const named = (answer: boolean | undefined) =>
    stores
      .filter((_, index) => answers[index] === answer)
      .map(({ name }) => name.replace(`(${environment.home}/`, "(~/"));
  return { trusting: named(true), lacking: named(false), unknown: named(undefined) };
}

/** What a promise gives in that time, and undefined where it takes longer or fails. */
function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    promise.then(resolve, () => resolve(undefined)).finally(() => clearTimeout(timer));
  });
}
