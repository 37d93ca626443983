import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { fileChanged, holds, learn, type FoundFile, type Unavailable } from "./file.js";
import { OpenFile } from "./open-files.js";
import { throughInsertion } from "./representation/insertion.js";
import { readInto } from "./representation/read-into.js";
import { decide, type Decision, type Extent, type Representation } from "./representation/representation.js";
import type { Representations } from "./representation/representations.js";
import type { Validators } from "./conditions/precondition.js";
import type { ByteRange } from "./conditions/range.js";

/** Where a response goes: a stream of HTTP/2, or a response of HTTP/1.1. */
export interface Reply {
  readonly responseBody: Writable;
  /** Sends status and fields; with `end`, nothing follows them. */
  writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean): void;
  /** Waits until that many bytes may be written; the result is to be called when they were taken. */
  reserve(bytes: number): Promise<() => void>;
  /** Told when a last piece of that many bytes was handed over, and not taken yet. */
  ending?(bytes: number): void;
}

type Body = Pick<Reply, "responseBody" | "reserve" | "ending">;

/** Called with the number of bytes each time that the client has taken a piece. */
export type Progress = (bytes: number) => void;

/** A response that is ready to go: its file is open, and of the version that was selected. To be closed in the end. */
export interface Prepared {
  /**
   * Sends status, fields (with `extra`) and content.
   *
   * @throws when the client goes away, or the file changes under the response:
   *   the stream is then reset, as what has come must not look whole
   */
  send(reply: Reply, extra: OutgoingHttpHeaders, progress: Progress): Promise<void>;
  close(): void;
}

/** A content is written in pieces, so that back pressure and progress show (bytes). */
export const PIECE_BYTES = 16 * 1024;

