import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Sender } from "../../inspect/frames/frame-log.js";

/** Told of the bytes that pass, before they go on. */
export type Listener = (from: Sender, bytes: Buffer) => void;

/**
 * Stands between TLS and HTTP/2, and shows what passes. Node's HTTP/2 takes
 * the bytes of a socket without JavaScript, so there is no other place to see
 * them (Node 20 to 26); a connection that has this costs more than others.
 */
export class PlaintextTap extends Duplex {
  readonly #socket: Socket;
  readonly #listener: Listener;

  constructor(socket: Socket, listener: Listener) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#listener = listener;
    socket.on("data", (bytes: Buffer) => {
      listener("client", bytes);
      if (!this.push(bytes)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(bytes, done);
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    this.#listener("server", bytes);
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  /** What was written before still leaves, as it does without this. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error === null) this.#socket.destroySoon();
    else this.#socket.destroy();
    done(error);
  }
}
