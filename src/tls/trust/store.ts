import type { Command, Run } from "./command.js";

/** An authority to be put into a store, or taken out. */
export interface TrustTarget {
  /** The name that it has in a store's list, and by which NSS finds it. */
  readonly name: string;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
  /** SHA-1, forty hexadecimal digits: what Windows calls it. */
  readonly thumbprint: string;
  /** PEM. */
  readonly cert: string;
  /** A file with its certificate alone. */
  readonly certFile: string;
}

export type StoreKind = "nss" | "system";

/** A place where programs look up whom to trust. */
export interface TrustStore {
  readonly kind: StoreKind;
  /** As messages call it: `Chromium (/home/ada/.pki/nssdb)`. */
  readonly name: string;
  /** Whether browsers on this platform look there. */
  readonly browsers: boolean;
  add(target: TrustTarget): readonly Command[];
  remove(target: TrustTarget): readonly Command[];
  /** Asks the store itself whether it trusts `target`; undefined when the program to ask it is missing. */
  holds(target: TrustTarget, run: Run): Promise<boolean | undefined>;
}
