import type { CertOptions } from "./commands/cert.js";
import type { TrustOptions } from "./commands/cert-trust.js";
import type { CheckFlags } from "./commands/check.js";
import type { ExportFlags } from "./commands/export-settings.js";
import type { ManifestOptions } from "./commands/manifest.js";
import type { ReportFlags } from "./commands/report.js";
import type { VerifyFlags } from "./commands/verify.js";
import type { ServeFlags } from "./options/resolve-options.js";

/** What the commands do, given what was asked for. */
export interface Actions {
  serve(root: string | undefined, flags: ServeFlags): Promise<void>;
  manifest(root: string, options: ManifestOptions): Promise<void>;
  check(root: string, flags: CheckFlags): Promise<void>;
  report(root: string, flags: ReportFlags): Promise<void>;
  export(root: string, flags: ExportFlags): Promise<void>;
  verify(url: string, flags: VerifyFlags): Promise<void>;
  cert(options: CertOptions): Promise<void>;
  show(file: string | undefined): Promise<void>;
  trust(options: TrustOptions): Promise<void>;
  untrust(options: TrustOptions): Promise<void>;
}
