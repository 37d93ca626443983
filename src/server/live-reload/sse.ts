/** Something that a page is told (HTML §9.2, "Server-sent events"). */
export interface PageEvent {
  readonly event: "hello" | "css" | "reload";
  /** The version of the page; the browser gives it back when it reconnects. */
  readonly id: string;
  readonly data: string;
}

/** A comment at least so often keeps what is in between from taking the connection for a dead one (milliseconds). */
const PING_MS = 25_000;

/** How soon a browser comes back when the server went away, or had nothing more to say (milliseconds). */
const RETRY_MS = 1000;

/** Where events go, one by one. */
export interface Listener {
  send(event: PageEvent): void;
  /** Nothing more is said. */
  end(): void;
}

/**
 * The content of a response that carries events.
 *
 * @param begin returns what is called when the client has gone
 */
export function eventStream(begin: (listener: Listener) => () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let gone = () => {};
  return new ReadableStream({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      write(`retry: ${RETRY_MS}\n\n`);
      const ping = setInterval(() => write(":\n\n"), PING_MS).unref();
      let over = false;
      const stop = begin({
        send: ({ event, id, data }) => {
          if (!over) write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
        },
        end: () => {
          if (!over) controller.close();
          gone();
        },
      });
      gone = () => {
        over = true;
        clearInterval(ping);
        stop();
      };
    },
    cancel: () => gone(),
  });
}
