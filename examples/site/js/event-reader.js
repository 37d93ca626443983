import { EventParser } from "./event-parser.js";

/** Milliseconds before a new request, where the stream did not say. */
const RETRY_MS = 1000;
const MAX_REQUESTS = 10;

/**
 * The events of one response in text/event-stream.
 *
 * @param {Response} response
 * @param {object} options
 * @param {EventParser} [options.parser] which keeps what a next request has to know
 * @param {(text: string) => void} [options.onText] given what came, as it came
 * @param {AbortSignal} [options.signal] ends it
 * @throws the signal's reason
 */
export async function* eventsOf(response, { parser = new EventParser(), onText = () => undefined, signal } = {}) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  signal?.addEventListener("abort", cancel);
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      isOver = done;
      if (done) return;
      onText(value);
      yield* parser.read(value);
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    // Whoever stops reading tells the server so.
    if (!isOver) cancel();
  }
}

/**
 * What EventSource does for GET, for any request: reads the events, and when
 * the response ends before `last`, waits and asks again from where it was.
 *
 * @param {string} url
 * @param {{ method: string, headers: Record<string, string>, body: string, signal: AbortSignal }} init
 * @param {object} told
 * @param {(event: object) => boolean} told.isLast whether this event ends the stream for good
 * @param {(text: string) => void} [told.onText]
 * @param {(ms: number, lastEventId: string) => void} [told.onWait]
 */
export async function* resumedEvents(url, init, { isLast, onText, onWait = () => undefined }) {
  let lastEventId = "";
  let retry = RETRY_MS;
  for (let request = 0; request < MAX_REQUESTS; request += 1) {
    const headers = { ...init.headers, accept: "text/event-stream" };
    if (lastEventId !== "") headers["last-event-id"] = lastEventId;
    const response = await fetch(url, { ...init, headers });
    if (!response.ok) throw new Error(await refusal(response, url));
    // A new response is parsed anew: half an event of the one before is nothing.
    const parser = new EventParser();
    try {
      for await (const event of eventsOf(response, { parser, onText })) {
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      // A connection that breaks is no more than an end that comes too soon.
      if (init.signal?.aborted) throw error;
    }
    lastEventId = parser.lastEventId || lastEventId;
    retry = parser.retry ?? retry;
    onWait(retry, lastEventId);
    await pause(retry, init.signal);
  }
}

/** Ends when the latest run of this page does: the server has one at a time. */
let latestRun = Promise.resolve();

/** Begins a run on the server when the one before is over, and reads what it tells, each event with its data in JSON. */
export async function* runEvents(url, signal) {
  const before = latestRun;
  let over;
  latestRun = new Promise((resolve) => (over = resolve));
  try {
    await before;
    const response = await fetch(url, { method: "POST" });
    if (!response.ok) throw new Error(await refusal(response, url));
    for await (const { event, data } of eventsOf(response, { signal })) yield { event, data: JSON.parse(data) };
  } finally {
    over();
  }
}

/** Why the server refused, in its own words where it gave any (RFC 9457). */
async function refusal(response, url) {
  const { detail } = await response.json().catch(() => ({}));
  return detail ?? `${new URL(url, location.href).pathname}: ${response.status}`;
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
