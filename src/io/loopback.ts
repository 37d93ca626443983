import { isIPv4 } from "node:net";

/** Whether a name or an address means this machine alone: RFC 6761 §6.3 and the loopback addresses. */
export function isLoopback(name: string): boolean {
  if (isIPv4(name)) return name.startsWith("127.");
  return name === "::1" || name === "localhost" || name.endsWith(".localhost");
}
