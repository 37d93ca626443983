import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A network to play, for those who study what delivery buys: on loopback nothing shows. */
export interface SlowNetwork {
  /** Round-trip time in milliseconds; 0 for none. */
  readonly rtt: number;
  /** Bandwidth of each direction in kilobits (1,000) per second; Infinity for no limit. */
  readonly kbps: number;
}

/** What leaves at a time, as a limited line is busy with it: the content of one TCP segment on Ethernet (bytes). */
const SEGMENT_BYTES = 1460;

/** What a direction may have under way before no more is taken, so that memory is bounded (bytes). */
const MAX_UNDER_WAY_BYTES = 4 * 1024 * 1024;

/** The next bytes are taken so long before the line is free for them that it never stands idle (milliseconds). */
const AHEAD_MS = 4;

/** How long a client may take for the last bytes once they have arrived (milliseconds). */
const LINGER_MS = 1000;

/**
 * The connection as it would be over a slow network: bytes arrive half a
 * round trip after they were sent, one segment after another, never in
 * another order. The handshake of TCP, over before we are told of a
 * connection, is made up for with one round trip before the first byte.
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

  /** @param accepted when it was (`performance.now()`) */
  constructor(socket: Socket, network: SlowNetwork, accepted: number) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#inbound = new Line(network, accepted + network.rtt);
    this.#outbound = new Line(network, accepted);
    // What is on its way to a client that has ended its side still has to arrive.
    socket.allowHalfOpen = true;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => this.#admit());
    socket.on("end", () => this.#inbound.send(0, () => this.push(null)));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => {
      this.#outbound.cut();
      this.#inbound.send(0, () => this.destroy());
    });
  }

  #receive(chunk: Buffer): void {
    this.#inbound.send(chunk.length, () => {
      this.#full = !this.push(chunk);
      this.#flow();
    });
    this.#flow();
  }

  #flow(): void {
    if (this.#full || this.#inbound.underWay >= MAX_UNDER_WAY_BYTES) this.#socket.pause();
    else this.#socket.resume();
  }

  override _read(): void {
    this.#full = false;
    this.#flow();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const segment = this.#outbound.limited ? SEGMENT_BYTES : chunk.length;
    for (let at = 0; at < chunk.length; at += segment) {
      const piece = chunk.subarray(at, at + segment);
      this.#outbound.send(piece.length, () => {
        this.#socket.write(piece);
        this.#admit();
      });
    }
    this.#next = done;
    this.#admit();
  }

  /** Takes the next bytes when the line is free again: what is not on its way yet can still be put in order. */
  #admit(): void {
    clearTimeout(this.#timer);
    if (this.#next === undefined || this.#outbound.underWay >= MAX_UNDER_WAY_BYTES || this.#socket.writableNeedDrain)
      return;
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
    this.#outbound.send(0, () => {
      this.#socket.end();
      done();
    });
  }

  /** Destroyed without an error, it still delivers what has left, as a system does with a socket that was closed. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#inbound.cut();
    if (error === null && !this.#socket.destroyed) this.#outbound.send(0, () => this.#linger());
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

/** One direction: a queue of deliveries, each at its time. */
class Line {
  readonly limited: boolean;
  readonly #latency: number;
  readonly #msPerByte: number;
  #free: number;
  #underWay = 0;
  readonly #queue: { readonly at: number; readonly bytes: number; readonly arrive: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isCut = false;

  /** @param free from when on it takes anything (`performance.now()`) */
  constructor({ rtt, kbps }: SlowNetwork, free: number) {
    this.limited = Number.isFinite(kbps);
    this.#latency = rtt / 2;
    this.#msPerByte = 8 / kbps;
    this.#free = free;
  }

  /** Bytes that were sent and have not arrived. */
  get underWay(): number {
    return this.#underWay;
  }

  /** How long it takes until all that was sent has left (milliseconds). */
  get busy(): number {
    return this.#free - performance.now();
  }

  /** Sends bytes behind those sent before; calls `arrive` when they are there. */
  send(bytes: number, arrive: () => void): void {
    if (this.#isCut) return;
    this.#free = Math.max(this.#free, performance.now()) + bytes * this.#msPerByte;
    this.#underWay += bytes;
    this.#queue.push({ at: this.#free + this.#latency, bytes, arrive });
    if (this.#timer === undefined) this.#wait();
  }

  /** Loses what is on its way. */
  cut(): void {
    this.#isCut = true;
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #wait(): void {
    const next = this.#queue[0];
    this.#timer =
      next === undefined ? undefined : setTimeout(() => this.#arrived(), Math.max(0, next.at - performance.now()));
  }

  #arrived(): void {
    const now = performance.now();
    for (let next = this.#queue[0]; next !== undefined && next.at <= now + 0.5; next = this.#queue[0]) {
      this.#queue.shift();
      this.#underWay -= next.bytes;
      next.arrive();
    }
    this.#wait();
  }
}
