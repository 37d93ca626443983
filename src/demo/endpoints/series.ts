import { formatComment, formatEvent } from "./demo-event-stream.js";
import { isPeak, signal } from "./signal-endpoint.js";
import { textStream } from "./text-stream.js";
import { waitFor } from "./wait.js";

/** Which part of the signal goes out, and how fast. */
export interface SeriesOptions {
  /** Number of the first sample, which is its event's id. */
  readonly from: number;
  /** Milliseconds between two samples. */
  readonly every: number;
  /** Samples after which the stream ends; without it, it has no end. */
  readonly limit?: number | undefined;
  /** Milliseconds of silence after which a comment goes out. */
  readonly heartbeat: number;
  /** Ends the stream. */
  readonly stop: AbortSignal;
  /** Breaks it off in the middle of the next event. */
  readonly cut?: AbortSignal;
}

/**
 * The signal as an event stream, each sample a `sample` event, or a `peak`
 * event where it is highest, after `opening`.
 *
 * Nothing is made ahead: the stream waits for its time only while the reader
 * asks for more. A slow reader therefore gets every sample, but later, and one
 * that leaves stops the clock. Of an event that is cut, a client takes nothing:
 * the blank line is missing (HTML standard, §9.2.6).
 */
export function seriesStream(opening: string, options: SeriesOptions): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const signals = [options.stop, left.signal, ...(options.cut === undefined ? [] : [options.cut])];
  return textStream(series(opening, options, AbortSignal.any(signals)), left);
}

async function* series(opening: string, options: SeriesOptions, stop: AbortSignal): AsyncGenerator<string, undefined> {
  const { from, every, heartbeat, limit = Number.POSITIVE_INFINITY } = options;
  yield opening;
  let due = performance.now();
  for (let sample = from; sample < from + limit; sample += 1) {
    for (let left = due - performance.now(); left > heartbeat; left = due - performance.now()) {
      if (!(await waitFor(heartbeat, stop))) break;
      yield formatComment("still here");
    }
    const isTime = await waitFor(due - performance.now(), stop);
    if (options.cut?.aborted === true) yield half(formatSample(sample));
    if (!isTime) return undefined;
    yield formatSample(sample);
    // A reader that was slow gets the next one at once, but not all that it missed in one go.
    due = Math.max(due + every, performance.now());
  }
  return undefined;
}

const half = (event: string) => event.slice(0, event.length / 2);

function formatSample(sample: number): string {
  const event = isPeak(sample) ? "peak" : "sample";
  return formatEvent({ event, id: sample, data: JSON.stringify({ value: signal(sample) }) });
}
