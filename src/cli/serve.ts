import { basename } from "node:path";
import { H2PushError } from "../errors.js";
import type { RequestRecord } from "../server/log.js";
import { DEFAULT_PORT, type GivenSettings } from "../server/options.js";
import type { ScanSummary } from "../server/scan-ahead.js";
import { createServer, type Address, type ServerOptions } from "../server/server.js";
import type { Certificate } from "../tls/certificate.js";
import { heading, printFailure, printLine, quiet, warning } from "./output.js";
import { requestLine, targetLines } from "./request-line.js";
import { scanLine } from "./scan-line.js";
import { stopOnSignal } from "./stop.js";

/** The options of `h2push [root]`, as the command line has them. */
export interface ServeOptions extends GivenSettings {
  readonly cert?: string;
  readonly key?: string;
  readonly demo?: boolean;
  readonly open?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Serves a directory until a signal comes. Resolves when the server listens. */
export async function serve(root: string | undefined, options: ServeOptions): Promise<void> {
  const demo = options.demo === true ? await import("../demo/index.js") : undefined;
  const directory = root ?? demo?.demoSite ?? ".";
  const port = options.port ?? process.env["PORT"] ?? "";
  const { certificate, hidden } = await chooseCertificate(options);
  const server = createServer({
    ...options,
    ...(port === "" ? {} : { port }),
    root: directory,
    hidden,
    certificate,
    ...(demo === undefined ? {} : { routes: demo.demoRoutes() }),
    ...(options.quiet === true ? {} : reporting(options.verbose === true)),
    onError: printFailure,
  });
  const address = await server.listen();
  stopOnSignal(server);
  printLine(options.quiet === true ? address.url : startBlock(address, directory, certificate, port === ""));
  if (options.open === true) await openBrowser(address.url);
}

/** The user's own pair, or the one that h2push keeps; and where the key lies, so that it is never served. */
async function chooseCertificate({ cert, key }: ServeOptions): Promise<{ certificate: Certificate; hidden: string[] }> {
  if (cert !== undefined && key !== undefined) {
    const { readPair } = await import("../tls/files.js");
    return { certificate: await readPair(cert, key), hidden: [key] };
  }
  if (cert !== undefined || key !== undefined) {
    const [given, lacking] = cert === undefined ? ["--key", "--cert"] : ["--cert", "--key"];
    throw new H2PushError("usage", `${given} without ${lacking}`, "pass both files, or neither: h2push makes its own");
  }
  const [{ loadStoredPair }, { dataDirectory }] = await Promise.all([
    import("../tls/stored.js"),
    import("./data-directory.js"),
  ]);
  const directory = dataDirectory();
  return { certificate: await loadStoredPair({ directory }), hidden: [directory] };
}

function reporting(verbose: boolean): Pick<ServerOptions, "onRequest" | "onScan"> {
  return {
    onRequest: (record: RequestRecord) => {
      printLine(requestLine(record));
      if (verbose && record.delivery !== undefined) targetLines(record.delivery.targets).forEach(printLine);
    },
    onScan: (summary: ScanSummary) => printLine(scanLine(summary)),
  };
}

function startBlock({ url, port }: Address, directory: string, certificate: Certificate, anyPort: boolean): string {
  const rows = [
    ["root", directory],
    ["certificate", describeCertificate(certificate)],
    ["stop", "Ctrl+C"],
  ];
  const moved = anyPort && port !== DEFAULT_PORT ? `  ${warning(`(port ${DEFAULT_PORT} is in use)`)}` : "";
  return [
    heading(url) + moved,
    ...rows.map(([name = "", text = ""]) => `  ${quiet(name.padEnd(11))}  ${text}`),
    "",
  ].join("\n");
}

function describeCertificate({ names, validTo, origin }: Certificate): string {
  const valid = `for ${names.join(", ")}, valid until ${validTo.toISOString().slice(0, 10)}`;
  switch (origin.kind) {
    case "files":
      return `${basename(origin.certFile)}, ${valid}`;
    case "stored":
      return origin.made === undefined ? valid : `made now (${origin.made}), ${valid}`;
    case "memory":
      return `for this run alone (${origin.reason}), ${valid}`;
  }
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
