import { isIP } from "node:net";
import { networkAddresses } from "../../tls/issue/network-names.js";

/**
 * The URLs by which other machines reach a server that listens on every
 * address, below `base`; none when it listens on one, whose URL is known.
 */
export function networkUrls(host: string, port: number, base = "/", addresses = networkAddresses()): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [];
  return addresses
    .filter((address) => host === "::" || isIP(address) === 4)
    .map((address) => `https://${isIP(address) === 6 ? `[${address}]` : address}:${port}${base}`);
}
