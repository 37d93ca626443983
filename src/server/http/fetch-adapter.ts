import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { webStreams } from "../../io/builtins.js";
import type { Reply } from "../../files/send-response.js";
import { inPieces, isClosed, writePieces, type Progress } from "../../files/write-pieces.js";

/** A request as HTTP has it. */
export interface HttpRequest {
  readonly method: string;
  readonly authority: string;
  readonly target: string;
  readonly fields: IncomingHttpHeaders;
  /** The content; none for GET and HEAD. */
  readonly requestBody?: Readable;
}

/** Requests whose signals have to work for as long as something else is there. */
const kept = new WeakMap<object, Request>();

/**
 * Keeps a request for as long as `holder` is kept: on every Node, its signal
 * is aborted no longer once the request itself was collected (measured), and a
 * route may have kept the signal alone.
 */
export function keepRequest(request: Request, holder: object): Request {
  kept.set(holder, request);
  return request;
}

/**
 * The request as the Fetch standard has it, or undefined when it can't be
 * expressed there (TRACE, a broken host). One of HTTP/1.0 may name no host;
 * without any, the beginning of its path would be taken for one.
 */
export function toRequest({ method, authority, target, fields, requestBody }: HttpRequest, signal: AbortSignal) {
  const headers = new Headers();
  const hopByHop = namedBy(fields.connection);
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(":") || value === undefined || hopByHop.has(name)) continue;
    for (const line of Array.isArray(value) ? value : [value]) headers.append(name, line);
  }
  const init: RequestInit = { method, headers, signal };
  const hasContent = requestBody !== undefined && method !== "GET" && method !== "HEAD";
  if (hasContent) Object.assign(init, { body: contentOf(requestBody), duplex: "half" });
  try {
    return new Request(`https://${authority || "localhost"}${target}`, init);
  } catch {
    return undefined;
  }
}

/**
 * Whether the content of a request broke off, which has come to its end. A
 * stream of HTTP/2 that was reset ends like one that is whole, and has its
 * code a turn of the loop later.
 */
export async function brokeOff(content: Readable): Promise<boolean> {
  await new Promise(setImmediate);
  return content.readableAborted || ("rstCode" in content && Number(content.rstCode) !== 0);
}

/**
 * The content of a request, which fails where it breaks off. Not by `Readable.toWeb`, which on Node 20 waits
 * for both sides of a duplex stream: over HTTP/2 it would end with the
 * response. And without `destroyOnReturn` a route that reads half of the
 * content would take the stream away from its own response.
 */
const contentOf = (content: Readable) => webStreams().ReadableStream.from(whole(content));

async function* whole(content: Readable): AsyncGenerator<unknown, void> {
  yield* content.iterator({ destroyOnReturn: false });
  if (await brokeOff(content)) throw new Error("the client broke off");
}

/** Fields that speak of a connection of HTTP/1.1 and are an error over HTTP/2 (RFC 9113 §8.2.2). */
const connectionFields = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

/** The fields that a response may have over HTTP/2. */
export function withoutConnectionFields(fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !connectionFields.has(name)));
}

/** Fields that a `connection` field names speak of that connection alone too (RFC 9110 §7.6.1). */
export const namedBy = (connection: string | null | undefined): ReadonlySet<string> =>
  new Set(connection?.toLowerCase().split(/[\s,]+/));

/** The fields of a response, `link` left out: those are delivered. */
export function responseFields(response: Response): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = { "x-content-type-options": "nosniff" };
  const hopByHop = namedBy(response.headers.get("connection"));
  for (const [name, value] of response.headers) {
    if (!connectionFields.has(name) && !hopByHop.has(name) && name !== "link" && name !== "set-cookie")
      fields[name] = value;
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) fields["set-cookie"] = cookies;
  return fields;
}

export const isEventStream = ({ headers }: Response) =>
  headers.get("content-type")?.toLowerCase().startsWith("text/event-stream") === true;

/**
 * Sends the content of a response, piece by piece as it comes. A stream of
 * events never ends by itself: it ends with the server.
 *
 * @throws when the client goes away or the response's stream fails
 */
export async function sendContent(
  response: Response,
  reply: Pick<Reply, "responseBody" | "reserve">,
  closing: AbortSignal,
  progress: Progress,
): Promise<void> {
  if (response.body === null) return;
  const { responseBody: body } = reply;
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  const endless = isEventStream(response);
  // A reader that waits for the next piece would not notice that its client has gone.
  if (isClosed(body)) cancel();
  else body.once("close", cancel);
  if (endless) {
    if (closing.aborted) cancel();
    else closing.addEventListener("abort", cancel);
  }
  try {
    await writePieces(pieces(reader), reply, progress);
  } finally {
    closing.removeEventListener("abort", cancel);
    cancel();
  }
}

async function* pieces(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield* inPieces(value);
  }
}
