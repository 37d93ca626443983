import { isIPv4 } from "node:net";

/**
 * The version of IP that an address is one of (without a zone), or 0. Like
 * `isIP` of node:net, whose regular expression for IPv6 takes 10 ms to
 * compile: too much at start.
 */
export function ipVersion(address: string): 0 | 4 | 6 {
  if (!address.includes(":")) return isIPv4(address) ? 4 : 0;
  return /^[\da-f:.]+$/i.test(address) && URL.canParse(`http://[${address}]`) ? 6 : 0;
}
