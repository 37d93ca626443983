import { createHash, timingSafeEqual } from "node:crypto";
import type { HeaderRule } from "./headers-file.js";
import { matchingRules, type FieldRequest } from "./fields.js";
import type { PatternIndex } from "./pattern-index.js";

/** Reads `name:password name:password`, as Netlify has it; undefined when it is something else. */
export function parseCredentials(text: string): readonly string[] | undefined {
  const credentials = text.split(/\s+/).filter((word) => word !== "");
  return credentials.length > 0 && credentials.every((pair) => /^[^:]+:/.test(pair)) ? credentials : undefined;
}

/** The pairs of which a request has to bring one; none where everyone may come in. Of several rules the last counts: it speaks of less. */
export function credentialsFor(guarding: PatternIndex<HeaderRule>, request: FieldRequest): readonly string[] {
  let wanted: readonly string[] = [];
  for (const { rule } of matchingRules(guarding, request)) wanted = rule.credentials;
  return wanted;
}

/**
 * Whether a rule asks for a name and a password (RFC 7617) that the request
 * does not bring.
 *
 * @param authorization that field of the request
 */
export function isRefused(
  guarding: PatternIndex<HeaderRule>,
  request: FieldRequest,
  authorization: string | undefined,
): boolean {
  const wanted = credentialsFor(guarding, request);
  if (wanted.length === 0) return false;
  const [, encoded = ""] = /^basic +([\w+/=-]+)$/i.exec(authorization ?? "") ?? [];
  const given = digest(Buffer.from(encoded, "base64").toString("utf8"));
  // All are compared, and in the same time: how long it takes tells nothing.
  return wanted.filter((pair) => timingSafeEqual(digest(pair), given)).length === 0;
}

const digest = (text: string) => createHash("sha256").update(text).digest();
