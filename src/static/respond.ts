import type { FileHandle } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http";
import type { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { isVersion, openFound, type FoundFile, type Unavailable } from "./file.js";
import { readInto } from "./read.js";
import type { Decision, Extent, Representation } from "./representation.js";
import type { ByteRange } from "./range.js";

/** Where a response goes: a stream of HTTP/2, or a response of HTTP/1.1. */
export interface Reply {
  readonly body: Writable;
  /** Sends status and fields; with `end`, nothing follows them. */
  head(status: number, fields: OutgoingHttpHeaders, end: boolean): void;
}

/** Called with the number of bytes each time that the client has taken a piece. */
export type Progress = (bytes: number) => void;

/** Where a content waits after its first piece, so that other responses can go in between. */
export interface Hold {
  /** Called when the first piece has been taken. */
  readonly reached: () => void;
  /** Resolves when the rest may follow. */
  readonly until: Promise<void>;
}

/** A response that is ready to go: its file is open, and of the version that was selected. To be closed in the end. */
export interface Prepared {
  /**
   * Sends status, fields (with `extra`) and content.
   *
   * @throws when the client goes away, or the file changes under the response:
   *   the stream is then reset, as what has come must not look whole
   */
  send(reply: Reply, extra: OutgoingHttpHeaders, progress: Progress, hold?: Hold): Promise<void>;
  close(): Promise<void>;
}

/** A content is written in pieces, so that back pressure and progress show (bytes). */
export const PIECE = 16 * 1024;

/** A file is read in larger ones (bytes). */
const READ = 64 * 1024;

/** Bytes to send as they are, or a range of the representation. */
type Span = Buffer | ByteRange;

/** Opens what a response needs. */
export async function prepare(
  { found, content, size }: Representation,
  { status, fields, extent }: Decision,
  method: string,
): Promise<Prepared | Unavailable> {
  const spans = method === "HEAD" ? [] : spansOf(extent, size);
  if (spans.length === 0) return fieldsOnly(status, fields);
  if (content !== undefined)
    return withPieces(
      status,
      fields,
      () => cutAll(spans, content),
      () => Promise.resolve(),
    );
  const handle = await openFound(found);
  if (typeof handle === "string") return handle;
  return withPieces(
    status,
    fields,
    () => readAll(spans, handle, found),
    () => handle.close(),
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

const fieldsOnly = (status: number, fields: OutgoingHttpHeaders): Prepared => ({
  async send(reply, extra) {
    if (isClosed(reply.body)) throw clientGone();
    reply.head(status, { ...fields, ...extra }, true);
    // Until the end is on its way, nobody can tell a response that was taken from one that was refused.
    await finished(reply.body, { readable: false });
  },
  close: () => Promise.resolve(),
});

const withPieces = (
  status: number,
  fields: OutgoingHttpHeaders,
  pieces: () => Iterable<Buffer> | AsyncIterable<Buffer>,
  close: () => Promise<void>,
): Prepared => ({
  async send(reply, extra, progress, hold) {
    reply.head(status, { ...fields, ...extra }, false);
    await writePieces(counted(pieces(), progress, hold), reply.body);
  },
  close,
});

/**
 * Writes the pieces of a content, each when the one before it was taken.
 *
 * @throws when the client goes away, or has gone already: a pipeline into a stream of HTTP/2 that is closed never ends
 */
export async function writePieces(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  body: Writable,
): Promise<void> {
  if (isClosed(body)) throw clientGone();
  await pipeline(pieces, body);
}

const isClosed = (body: Writable) => body.destroyed || body.closed;

const clientGone = () => Object.assign(new Error("the client went away"), { code: "ERR_STREAM_PREMATURE_CLOSE" });

/** Tells of each piece when the next one is asked for: it has been taken then. */
async function* counted(pieces: Iterable<Buffer> | AsyncIterable<Buffer>, progress: Progress, hold?: Hold) {
  let first = true;
  for await (const piece of pieces) {
    if (!first) await hold?.until;
    yield piece;
    progress(piece.length);
    if (first) hold?.reached();
    first = false;
  }
}

function* cutAll(spans: readonly Span[], content: Buffer): Generator<Buffer> {
  for (const span of spans) yield* cut("first" in span ? content.subarray(span.first, span.last + 1) : span);
}

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** Reads the spans; the last piece only follows when the file is still the version that it was at the first one. */
async function* readAll(spans: readonly Span[], handle: FileHandle, found: FoundFile): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for (const span of spans) {
    for await (const piece of "first" in span ? readRange(span, handle) : cut(span)) {
      if (held !== undefined) yield held;
      held = piece;
    }
  }
  if (!isVersion(await handle.stat(), found)) throw new Error("the file changed while it was sent");
  if (held !== undefined) yield held;
}

async function* readRange({ first, last }: ByteRange, handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = first; at <= last; at += READ) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(READ, last - at + 1));
    if ((await readInto(handle, buffer, at)) < buffer.length)
      throw new Error("the file became shorter while it was sent");
    yield* cut(buffer);
  }
}
