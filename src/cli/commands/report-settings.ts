import { NETWORKS } from "../../report/measure/networks.js";
import type { Report } from "../../report/types.js";
import { viewportText } from "../../scanner/css/media-queries.js";
import { serverOptions } from "../../server/options/options-table.js";
import type { ReportFlags } from "./report.js";

const DEFAULT_RUNS = 5;
const DEFAULT_NETWORK = "4g";

/** How pages are loaded, by the flags of `h2push report`. */
export const settingsOf = (flags: ReportFlags) => ({
  network: networkOf(flags),
  viewport: viewportText(serverOptions.viewport.check(flags.viewport ?? serverOptions.viewport.default)),
  think: flags.think ?? 0,
  runs: flags.runs ?? DEFAULT_RUNS,
});

/** The network that was named, or what of it was given in figures: then it is not called by that name. */
function networkOf({ network, rtt, kbps, loss }: ReportFlags): Report["network"] {
  const name = network ?? (rtt === undefined && kbps === undefined ? DEFAULT_NETWORK : undefined);
  const named = name === undefined ? { rtt: 0, kbps: 0 } : NETWORKS[name];
  const line = { rtt: Number(rtt ?? named.rtt), kbps: Number(kbps ?? named.kbps) };
  const isNamed = name !== undefined && line.rtt === named.rtt && line.kbps === named.kbps;
  return { ...(isNamed ? { name } : {}), ...line, ...(loss === undefined ? {} : { loss: Number(loss) }) };
}
