import { serverOptions, type GivenSettings } from "../server/options.js";
import { checkRoot } from "../server/root.js";
import { createServer, type Address } from "../server/server.js";
import { chooseCertificate, keepCertificateCurrent, type CertificateOptions } from "./certificate.js";
import { printFailure, warning } from "./output.js";
import { reporting, type ReportingOptions } from "./reporting.js";
import { placeOf, startBlock } from "./start-block.js";
import { stopOnSignal } from "./stop.js";

/** The options of `h2push [root]`, as the command line has them. */
export interface ServeOptions extends Omit<GivenSettings, "host">, CertificateOptions, ReportingOptions {
  readonly demo?: boolean;
  readonly open?: boolean;
  readonly qr?: boolean;
}

/** Serves a directory until a signal comes. Resolves when the server listens. */
export async function serve(root: string | undefined, options: ServeOptions): Promise<void> {
  const demo = options.demo === true ? await import("../demo/index.js") : undefined;
  const { host = serverOptions.host.default, allowHost = [] } = options;
  const directory = root ?? demo?.demoSite ?? ".";
  const port = options.port ?? process.env["PORT"] ?? "";
  // Before a certificate is made for it.
  if (options.qr === true) (await import("./qr.js")).checkReachable(host);
  await checkRoot(directory);
  const source = await chooseCertificate(options);
  const { certificate, hidden } = source;
  const { print, say, events } = await reporting(options);
  const server = createServer({
    ...options,
    ...(port === "" ? {} : { port }),
    root: directory,
    hidden,
    certificate,
    trusted: certificate.signer.kind === "authority" && certificate.signer.trusted,
    ...(demo === undefined ? {} : { routes: demo.demoRoutes({ certificate, host, allowHost }) }),
    ...events,
    onError: printFailure,
  });
  const address = await server.listen();
  stopOnSignal(server);
  const start = { address, root: directory, host, certificate, anyPort: port === "" };
  print(options.quiet === true ? placeOf(address) : startBlock(start));
  if (options.qr === true) print(await (await import("./qr.js")).qrBlock(address, host));
  await keepCertificateCurrent(server, source, say);
  if (options.open === true) await openBrowser(address, print);
}

async function openBrowser({ url, socket }: Address, print: (text: string) => void): Promise<void> {
  if (socket !== undefined) return print(warning(`no browser opens a socket: ${socket}`));
  try {
    const { default: open } = await import("open");
    const child = await open(url);
    child.on("error", () => print(warning(`no browser could be opened: open ${url} yourself`)));
  } catch {
    print(warning(`no browser could be opened: open ${url} yourself`));
  }
}
