import { isLoopback } from "../../io/loopback.js";
import { isFromOtherOrigin } from "../middleware/other-origin.js";
import type { Exchange } from "../http/exchange.js";

/** What a server in front adds: then the address is not that of the client. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

export interface AccessRules {
  /** Others than those on this machine may look, too. */
  readonly isPublic: boolean;
  /** Nobody else can reach the server. */
  readonly isLocal: boolean;
}

/** Why a request may not look, as a sentence; undefined when it may. */
export function refusal(exchange: Exchange, { isPublic, isLocal }: AccessRules): string | undefined {
  const { method, fields, authority, connection } = exchange;
  if (isFromOtherOrigin(method, fields, authority)) return "This is for the pages of this server.";
  if (isPublic) return undefined;
  // Over a socket of the file system, and over a simulated network, there is no address.
  const isHere = connection.remoteAddress === undefined ? isLocal : isLoopback(connection.remoteAddress);
  const isPassedOn = FORWARDED.some((name) => fields[name] !== undefined);
  if (isHere && !isPassedOn) return undefined;
  return "This is for this machine alone. To let others look: --inspect-public";
}
