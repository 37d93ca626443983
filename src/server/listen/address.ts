import type { Settings } from "../options/options-table.js";
import type { RedirectingListener } from "./https-redirect.js";

/** Where a server listens. */
export interface Address {
  /** Where the site begins, with a slash at its end: `https://localhost:8443/`. */
  readonly url: string;
  /** 0 on a socket of the file system. */
  readonly port: number;
  /** IP addresses. */
  readonly addresses: readonly string[];
  /** Absolute path of the socket of the file system (`host: "unix:PATH"`). */
  readonly socket?: string;
  /** The port whose plain HTTP is sent to https (`redirect`). */
  readonly redirect?: number;
}

export function addressOf(
  { host, base }: Settings,
  { port, addresses, socket, redirect }: RedirectingListener,
): Address {
  const url = `https://${socket === undefined ? `${nameOf(host)}:${port}` : "localhost"}${base}`;
  return {
    url,
    port,
    addresses,
    ...(socket === undefined ? {} : { socket }),
    ...(redirect === undefined ? {} : { redirect }),
  };
}

/** The host of the URL that reaches a server which listens on `host`. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
