import type { Socket } from "node:net";

/**
 * What Node knows of a socket and does not tell. Its HTTP/2 stops to read a
 * socket while it writes, and over TLS may never learn that this write has
 * failed (all lines up to 26): no event tells then that the client has gone.
 */
interface Handle {
  readonly getpeername?: (out: object) => number;
  readonly writeQueueSize?: number;
  readonly bytesWritten?: number;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every part may be missing
const handleOf = (socket: Socket): Handle => (Reflect.get(socket, "_handle") ?? {}) as Handle;

/** Whether the system has given the connection up: its client has reset it, or can't be reached. */
export const isGone = (socket: Socket): boolean => (handleOf(socket).getpeername?.({}) ?? 0) !== 0;

/** Bytes that the system has not taken yet. */
export const unsentBytes = (socket: Socket): number => socket.writableLength + (handleOf(socket).writeQueueSize ?? 0);

/** Bytes that were handed to the socket, also by a session of HTTP/2; TLS is not counted. */
export const writtenBytes = (socket: Socket): number => handleOf(socket).bytesWritten ?? 0;
