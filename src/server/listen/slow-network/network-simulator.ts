import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { Bandwidth, type SlowNetwork } from "./bandwidth.js";
import { Line } from "./network-line.js";

/** What a direction may have under way before no more is taken, so that memory is bounded (bytes). */
const MAX_UNDER_WAY_BYTES = 4 * 1024 * 1024;

/** The next bytes are taken so long before the line is free for them that it never stands idle (milliseconds). */
const AHEAD_MS = 4;

/** How long a client may take for the last bytes once they have arrived (milliseconds). */
const LINGER_MS = 1000;

/** A client sends the first segment of its handshake again after this (RFC 6298 §2.1; milliseconds). */
const HANDSHAKE_TIMEOUT_MS = 1000;

/** The lines of the clients that are connected: the connections of one share its own. */
export class SlowNetworkLines {
  readonly #network: SlowNetwork;
  /** By address. */
  readonly #lines = new Map<string, { readonly up: Bandwidth; readonly down: Bandwidth; connections: number }>();

  constructor(network: SlowNetwork) {
    this.#network = network;
  }

  /** @param accepted when the connection was (`performance.now()`) */
  connect(socket: Socket, accepted: number): SlowSocket {
    const client = socket.remoteAddress ?? "";
    const lines = this.#lines.get(client) ?? {
      up: new Bandwidth(this.#network),
      down: new Bandwidth(this.#network),
      connections: 0,
    };
    lines.connections++;
    this.#lines.set(client, lines);
    socket.once("close", () => {
      if (--lines.connections === 0) this.#lines.delete(client);
    });
    return new SlowSocket(socket, this.#network, lines, accepted);
  }
}

/**
 * The connection as it would be over a slow network: bytes arrive half a
 * round trip after they were sent, as TCP carries them. The handshake of TCP,
 * over before we are told of a connection, is made up for with one round trip
 * before the first byte.
 */
export class SlowSocket extends Duplex {
  readonly #socket: Socket;
  readonly #inbound: Line;
  readonly #outbound: Line;
  /** The reader has as much as it wants. */
  #full = false;
  /** Asks for the next bytes to send. */
  #next: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param lines of its client
   * @param accepted when it was (`performance.now()`)
   */
  constructor(
    socket: Socket,
    network: SlowNetwork,
    lines: { readonly up: Bandwidth; readonly down: Bandwidth },
    accepted: number,
  ) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#inbound = new Line(network, lines.up, accepted + handshakeTime(network), (content) => {
      this.#full = !this.push(content);
      this.#flow();
    });
    this.#outbound = new Line(network, lines.down, accepted, (content) => {
      this.#socket.write(content);
      this.#admit();
    });
    this.#outbound.onRoom = () => this.#admit();
    // What is on its way to a client that has ended its side still has to arrive.
    socket.allowHalfOpen = true;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => this.#admit());
    socket.on("end", () => this.#inbound.mark(() => this.push(null)));
    socket.on("error", (error) => this.destroy(error));
    // Nobody else listens before it is handed on.
    this.on("error", () => undefined);
    socket.on("close", () => {
      this.#outbound.cut();
      this.#inbound.mark(() => this.destroy());
    });
  }

  #receive(chunk: Buffer): void {
    this.#inbound.send(chunk);
    this.#flow();
  }

  #flow(): void {
    if (this.#full || this.#inbound.bytesUnderWay >= MAX_UNDER_WAY_BYTES) this.#socket.pause();
    else this.#socket.resume();
  }

  override _read(): void {
    this.#full = false;
    this.#flow();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#outbound.send(chunk);
    this.#next = done;
    this.#admit();
  }

  /** Takes the next bytes when the line is free again: what is not on its way yet can still be put in order. */
  #admit(): void {
    clearTimeout(this.#timer);
    if (this.#next === undefined || this.#outbound.isFull) return;
    if (this.#outbound.bytesUnderWay >= MAX_UNDER_WAY_BYTES || this.#socket.writableNeedDrain) return;
    const early = this.#outbound.busy - AHEAD_MS;
    if (early > 0) {
      this.#timer = setTimeout(() => this.#admit(), early);
      return;
    }
    const next = this.#next;
    this.#next = undefined;
    next();
  }

  override _final(done: () => void): void {
    this.#outbound.mark(() => {
      this.#socket.end();
      done();
    });
  }

  /** Destroyed without an error, it still delivers what has left, as a system does with a socket that was closed. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#inbound.cut();
    if (error === null && !this.#socket.destroyed) this.#outbound.mark(() => this.#linger());
    else {
      this.#outbound.cut();
      this.#socket.destroy();
    }
    done(error);
  }

  #linger(): void {
    this.#socket.destroySoon();
    // A client that takes nothing any more is not waited for.
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }
}

/** How long it takes until a client may send (milliseconds): one round trip, and more where a segment of it is lost. */
function handshakeTime({ rtt, loss }: SlowNetwork): number {
  let time = rtt;
  for (let wait = HANDSHAKE_TIMEOUT_MS; Math.random() < 1 - (1 - loss) ** 2; wait *= 2) time += wait;
  return time;
}
