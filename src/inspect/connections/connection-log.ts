import { FrameBudget } from "../frames/frame-budget.js";
import type { FrameLog } from "../frames/frame-log.js";
import type { InspectedConnection } from "../loads/types.js";

/** What a server knows of a connection. */
export interface ConnectionSource {
  readonly id: number;
  /** How it stands; asked as long as it is open, and once more when it has closed. */
  readonly state: () => Omit<InspectedConnection, "id" | "time" | "isOpen" | "frames" | "framesOmitted">;
  /** Undefined for one that began when nobody looked. */
  readonly frames: FrameLog | undefined;
}

/** One connection, open or closed. */
interface Known {
  readonly source: ConnectionSource;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** How it stood when it closed. */
  closed: ReturnType<ConnectionSource["state"]> | undefined;
}

/** Closed connections that are kept. */
const MAX_CLOSED = 100;

/** Bytes of frames that are kept of all connections together, and of those that have closed. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const MAX_CLOSED_FRAME_BYTES = 32 * 1024 * 1024;

/** Connections with a log of frames at a time: further ones are not read. */
const MAX_READ = 50;

/** The connections of a server, and the last that have closed. */
export class ConnectionLog {
  /** What logs of frames share. */
  readonly budget = new FrameBudget(MAX_FRAME_BYTES);
  readonly #known = new Map<number, Known>();

  opened(source: ConnectionSource): void {
    this.#known.set(source.id, { source, time: Date.now(), closed: undefined });
  }

  closed(id: number): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    known.closed = known.source.state();
    // The newest of those that have closed stand last.
    this.#known.delete(id);
    this.#known.set(id, known);
    this.#trim();
  }

  /** Whether the frames of one more connection can be read. */
  get hasRoom(): boolean {
    let read = 0;
    for (const { source, closed } of this.#known.values()) if (closed === undefined && source.frames) read++;
    return read < MAX_READ;
  }

  frames(id: number): FrameLog | undefined {
    return this.#known.get(id)?.source.frames;
  }

  /** All that are known, in the order of their numbers. */
  snapshot(): InspectedConnection[] {
    return [...this.#known.values()].map(tell).sort((a, b) => a.id - b.id);
  }

  #trim(): void {
    const closed = [...this.#known.values()].filter((known) => known.closed !== undefined);
    let bytes = closed.reduce((sum, { source }) => sum + (source.frames?.size ?? 0), 0);
    for (const [at, { source }] of closed.entries()) {
      if (closed.length - at <= MAX_CLOSED && bytes <= MAX_CLOSED_FRAME_BYTES) return;
      bytes -= source.frames?.size ?? 0;
      source.frames?.release();
      this.#known.delete(source.id);
    }
  }
}

function tell({ source, time, closed }: Known): InspectedConnection {
  const { id, frames } = source;
  return {
    id,
    time,
    isOpen: closed === undefined,
    ...(closed ?? source.state()),
    ...(frames === undefined ? {} : { frames: frames.frames.length, framesOmitted: frames.omitted }),
  };
}
