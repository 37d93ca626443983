import { H2PushError } from "../../errors.js";
import type { Address } from "../../server/listen/address.js";
import { isBeyondLoopback } from "../certificates/choose-certificate.js";
import { networkUrls } from "./network-urls.js";

/**
 * Refuses to draw a code that no other device could use.
 *
 * @throws {H2PushError} "usage"
 */
export function checkReachable(host: string): void {
  if (isBeyondLoopback(host)) return;
  const hint = "listen on the network too: --host 0.0.0.0";
  throw new H2PushError("usage", `--qr with --host ${host}: no other device reaches it`, hint);
}

/** The URL for another device as a QR code, with the URL under it. */
export async function qrBlock({ url, port }: Address, host: string): Promise<string> {
  const everywhere = host === "0.0.0.0" || host === "::";
  const [reachable = everywhere ? undefined : url] = networkUrls(host, port, new URL(url).pathname);
  if (reachable === undefined) return "no QR code: this machine has no network address\n";
  const { renderUnicodeCompact } = await import("uqr");
  return `${renderUnicodeCompact(reachable, { border: 2 })}\n${reachable}\n`;
}
