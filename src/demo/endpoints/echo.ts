import { readAtMost } from "./content.js";
import { endpoint } from "./endpoint.js";
import { problem } from "./problem.js";
import { essenceOf } from "../../io/text/media-type-essence.js";

/** Bytes that are taken at most. */
export const MAX_ECHO_BYTES = 64 * 1024;

/**
 * Media types that come back as they came. Any other becomes plain bytes: a
 * form on another site could otherwise post a page that runs in this origin.
 */
const PASSIVE = new Set(["application/json", "text/plain"]);

/** `POST /demo/echo`: the content comes back, or 413 when it is longer than MAX_ECHO_BYTES. */
export const echo = endpoint("POST", "/demo/echo", async (request) => {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_ECHO_BYTES) return tooLarge();
  const content = await readAtMost(request.body, MAX_ECHO_BYTES);
  if (content === undefined) return tooLarge();
  return new Response(content, {
    headers: {
      "content-type": passiveType(request.headers.get("content-type")),
      "content-length": String(content.byteLength),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
});

function tooLarge(): Response {
  return problem(413, "content too large", `at most ${MAX_ECHO_BYTES} bytes come back`);
}

function passiveType(contentType: string | null): string {
  const type = essenceOf(contentType ?? "");
  return PASSIVE.has(type) && contentType !== null ? contentType : "application/octet-stream";
}
