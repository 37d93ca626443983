/** Something that a page is told (HTML §9.2, "Server-sent events"). */
export interface PageEvent {
  readonly event: string;
  /** The browser gives it back when it reconnects. */
  readonly id: string;
  /** One line. */
  readonly data: string;
}

/** A comment at least so often keeps what is in between from taking the connection for a dead one (milliseconds). */
const PING_MS = 25_000;

/** How soon a browser comes back when the server went away, or had nothing more to say (milliseconds). */
const RETRY_MS = 1000;

/** What may wait for a client that does not read (bytes): beyond it, its stream ends, and it may come back. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** Where events go. */
export interface Listener {
  /** Those of one call leave in one piece. */
  send(...events: readonly PageEvent[]): void;
  /** Nothing more is said. */
  end(): void;
}

const format = ({ event, id, data }: PageEvent) => `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;

/**
 * The content of a response that carries events.
 *
 * @param begin returns what is called when the client has gone
 */
export function eventStream(begin: (listener: Listener) => () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let gone = () => {};
  const source = {
    start(controller: ReadableStreamDefaultController<Uint8Array>) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      write(`retry: ${RETRY_MS}\n\n`);
      const ping = setInterval(() => write(":\n\n"), PING_MS).unref();
      let over = false;
      const end = () => {
        if (over) return;
        over = true;
        controller.close();
        gone();
      };
      const stop = begin({
        send: (...events) => {
          if (!over) write(events.map(format).join(""));
          if (!over && (controller.desiredSize ?? 0) < 0) end();
        },
        end,
      });
      gone = () => {
        over = true;
        clearInterval(ping);
        stop();
      };
      if (over) gone();
    },
    cancel: () => gone(),
  };
  return new ReadableStream(source, new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }));
}
