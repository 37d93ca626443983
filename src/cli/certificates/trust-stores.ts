import { runner } from "../../tls/trust/command.js";
import { nssStores } from "../../tls/trust/nss.js";
import type { TrustStore, TrustTarget } from "../../tls/trust/store.js";
import { systemStore } from "../../tls/trust/system.js";
import type { CertEnvironment } from "./cert-environment.js";

/** Every store of this machine that we know. */
export async function allStores(environment: CertEnvironment): Promise<TrustStore[]> {
  const system = await systemStore(environment);
  return [...(await nssStores(environment)), ...(system === undefined ? [] : [system])];
}

/** A store, and whether it trusts an authority; undefined when it could not be asked. */
interface StoreAnswer {
  readonly store: TrustStore;
  readonly trusts: boolean | undefined;
}

/** Asks every store of this machine whether it trusts an authority. */
export async function askStores(target: TrustTarget, environment: CertEnvironment): Promise<StoreAnswer[]> {
  const run = runner(environment.env, environment.isRoot);
  const stores = await allStores(environment);
  return Promise.all(stores.map(async (store) => ({ store, trusts: await store.holds(target, run) })));
}
