import type { FileHandle } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http";
import { extname } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { openFound } from "./file.js";
import type { Representation } from "./representation.js";

/** Where a response goes: a stream of HTTP/2, or a response of HTTP/1.1. */
export interface Reply {
  readonly body: Writable;
  /** Sends status and fields; with `end`, nothing follows them. */
  head(status: number, fields: OutgoingHttpHeaders, end: boolean): void;
  /** Waits until so many bytes may be written; what it resolves with is called when they were taken. */
  admit(bytes: number): Promise<() => void>;
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
   * @throws when the client goes away, or the file shrinks under the response:
   *   the stream is then reset, as a wrong `content-length` must not look whole
   */
  send(reply: Reply, extra: OutgoingHttpHeaders, progress: Progress, hold?: Hold): Promise<void>;
  close(): Promise<void>;
}

/** Up to this size a file is read before its head is sent, so that a failure can still be answered (bytes). */
const SMALL = 64 * 1024;

/** A content is written in pieces, so that back pressure and progress show (bytes). */
const PIECE = 16 * 1024;

/**
 * Opens what a response needs.
 *
 * @returns "changed" when the file is no longer the version that was
 *   selected, and "withheld" when it holds a private key
 */
export async function prepare(selected: Representation, method: string): Promise<Prepared | "changed" | "withheld"> {
  const { found, status } = selected;
  if (status === 304 || found.size === 0) return fieldsOnly(selected);
  const handle = await openFound(found);
  if (handle === undefined) return "changed";
  const closing = (result: "changed" | "withheld") => handle.close().then(() => result);
  try {
    const bare = method === "HEAD";
    const whole = found.size <= SMALL && !bare ? await readWhole(handle, found.size) : undefined;
    if (whole !== undefined && whole.length !== found.size) return await closing("changed");
    if (await holdsPrivateKey(found.file, whole, handle)) return await closing("withheld");
    if (whole === undefined && !bare) return streamed(selected, handle);
    await handle.close();
    return whole === undefined ? fieldsOnly(selected) : buffered(selected, whole);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const fieldsOnly = ({ status, fields }: Representation): Prepared => ({
  async send(reply, extra) {
    reply.head(status, { ...fields, ...extra }, true);
    // Until the end is on its way, nobody can tell a response that was taken from one that was refused.
    await finished(reply.body, { readable: false });
  },
  close: () => Promise.resolve(),
});

const buffered = ({ status, fields }: Representation, content: Buffer): Prepared => ({
  async send(reply, extra, progress) {
    reply.head(status, { ...fields, ...extra }, false);
    if (content.length > PIECE) await writePieces(cut(content), reply, progress);
    else await end(reply, content, progress);
  },
  close: () => Promise.resolve(),
});

const streamed = ({ status, fields, found }: Representation, handle: FileHandle): Prepared => ({
  async send(reply, extra, progress, hold) {
    reply.head(status, { ...fields, ...extra }, false);
    await writePieces(readPieces(handle, found.size), reply, progress, hold);
  },
  close: () => handle.close(),
});

/**
 * Writes the pieces of a content, each when the one before it was taken, and
 * ends. Not by a pipeline: it would not tell when a small piece was taken, and
 * into a stream of HTTP/2 that is closed already it never ends.
 *
 * @throws when the client goes away, and what the pieces throw: the response is then cut off
 */
export async function writePieces(
  pieces: AsyncIterator<Uint8Array, void>,
  reply: Pick<Reply, "body" | "admit">,
  progress: Progress,
  hold?: Hold,
): Promise<void> {
  const { body } = reply;
  try {
    let next = await pieces.next();
    for (let first = true; next.done !== true; first = false) {
      // Read ahead: the next piece has to be at hand when this one was taken, or others would go in between.
      const following = pieces.next();
      following.catch(() => undefined);
      await writePiece(reply, next.value);
      progress(next.value.length);
      if (first) hold?.reached();
      next = await following;
      if (first && next.done !== true) await hold?.until;
    }
    await settled(body, (done) => body.end(done));
  } catch (error) {
    body.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

async function writePiece(reply: Pick<Reply, "body" | "admit">, piece: Uint8Array): Promise<void> {
  const { body } = reply;
  const taken = await reply.admit(piece.length);
  try {
    await settled(body, (done) => body.write(piece, done));
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

const clientGone = () => Object.assign(new Error("the client went away"), { code: "ERR_STREAM_PREMATURE_CLOSE" });

async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  const { bytesRead } = await handle.read(buffer, 0, size, 0);
  return buffer.subarray(0, bytesRead);
}

async function* readPieces(handle: FileHandle, size: number): AsyncGenerator<Buffer, void> {
  for (let position = 0; position < size;) {
    const length = Math.min(PIECE, size - position);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) throw new Error("the file became shorter while it was sent");
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

// eslint-disable-next-line typescript/require-await -- it stands where pieces that are read stand
async function* cut(content: Buffer): AsyncGenerator<Buffer, void> {
  for (let position = 0; position < content.length; position += PIECE) {
    yield content.subarray(position, position + PIECE);
  }
}

async function end(reply: Reply, content: Buffer, progress: Progress): Promise<void> {
  const { body } = reply;
  const taken = await reply.admit(content.length);
  try {
    await settled(body, (done) => body.end(content, done));
    progress(content.length);
  } finally {
    taken();
  }
}

const keyFiles = new Set(["", ".crt", ".cer", ".key", ".pem"]);

/**
 * A private key is never served, whoever put it under the root: people do
 * make certificates inside the directory that they serve. The label is that
 * of RFC 7468 §10 and §11, and of the older forms beside them.
 */
async function holdsPrivateKey(file: string, whole: Buffer | undefined, handle: FileHandle): Promise<boolean> {
  if (!keyFiles.has(extname(file).toLowerCase())) return false;
  const start = whole ?? (await readWhole(handle, SMALL));
  return start.includes("PRIVATE KEY-----");
}
