import { basename } from "node:path";
import { DEFAULT_PORT } from "../server/options.js";
import type { Address } from "../server/server.js";
import type { Certificate } from "../tls/certificate.js";
import { trustLine } from "../tls/trust/line.js";
import { isBeyondLoopback } from "./certificate.js";
import { heading, quiet, warning } from "./output.js";

/** What the start of a server tells. */
export interface Start {
  readonly address: Address;
  readonly root: string;
  readonly host: string;
  readonly certificate: Certificate;
  /** The port was left to us. */
  readonly anyPort: boolean;
}

/** The block that start-up prints: the URL first. */
export function startBlock({ address: { url, port }, root, host, certificate, anyPort }: Start): string {
  const moved = anyPort && port !== DEFAULT_PORT ? `  ${warning(`(port ${DEFAULT_PORT} is in use)`)}` : "";
  const rows: [name: string, text: string][] = [
    ["root", root],
    ["certificate", describeCertificate(certificate)],
    [
      "trust",
      certificate.signer.kind === "authority" && certificate.signer.trusted
        ? trustLine(certificate)
        : warning(trustLine(certificate)),
    ],
    ...certificate.notices.map((notice): [string, string] => ["note", notice]),
    ...(isBeyondLoopback(host) && oldNode() ? [["note", OLD_NODE] as [string, string]] : []),
    ["stop", "Ctrl+C"],
  ];
  return [heading(url) + moved, ...rows.map(([name, text]) => `  ${quiet(name.padEnd(11))}  ${text}`), ""].join("\n");
}

const OLD_NODE = `Node ${process.versions.node} is at its end of life and lacks fixes of HTTP/2: use a later one where others connect`;

const oldNode = () => Number(process.versions.node.split(".")[0]) < 22;

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
