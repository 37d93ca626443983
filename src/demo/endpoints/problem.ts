/** A value of the request that cannot be used: answered with 400 and the reason. */
export class BadValue extends Error {
  override readonly name = "BadValue";
}

/** An answer for this request only. */
export function unstored(value: unknown): Response {
  return Response.json(value, { headers: { "cache-control": "no-store" } });
}

/** A refusal that says why, as problem details (RFC 9457). */
export function problem(status: number, title: string, detail: string, headers: Record<string, string> = {}): Response {
  return Response.json(
    { title, status, detail },
    { status, headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers } },
  );
}
