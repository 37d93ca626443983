import { hostname, networkInterfaces } from "node:os";

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
  // Some systems' host names are no names that a certificate can carry.
  const usable = /^[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d-]*[a-z\d])*$/i.test(host);
  const names = usable ? [host, ...(host.includes(".") ? [] : [`${host}.local`])] : [];
  return [...names, ...networkAddresses(interfaces)];
}
