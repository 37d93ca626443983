import { hostname, networkInterfaces } from "node:os";
import { normalizeName } from "./certificate-names.js";

/**
 * The addresses by which other machines reach this one. Link-local IPv6
 * addresses are left out: a URL cannot carry their zone.
 */
export function networkAddresses(interfaces = networkInterfaces()): string[] {
  return Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address);
}

/**
 * What other machines may call this one, for a server that listens beyond
 * loopback: its addresses, and its name alone and in the local network
 * (`laptop`, `laptop.local`: RFC 6762).
 */
export function networkNames(interfaces = networkInterfaces(), host = hostname()): string[] {
  const names = host.includes(".") ? [host] : [host, `${host}.local`];
  return [...names.filter(isUsable), ...networkAddresses(interfaces)];
}

/** Some systems' host names are no names that a certificate can carry: one of digits alone would be an address. */
function isUsable(host: string): boolean {
  if (!/^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d-]*[a-z\d])*$/i.test(host)) return false;
  try {
    normalizeName(host);
    return true;
  } catch {
    return false;
  }
}
