import type { OutgoingHttpHeaders } from "node:http";
import type { FileHandle } from "node:fs/promises";
import { extname } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openFound } from "./file.js";
import type { Representation } from "./representation.js";

/** Where a response goes: a stream of HTTP/2, or a response of HTTP/1.1. */
export interface Reply {
  readonly body: Writable;
  /** Sends status and fields; with `end`, nothing follows them. */
  head(status: number, fields: OutgoingHttpHeaders, end: boolean): void;
}

/** What was sent, or that the file is no longer the one that was found, and nothing was sent. */
export type Sent = "sent" | "changed" | "withheld";

/** Up to this size a file is read before its head is sent, so that a failure can still be answered. */
const SMALL = 64 * 1024;

/** A content is written in pieces, so that back pressure and progress show (bytes). */
const PIECE = 16 * 1024;

/**
 * Sends a representation: its head, and for a GET its content.
 *
 * @param progress is called each time the client has taken a piece
 * @returns "changed" when the file is no longer that version and "withheld"
 *   when it holds a private key; nothing has been sent in both cases
 * @throws when the client goes away, or the file shrinks under the response:
 *   the stream is then reset, as a wrong `content-length` must not look whole
 */
export async function respond(
  reply: Reply,
  { found, status, fields }: Representation,
  extra: OutgoingHttpHeaders,
  method: string,
  progress: () => void = () => undefined,
): Promise<Sent> {
  if (status === 304 || method === "HEAD" || found.size === 0) {
    reply.head(status, { ...fields, ...extra }, true);
    return "sent";
  }
  const handle = await openFound(found);
  if (handle === undefined) return "changed";
  try {
    const whole = found.size <= SMALL ? await readWhole(handle, found.size) : undefined;
    if (whole !== undefined && whole.length !== found.size) return "changed";
    if (await holdsPrivateKey(found.file, whole, handle)) return "withheld";
    reply.head(status, { ...fields, ...extra }, false);
    if (whole !== undefined && whole.length <= PIECE) {
      await end(reply.body, whole);
      progress();
    } else {
      await pipeline(whole === undefined ? readPieces(handle, found.size, progress) : cut(whole, progress), reply.body);
    }
    return "sent";
  } finally {
    await handle.close();
  }
}

async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  const { bytesRead } = await handle.read(buffer, 0, size, 0);
  return buffer.subarray(0, bytesRead);
}

async function* readPieces(handle: FileHandle, size: number, progress: () => void): AsyncGenerator<Buffer> {
  for (let position = 0; position < size; ) {
    const length = Math.min(PIECE, size - position);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) throw new Error("the file became shorter while it was sent");
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
    progress();
  }
}

function* cut(content: Buffer, progress: () => void): Generator<Buffer> {
  for (let position = 0; position < content.length; position += PIECE) {
    yield content.subarray(position, position + PIECE);
    progress();
  }
}

function end(body: Writable, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    body.once("error", reject);
    body.once("close", () => (body.writableFinished ? resolve() : reject(new Error("the client went away"))));
    body.end(content, () => resolve());
  });
}

const keyFiles = new Set(["", ".crt", ".cer", ".key", ".pem", ".pub"]);

/**
 * A private key is never served, whoever put it under the root: people do
 * make certificates inside the directory that they serve. RFC 7468 §10 ff.
 */
async function holdsPrivateKey(file: string, whole: Buffer | undefined, handle: FileHandle): Promise<boolean> {
  if (!keyFiles.has(extname(file).toLowerCase())) return false;
  const start = whole ?? (await readWhole(handle, SMALL));
  return start.includes("PRIVATE KEY-----");
}
