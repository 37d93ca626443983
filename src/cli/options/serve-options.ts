import type { GivenSettings } from "../../server/options/given-settings.js";
import type { CertificateFlags } from "../certificates/choose-certificate.js";
import type { ReportingOptions } from "../output/reporting.js";

/** The options of `h2push [root]`, as the command line has them. */
export interface ServeOptions extends Omit<GivenSettings, "host">, CertificateFlags, ReportingOptions {
  readonly demo?: boolean;
  readonly open?: string | boolean;
  readonly copy?: boolean;
  readonly qr?: boolean;
}
