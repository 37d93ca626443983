/** What a client wants of the demo's WebSocket. */
export type Command =
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "ping" }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

const MAX_TEXT_LENGTH = 500;
const MAX_REASON_BYTES = 123;

/** A command in JSON; undefined for what is none. */
export function readCommand(json: string): Command | undefined {
  const { type, text, code, reason = "" }: Record<string, unknown> = Object(parse(json));
  if (type === "ping") return { type };
  if (type === "say" && typeof text === "string" && text.length <= MAX_TEXT_LENGTH) return { type, text };
  if (type === "close" && isCode(code) && typeof reason === "string" && Buffer.byteLength(reason) <= MAX_REASON_BYTES) {
    return { type, code, reason };
  }
  return undefined;
}

/** Codes that an application may give (RFC 6455 §7.4.2). */
const isCode = (code: unknown): code is number =>
  typeof code === "number" && Number.isInteger(code) && (code === 1000 || (code >= 3000 && code <= 4999));

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