/** Bytes in pieces of that size. */
export function* inPieces(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** A file is read in larger ones (bytes). */
const READ_BYTES = 64 * 1024;

/** Bytes to send as they are, or a range of the representation. */
type Span = Buffer | ByteRange;

/** What a file answers to one request, ready to go. */
export interface PreparedFile {
  readonly selected: Representation;
  readonly decision: Decision;
  readonly response: Prepared;
}

/** Selects the representation of a file, decides by the request's conditions, and opens what is to be sent. */
export async function prepareFile(
  representations: Representations,
  found: FoundFile,
  method: string,
  request: IncomingHttpHeaders,
  validators?: Partial<Validators>,
): Promise<PreparedFile | Unavailable> {
  const selected = await representations.select(found, request);
  if (typeof selected === "string") return selected;
  const decision = decide(selected, method, request, validators);
  const response = await prepare(selected, decision, method);
  return typeof response === "string" ? response : { selected, decision, response };
}

/** Opens what a response needs. */
export async function prepare(
  { found, content, insertion, size }: Representation,
  { status, fields, extent }: Decision,
  method: string,
): Promise<Prepared | Unavailable> {
  const spans = method === "HEAD" ? [] : spansOf(extent, size);
  if (spans.length === 0) return fieldsOnly(status, fields);
  if (content !== undefined)
    return withPieces(
      status,
      fields,
      spans,
      () => cutAll(spans, content),
      () => undefined,
    );
  const file = await OpenFile.open(found);
  if (typeof file === "string") return file;
  const inFile =
    insertion === undefined
      ? spans
      : spans.flatMap((span) => ("first" in span ? throughInsertion(span, insertion) : span));
  file.use((handle) => learn(handle, found)).catch(() => undefined);
  return withPieces(
    status,
    fields,
    spans,
    () => readAll(inFile, file, found),
    () => file.close(),
  );
}

function spansOf(extent: Extent, size: number): readonly Span[] {
  switch (extent.kind) {
    case "none":
      return [];
    case "whole":
      return size === 0 ? [] : [{ first: 0, last: size - 1 }];
    case "range":
      return [extent.range];
    case "multipart":
      return [...extent.multipart.parts.flatMap(({ head, range }) => [head, range]), extent.multipart.tail];
  }
}

const sizeOf = (spans: readonly Span[]) =>
  spans.reduce((sum, span) => sum + ("first" in span ? span.last - span.first + 1 : span.length), 0);

const fieldsOnly = (status: number, fields: OutgoingHttpHeaders): Prepared => ({
  async send(reply, extra) {
    if (isClosed(reply.responseBody)) throw clientGone();
    reply.writeHead(status, { ...fields, ...extra }, true);
    // Only when the end was sent is it known that the response was taken, and not refused.
    await finished(reply.responseBody, { readable: false });
  },
  close: () => undefined,
});

const withPieces = (
  status: number,
  fields: OutgoingHttpHeaders,
  spans: readonly Span[],
  pieces: () => Iterable<Buffer> | AsyncIterable<Buffer>,
  close: () => void,
): Prepared => ({
  async send(reply, extra, progress) {
    reply.writeHead(status, { ...fields, ...extra }, false);
    await writePieces(each(pieces()), reply, progress, sizeOf(spans));
  },
  close,
});

/**
 * Writes the pieces of a content, each when the one before it was taken, and
 * ends. Not by a pipeline: it would not tell when a small piece was taken, and
 * into a stream of HTTP/2 that is closed already it never ends.
 *
 * @param size of the content in bytes, where it is known: the end then goes in
 *   the frame of the last piece
 * @throws when the client goes away, and what the pieces throw: the response is then cut off
 */
export async function writePieces(
  pieces: AsyncIterator<Uint8Array, void>,
  reply: Body,
  progress: Progress,
  size = Infinity,
): Promise<void> {
  const { responseBody: body } = reply;
  let left = size;
  try {
    let next = await pieces.next();
    while (next.done !== true) {
      // Read ahead: the next piece has to be ready when this one was taken, or others would go in between.
      const following = pieces.next();
      following.catch(() => undefined);
      left -= next.value.length;
      await writePiece(reply, next.value, left === 0, progress);
      next = await following;
    }
    if (left !== 0) await settled(body, (done) => body.end(done));
  } catch (error) {
    body.destroy(error instanceof Error ? error : undefined);
    // They wait to be asked for more, and hold what they come from.
    pieces.return?.().catch(() => undefined);
    throw error;
  }
}

async function writePiece(reply: Body, piece: Uint8Array, isLast: boolean, progress: Progress): Promise<void> {
  const { responseBody: body } = reply;
  const taken = await reply.reserve(piece.length);
  try {
    await settled(body, (done) => {
      // Counted at once: the stream of a last piece closes before anybody who waits is told.
      const counted = (error?: Error | null) => {
        if (!error) progress(piece.length);
        done(error);
      };
      if (isLast) body.end(piece, counted);
      else body.write(piece, counted);
      if (isLast) reply.ending?.(piece.length);
    });
  } finally {
    taken();
  }
}

/** When what is written has been taken. Rejects when the client goes away meanwhile, or has gone. */
function settled(body: Writable, write: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(clientGone());
    if (body.destroyed || body.closed) return gone();
    body.once("close", gone);
    write((error) => {
      body.off("close", gone);
      if (error) reject(error);
      else resolve();
    });
  });
}

const isClosed = (body: Writable) => body.destroyed || body.closed;

const clientGone = () => Object.assign(new Error("the client went away"), { code: "ERR_STREAM_PREMATURE_CLOSE" });

async function* each(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield* pieces;
}

function* cutAll(spans: readonly Span[], content: Buffer): Generator<Buffer> {
  for (const span of spans) yield* cut("first" in span ? content.subarray(span.first, span.last + 1) : span);
}

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** Reads the spans; the last piece only follows when the file is still the version that it was at the first one. */
async function* readAll(spans: readonly Span[], file: OpenFile, found: FoundFile): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for (const span of spans) {
    for await (const piece of "first" in span ? readRange(span, file, found) : cut(span)) {
      if (held !== undefined) yield held;
      held = piece;
    }
  }
  if (!(await file.use((handle) => holds(handle, found)))) throw fileChanged(found, "changed");
  if (held !== undefined) yield held;
}

async function* readRange({ first, last }: ByteRange, file: OpenFile, found: FoundFile): AsyncGenerator<Buffer> {
  for (let at = first; at <= last; at += READ_BYTES) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, last - at + 1));
    if ((await file.use((handle) => readInto(handle, buffer, at))) < buffer.length)
      throw fileChanged(found, "became shorter");
    yield* cut(buffer);
  }
}
