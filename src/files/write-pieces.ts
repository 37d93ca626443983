import type { Writable } from "node:stream";

/** Where the pieces of a content go: a stream of HTTP/2, or a response of HTTP/1.1. */
export interface ContentSink {
  readonly responseBody: Writable;
  /** Waits until that many bytes may be written; the result is to be called when they were taken. */
  reserve(bytes: number): Promise<() => void>;
  /** Told when a last piece of that many bytes was handed over, and not taken yet. */
  ending?(bytes: number): void;
}

/** Called with the number of bytes each time that the client has taken a piece. */
export type Progress = (bytes: number) => void;

/** A content is written in pieces, so that back pressure and progress show (bytes). */
export const PIECE_BYTES = 16 * 1024;

/** Bytes in pieces of that size. */
export function* inPieces(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

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
  reply: ContentSink,
  progress: Progress,
  size = Infinity,
): Promise<void> {
  const { responseBody: body } = reply;
  let left = size;
  try {
    let next = await pieces.next();
    while (next.done !== true) {
      const taken = await reply.reserve(next.value.length);
      // Read ahead: the next piece has to be ready when this one was taken, or others would go in between.
      const following = pieces.next();
      following.catch(() => undefined);
      left -= next.value.length;
      await writePiece(reply, next.value, left === 0, progress).finally(taken);
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

function writePiece(reply: ContentSink, piece: Uint8Array, isLast: boolean, progress: Progress): Promise<void> {
  const { responseBody: body } = reply;
  return settled(body, (done) => {
    // Counted at once: the stream of a last piece closes before anybody who waits is told.
    const counted = (error?: Error | null) => {
      if (!error) progress(piece.length);
      done(error);
    };
    if (isLast) body.end(piece, counted);
    else body.write(piece, counted);
    if (isLast) reply.ending?.(piece.length);
  });
}

/** When what is written has been taken. Rejects when the client goes away meanwhile, or has gone. */
function settled(body: Writable, write: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(clientGone());
    if (isClosed(body)) return gone();
    body.once("close", gone);
    write((error) => {
      body.off("close", gone);
      if (error) reject(error);
      else resolve();
    });
  });
}

export const isClosed = (body: Writable) => body.destroyed || body.closed;

export const clientGone = () =>
  Object.assign(new Error("the client went away"), { code: "ERR_STREAM_PREMATURE_CLOSE" });
