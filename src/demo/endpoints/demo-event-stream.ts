/** One event of an event stream (HTML standard, §9.2, "Server-sent events"). */
export interface StreamEvent {
  /** Type that a client listens for; without one it is "message". */
  readonly event?: string;
  /** What a client gives back as `Last-Event-ID` when it reconnects. */
  readonly id?: number;
  /** Milliseconds that a client waits before it reconnects. */
  readonly retry?: number;
  readonly data: string;
}

/** An event as it goes on the wire, with the blank line that ends it. */
export function formatEvent({ event, id, retry, data }: StreamEvent): string {
  const lines = [
    ...(retry === undefined ? [] : [`retry: ${retry}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`),
  ];
  return `${lines.join("\n")}\n\n`;
}

/** A line that clients skip: it keeps a silent connection from being taken for a dead one. */
export function formatComment(text: string): string {
  return `: ${text}\n\n`;
}
