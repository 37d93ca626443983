import { inTime } from "../../io/in-time.js";
import { chainOf, type Certificate } from "../../tls/issue/certificate.js";
import { runner } from "../../tls/trust/command.js";
import type { BrowserTrust } from "../../tls/trust/line.js";
import { describeTarget } from "../../tls/trust/target.js";
import { findAuthorities, fileOf } from "./authority-file.js";
import type { CertEnvironment } from "./cert-environment.js";
import { allStores } from "./trust-stores.js";

/** How long the start waits for the stores. */
const ANSWER_TIMEOUT_MS = 5000;

/**
 * Asks the stores in which the browsers of this machine look: a profile may
 * have been made since `cert trust` was run, or have lost the authority.
 *
 * @param certificate signed by an authority whose trust was recorded
 */
export async function browserTrust(
  { cert }: Pick<Certificate, "cert">,
  environment: CertEnvironment,
): Promise<BrowserTrust> {
  const [leaf, ...issuers] = chainOf(cert);
  const authority = issuers.find((x509) => leaf?.checkIssued(x509));
  const file = authority && fileOf(authority, await findAuthorities(environment));
  const target = authority && describeTarget(authority.toString(), file ?? "");
  const run = runner(environment.env, environment.isRoot);
  const stores = (await allStores(environment)).filter(({ browsers }) => browsers);
  const answers = await Promise.all(stores.map(async (store) => target && answerInTime(store.holds(target, run))));
  const named = (answer: boolean | undefined) =>
    stores
      .filter((_, index) => answers[index] === answer)
      .map(({ name }) => name.replace(`(${environment.home}/`, "(~/"));
  return { trusting: named(true), lacking: named(false), unknown: named(undefined) };
}

/** Undefined where it takes longer, or fails. */
function answerInTime(answer: Promise<boolean | undefined>): Promise<boolean | undefined> {
  return inTime(answer, ANSWER_TIMEOUT_MS).catch(() => undefined);
}
