import { serverOptions, type GivenSettings } from "../server/options.js";
import { checkRoot } from "../server/root.js";
import { createServer, type Address } from "../server/server.js";
import { chooseOptions, type ServeFlags } from "./chosen.js";
import { chooseCertificate, keepCertificateCurrent, type CertificateOptions } from "./certificate.js";
import type { PemPair } from "../tls/certificate.js";
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
export async function serve(given: string | undefined, flags: ServeFlags): Promise<void> {
  const { options, root: chosen, hidden, notice } = await chooseOptions(given, flags);
  const demo = options.demo === true ? await import("../demo/index.js") : undefined;
  const { host = serverOptions.host.default } = options;
  const root = chosen ?? demo?.demoSite ?? ".";
  // The command line is read by everybody on this machine; this writes over it.
  if (flags.auth !== undefined) process.title = "h2push";
  // Before a certificate is made for it.
  if (options.qr === true) (await import("./qr.js")).checkReachable(host);
  await checkRoot(root);
  const source = await chooseCertificate(options);
  const { certificate } = source;
  const { print, say, events } = await reporting(options);
  const server = createServer({
    ...options,
    root,
    hidden: [...hidden, ...source.hidden],
    certificate,
    trusted: certificate.signer.kind === "authority" && certificate.signer.trusted,
    ...(demo === undefined ? {} : { serverTiming: true, routes: demo.demoRoutes(networkOf(options, certificate)) }),
    ...events,
    onError: printFailure,
  });
  const address = await server.listen();
  stopOnSignal(server);
  const start = { address, root, host, certificate, anyPort: options.port === undefined };
  print(options.quiet === true ? placeOf(address) : startBlock(start));
  if (notice !== undefined) say(`${warning("note:")} ${notice}`);
  if (options.qr === true) print(await (await import("./qr.js")).qrBlock(address, host));
  await keepCertificateCurrent(server, source, say);
  if (options.open === true) await openBrowser(address, print);
}

/** Where the demo has its own servers listen: beside this one, on ports. */
function networkOf({ host = serverOptions.host.default, allowHost = [] }: ServeOptions, certificate: PemPair) {
  return { certificate, host: host.startsWith("unix:") ? serverOptions.host.default : host, allowHost };
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
