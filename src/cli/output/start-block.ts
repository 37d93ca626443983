import { basename } from "node:path";
import { DEFAULT_PORT } from "../../server/options/options-table.js";
import type { Address } from "../../server/listen/address.js";
import type { Certificate } from "../../tls/issue/certificate.js";
import { trustLine, type BrowserTrust } from "../../tls/trust/line.js";
import { isBeyondLoopback } from "../certificates/choose-certificate.js";
import { networkUrls } from "./network-urls.js";
import { heading, quiet, warning } from "./output.js";
import { shellWord } from "../../io/text/shell-word.js";
import { OWN_PATH } from "../../server/own-path.js";

/** What the start of a server tells. */
export interface Start {
  readonly address: Address;
  readonly root: string;
  readonly host: string;
  readonly certificate: Certificate;
  /** What the stores of this machine's browsers say of its authority, when they were asked. */
  readonly browsers: BrowserTrust | undefined;
  /** The port was left to us. */
  readonly anyPort: boolean;
  /** What was set apart from the defaults, as flags. */
  readonly options: readonly string[];
  /** The configuration file that was read. */
  readonly config: string | undefined;
  /** What happens can be looked at. */
  readonly inspects: boolean;
  /** What the user should know of the directory. */
  readonly notes: readonly string[];
}

/** The block that start-up prints: the URL first. */
export function startBlock(start: Start): string {
  const { address, root, host, certificate, browsers, anyPort, options, config, notes, inspects } = start;
  const isMoved = anyPort && address.socket === undefined && address.port !== DEFAULT_PORT;
  const moved = isMoved ? `  ${warning(`(port ${DEFAULT_PORT} is in use)`)}` : "";
  const rows: Row[] = [
    ...addressRows(address, host),
    ...(inspects ? [row("inspect", new URL(OWN_PATH, address.url).href)] : []),
    ["root", root],
    ["certificate", describeCertificate(certificate)],
    ["trust", isTrusted(start) ? trustLine(certificate, browsers) : warning(trustLine(certificate, browsers))],
    ...(options.length > 0 ? [row("options", options.join(" "))] : []),
    ...(config === undefined ? [] : [row("config", config)]),
    ...(address.socket === undefined && !isBeyondLoopback(host) ? [row("network", ALONE)] : []),
    ...certificate.notices.map((notice) => row("note", notice)),
    ...(isBeyondLoopback(host) && oldNode() ? [row("note", OLD_NODE)] : []),
    ...notes.map((note) => row("note", warning(note))),
    ["stop", "Ctrl+C"],
  ];
  return [
    heading(whereToConnect(address)) + moved,
    ...rows.map(([name, text]) => `  ${quiet(name.padEnd(11))}  ${text}`),
    "",
  ].join("\n");
}

/** What to type to get there: a URL, or the socket of the file system. */
export function whereToConnect({ url, socket }: Address): string {
  return socket === undefined ? url : `unix:${socket}`;
}

function isTrusted({ certificate: { signer }, browsers }: Start): boolean {
  return signer.kind === "authority" && signer.trusted && (browsers === undefined || browsers.lacking.length === 0);
}

type Row = readonly [name: string, text: string];

const row = (name: string, text: string): Row => [name, text];

/** Further ways to the server. */
function addressRows({ url, port, socket, redirect }: Address, host: string): Row[] {
  const named = (name: string, texts: readonly string[]): Row[] =>
    texts.map((text, at) => [at === 0 ? name : "", text]);
  return [
    ...named("network", networkUrls(host, port, new URL(url).pathname)),
    ...named("try", socket === undefined ? [] : [`curl -k --unix-socket ${shellWord(socket)} ${url}`]),
    ...named("redirect", redirect === undefined ? [] : [httpUrl(url, redirect)]),
  ];
}

const ALONE = "this machine only; to let others connect: -H 0.0.0.0";

function httpUrl(url: string, port: number): string {
  const { hostname } = new URL(url);
  return `http://${hostname}:${port}/`;
}

const OLD_NODE = `Node ${process.versions.node} is at its end of life and lacks HTTP/2 fixes: use a later version where others connect`;

const oldNode = () => Number(process.versions.node.split(".")[0]) < 22;

function describeCertificate({ names, validTo, origin }: Certificate): string {
  const valid = `for ${names.join(", ")}, valid until ${validTo.toISOString().slice(0, 10)}`;
  switch (origin.kind) {
    case "files":
      return `${basename(origin.certFile)}, ${valid}`;
    case "stored":
      return origin.made === undefined ? valid : `made now (${origin.made}), ${valid}`;
    case "memory":
      return `for this run only (${origin.reason}), ${valid}`;
  }
}
