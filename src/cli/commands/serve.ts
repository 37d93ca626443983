import { isatty } from "node:tty";
import { H2PushError } from "../../errors.js";
import { pagesLacking } from "../../server/scan/pages-lacking.js";
import { serverOptions, settingsIn } from "../../server/options/options-table.js";
import type { Address } from "../../server/listen/address.js";
import { createServer, type Server } from "../../server/server.js";
import { checkOpen } from "../../server/options/option-checks.js";
import { resolveOptions, type ServeFlags } from "../options/resolve-options.js";
import { chooseCertificate, keepCertificateCurrent } from "../certificates/choose-certificate.js";
import type { Certificate, PemPair } from "../../tls/issue/certificate.js";
import type { BrowserTrust } from "../../tls/trust/line.js";
import { certEnvironment } from "../certificates/cert-environment.js";
import { printFailure } from "../output/output.js";
import type { ServeOptions } from "../options/serve-options.js";
import { setOptions } from "../options/set-options.js";
import { reporting, type Reporting } from "../output/reporting.js";
import { checkGivenRoot } from "../options/served-root.js";
import { whereToConnect, startBlock } from "../output/start-block.js";
import { collectEarlier, giveBackIdleMemory } from "./server-memory.js";
import { stopOnSignal } from "./stop.js";

/**
 * Serves a directory until a signal comes, and then resolves when the server
 * listens; or while a command runs, and then resolves when that has ended.
 */
export async function serve(
  given: string | undefined,
  flags: ServeFlags,
  command: readonly string[] | undefined,
): Promise<void> {
  if (command !== undefined && (command[0] ?? "") === "") throw noCommand();
  const resolved = await resolveOptions(given, flags);
  const { options, root, config } = resolved;
  const { print, say, warn, started, events } = await reporting(options, command !== undefined);
  resolved.notices.forEach(warn);
  const { host = serverOptions.host.default } = options;
  // The command line is read by everybody on this machine; this writes over it.
  if (flags.auth !== undefined || flags.passphrase !== undefined) process.title = "h2push";
  // Before a certificate is made for it.
  if (options.qr === true) (await import("../output/qr.js")).checkReachable(host);
  await checkGivenRoot(root.path, root.source);
  const source = await chooseCertificate(options, warn);
  const inspects = options.inspect ?? options.demo === true;
  let beginning: Promise<Certificate> | undefined;
  const begin = () => (beginning ??= source.begin());
  const server = createServer({
    ...settingsIn(options),
    root: root.path,
    hidden: [...resolved.hidden, ...source.hidden],
    certificate: begin,
    trusted: source.trusted,
    ...(options.demo === true ? await demoOptions(options, begin) : {}),
    ...(inspects ? await inspectOptions(warn) : {}),
    ...events,
    onError: printFailure,
  });
  const address = await server.listen();
  if (command === undefined) stopOnSignal(server);
  const certificate = await begin();
  if (options.quiet === true || command !== undefined) print(whereToConnect(address));
  else {
    const notes = await pagesLacking(root.path, options);
    const anyPort = options.port === undefined;
    const set = setOptions(options);
    const start = { address, root: root.path, host, certificate, anyPort, options: set, config, notes, inspects };
    print(startBlock({ ...start, browsers: await askBrowsers(certificate) }));
  }
  started();
  collectEarlier();
  giveBackIdleMemory();
  if (options.qr === true) print(await (await import("../output/qr.js")).qrBlock(address, host));
  await keepCertificateCurrent(server, certificate, source, say);
  await attend({ server, address, options, print, say, warn }, command !== undefined);
  if (command === undefined) return;
  const { runBeside } = await import("./beside.js");
  process.exitCode = await runBeside(command, address.url, certificate).finally(() => server.close(0));
}

/** A server that has begun, and how the user is told. */
interface Begun extends Pick<Reporting, "print" | "say" | "warn"> {
  readonly server: Server;
  readonly address: Address;
  readonly options: ServeOptions;
}

/** What the user at this machine gets beside the server: a page in the browser, the URL in the clipboard, keys. */
async function attend({ server, address, options, print, say, warn }: Begun, beside: boolean): Promise<void> {
  const { open, copy = false, host = serverOptions.host.default, live = false } = options;
  const page = checkOpen(open);
  // A command that runs beside it has the terminal.
  const hasKeys = !beside && isatty(0) && isatty(1);
  if (!hasKeys && page === undefined && !copy) return;
  const { copyToClipboard, listenToKeys, openBrowser } = await import("../terminal/terminal.js");
  if (page !== undefined) await openBrowser(address, page, print);
  if (copy) (isatty(1) ? say : warn)(copyToClipboard(whereToConnect(address), process.stdout));
  if (hasKeys) await listenToKeys({ server, address, host, page: page ?? true, live, print, say });
}

const noCommand = () =>
  new H2PushError("usage", "no command behind --", "for example: h2push ./dist -- npx playwright test");

/** What the stores of this machine's browsers say, where something was put into one of them. */
async function askBrowsers(certificate: Certificate): Promise<BrowserTrust | undefined> {
  if (certificate.signer.kind === "itself" || !certificate.signer.trusted) return undefined;
  return (await import("../certificates/browser-trust.js")).browserTrust(certificate, certEnvironment());
}

/** What the demo adds. */
async function demoOptions(options: ServeOptions, certificate: () => Promise<PemPair>) {
  const { demoRoutes } = await import("../../demo/index.js");
  return { serverTiming: true, routes: demoRoutes(networkOf(options, certificate)) };
}

/** What looking at the server takes; the keys of its connections go where the environment says. */
async function inspectOptions(warn: (text: string) => void) {
  const { keyLog } = await import("../output/key-log.js");
  const onKeyLog = keyLog(warn);
  return { inspect: true, ...(onKeyLog === undefined ? {} : { onKeyLog }) };
}

/** Where the demo has its own servers listen: beside this one, on ports. */
function networkOf(
  { host = serverOptions.host.default, allowHost = [] }: ServeOptions,
  certificate: () => Promise<PemPair>,
) {
  return { certificate, host: host.startsWith("unix:") ? serverOptions.host.default : host, allowHost };
}
