import type { RequestRecord } from "../server/log.js";
import { serverOptions, type GivenSettings } from "../server/options.js";
import type { ScanSummary } from "../server/scan-ahead.js";
import { checkRoot } from "../server/root.js";
import { createServer, type ServerOptions } from "../server/server.js";
import { chooseCertificate, keepCertificateCurrent, type CertificateOptions } from "./certificate.js";
import { logLine, printFailure, printLine, warning } from "./output.js";
import { requestLine, targetLines } from "./request-line.js";
import { scanLine } from "./scan-line.js";
import { startBlock } from "./start-block.js";
import { stopOnSignal } from "./stop.js";

/** The options of `h2push [root]`, as the command line has them. */
export interface ServeOptions extends Omit<GivenSettings, "host">, CertificateOptions {
  readonly demo?: boolean;
  readonly open?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Serves a directory until a signal comes. Resolves when the server listens. */
export async function serve(root: string | undefined, options: ServeOptions): Promise<void> {
  const demo = options.demo === true ? await import("../demo/index.js") : undefined;
  const { host = serverOptions.host.default, allowHost = [] } = options;
  const directory = root ?? demo?.demoSite ?? ".";
  const port = options.port ?? process.env["PORT"] ?? "";
  // Before a certificate is made for it.
  await checkRoot(directory);
  const source = await chooseCertificate(options);
  const { certificate, hidden } = source;
  const server = createServer({
    ...options,
    ...(port === "" ? {} : { port }),
    root: directory,
    hidden,
    certificate,
    trusted: certificate.signer.kind === "authority" && certificate.signer.trusted,
    ...(demo === undefined ? {} : { routes: demo.demoRoutes({ certificate, host, allowHost }) }),
    ...(options.quiet === true ? {} : reporting(options.verbose === true)),
    onError: printFailure,
  });
  const address = await server.listen();
  stopOnSignal(server);
  const start = { address, root: directory, host, certificate, anyPort: port === "" };
  printLine(options.quiet === true ? address.url : startBlock(start));
  await keepCertificateCurrent(server, source, options.quiet === true ? () => undefined : printLine);
  if (options.open === true) await openBrowser(address.url);
}

function reporting(verbose: boolean): Pick<ServerOptions, "onRequest" | "onScan" | "onNotice"> {
  return {
    onRequest: (record: RequestRecord) => {
      // Live reload's own: no page was loaded.
      if (!verbose && record.target.startsWith("/.h2push/")) return;
      logLine(requestLine(record));
      if (verbose && record.delivery !== undefined) targetLines(record.delivery.targets).forEach(logLine);
    },
    onScan: (summary: ScanSummary) => printLine(scanLine(summary)),
    onNotice: (text: string) => printLine(`${warning("note:")} ${text}`),
  };
}

async function openBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import("open");
    const child = await open(url);
    child.on("error", () => printLine(warning(`no browser could be opened: open ${url} yourself`)));
  } catch {
    printLine(warning(`no browser could be opened: open ${url} yourself`));
  }
}
