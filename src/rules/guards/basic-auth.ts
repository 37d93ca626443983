import { createHash, timingSafeEqual } from "node:crypto";

/** A user without a colon and a password, both without control characters (RFC 7617 §2). */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
export const isCredentials = (text: string) => /^[^:\u0000-\u001f\u007f]+:[^\u0000-\u001f\u007f]+$/.test(text);

/** Reads `name:password name:password`, as Netlify has it; undefined when it is something else. */
export function parseCredentials(text: string): readonly string[] | undefined {
  const credentials = text.split(/\s+/).filter((word) => word !== "");
  return credentials.length > 0 && credentials.every(isCredentials) ? credentials : undefined;
}

/**
 * Whether a request brings one of these names and passwords (RFC 7617).
 *
 * @param authorization that field of the request
 * @param wanted each `name:password`; none of them lets nobody in
 */
export function brings(authorization: string | undefined, wanted: readonly string[]): boolean {
  const [, encoded] = /^basic +([\w+/=-]+) *$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return false;
  const given = digest(Buffer.from(encoded, "base64"));
  // All are compared, and in the same time: how long it takes tells nothing.
  return wanted.filter((pair) => timingSafeEqual(digest(pair), given)).length > 0;
}

const digest = (text: string | Buffer) => createHash("sha256").update(text).digest();
