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
const SEGMENT = 1460;

/** What the client may have under way towards us before we stop to read, so that memory is bounded (bytes). */
const UNDER_WAY = 1024 * 1024;

/**
 * The connection as it would be over a slow network: bytes arrive half a
 * round trip after they were sent, one segment after another, never in
 * another order. The handshake of TCP, over before we are told of a
 * connection, is made up for with one round trip before the first byte.
 *
 * @param socket accepted just now
 */
export function overSlowNetwork(socket: Socket, network: SlowNetwork): Duplex {
  return new SlowSocket(socket, network);
}

class SlowSocket extends Duplex {
  readonly #socket: Socket;
  readonly #inbound: Line;
  readonly #outbound: Line;

  constructor(socket: Socket, network: SlowNetwork) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    const now = performance.now();
    this.#inbound = new Line(network, now + network.rtt);
    this.#outbound = new Line(network, now);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => this.#inbound.send(0, () => this.push(null)));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.#inbound.send(0, () => this.destroy()));
  }

  #receive(chunk: Buffer): void {
    this.#inbound.send(chunk.length, () => {
      this.push(chunk);
      if (this.#inbound.underWay < UNDER_WAY) this.#socket.resume();
    });
    if (this.#inbound.underWay >= UNDER_WAY) this.#socket.pause();
  }

  override _read(): void {
    // Bytes come when they arrive; a reader that is slower than that is held back by its own window.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const segment = this.#outbound.limited ? SEGMENT : chunk.length;
    let left = 0;
    for (let at = 0; at < chunk.length; at += segment) {
      const piece = chunk.subarray(at, at + segment);
      left = this.#outbound.send(piece.length, () => this.#socket.write(piece));
    }
    // The next chunk is taken when the line is free again: what is not on its way yet can still be put in order.
    if (this.#outbound.limited) setTimeout(done, left - performance.now());
    else done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#outbound.send(0, () => {
      this.#socket.end();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inbound.cut();
    this.#outbound.cut();
    this.#socket.destroy();
    done(error);
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

  /** Sends bytes behind those sent before; returns when they have left, and calls `arrive` when they are there. */
  send(bytes: number, arrive: () => void): number {
    this.#free = Math.max(this.#free, performance.now()) + bytes * this.#msPerByte;
    this.#underWay += bytes;
    this.#queue.push({ at: this.#free + this.#latency, bytes, arrive });
    if (this.#timer === undefined) this.#wait();
    return this.#free;
  }

  /** Loses what is on its way. */
  cut(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
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
