import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { finished } from "node:stream/promises";
import { fileChanged, holds, learn, type FoundFile, type Unavailable } from "./file.js";
import { OpenFile } from "./open-files.js";
import { throughInsertion } from "./representation/insertion.js";
import { readInto } from "./representation/read-into.js";
import { decide, type Decision, type Extent, type Representation } from "./representation/representation.js";
import type { Representations } from "./representation/representations.js";
import type { Validators } from "./conditions/precondition.js";
import type { ByteRange } from "./conditions/range.js";
import {
  clientGone,
  inPieces,
  isClosed,
  PIECE_BYTES,
  writePieces,
  type ContentSink,
  type Progress,
} from "./write-pieces.js";

/** Where a response goes. */
export interface Reply extends ContentSink {
  /** Sends status and fields; with `end`, nothing follows them. */
  writeHead(status: number, fields: OutgoingHttpHeaders, end: boolean): void;
}

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

/** A file is read in larger ones, once its client takes them (bytes). */
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
  pieces: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  close: () => void,
): Prepared => ({
  async send(reply, extra, progress) {
    reply.writeHead(status, { ...fields, ...extra }, false);
    await writePieces(each(pieces()), reply, progress, sizeOf(spans));
  },
  close,
});

async function* each(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* pieces;
}

function* cutAll(spans: readonly Span[], content: Buffer): Generator<Uint8Array> {
  for (const span of spans) yield* inPieces("first" in span ? content.subarray(span.first, span.last + 1) : span);
}

/** Reads the spans; the last piece only follows when the file is still the version that it was at the first one. */
async function* readAll(spans: readonly Span[], file: OpenFile, found: FoundFile): AsyncGenerator<Uint8Array> {
  let left = sizeOf(spans);
  for (const span of spans) {
    for await (const piece of "first" in span ? readRange(span, file, found) : inPieces(span)) {
      left -= piece.length;
      if (left === 0 && !(await file.use((handle) => holds(handle, found)))) throw fileChanged(found, "changed");
      yield piece;
    }
  }
}

/** At first piece by piece: a client who takes nothing has no more than two of them kept. */
async function* readRange({ first, last }: ByteRange, file: OpenFile, found: FoundFile): AsyncGenerator<Uint8Array> {
  for (let at = first; at <= last;) {
    const size = at - first < 2 * PIECE_BYTES ? PIECE_BYTES : READ_BYTES;
    const buffer = Buffer.allocUnsafeSlow(Math.min(size, last - at + 1));
    if ((await file.use((handle) => readInto(handle, buffer, at))) < buffer.length)
      throw fileChanged(found, "became shorter");
    yield* inPieces(buffer);
    at += size;
  }
}
