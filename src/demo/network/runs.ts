import { endpoint } from "../endpoints/endpoint.js";
import { formatEvent } from "../endpoints/demo-event-stream.js";
import { problem } from "../endpoints/problem.js";
import { textStream } from "../endpoints/text-stream.js";
import type { Route } from "../../server/routes/route.js";

/** Something that a run tells of; what is beside `event` is the event's data. */
export interface RunEvent {
  readonly event: string;
}

/** What a run does, told as it happens. It ends when `stop` is aborted. */
export type Run = (request: Request, stop: AbortSignal) => AsyncGenerator<RunEvent, void>;

/** Runs that have servers and networks of their own: one at a time, so that none disturbs what another measures. */
export class Runs {
  #isRunning = false;

  /**
   * A route that begins a run and tells of it in an event stream. The run ends
   * with the stream, also when its reader leaves.
   *
   * @param begin reads the request; throws BadValue for a 400
   */
  route(path: string, begin: (request: Request) => Run): Route {
    return endpoint("POST", path, (request) => {
      const run = begin(request);
      if (this.#isRunning) {
        return problem(503, "busy", "one run is under way, and no other can begin", { "retry-after": "5" });
      }
      this.#isRunning = true;
      let isBegun = false;
      const over = () => (this.#isRunning = false);
      const left = new AbortController();
      // One that has begun is over when it has ended all that it had.
      left.signal.addEventListener("abort", () => isBegun || over());
      const stop = AbortSignal.any([request.signal, left.signal]);
      const events = asText(run(request, stop), () => (isBegun = true), over);
      // no-transform: what compresses on the way would hold events back.
      const headers = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };
      return new Response(textStream(events, left), { headers });
    });
  }
}

async function* asText(
  events: AsyncGenerator<RunEvent>,
  begun: () => void,
  over: () => void,
): AsyncGenerator<string, undefined> {
  begun();
  try {
    for await (const { event, ...data } of events) yield formatEvent({ event, data: JSON.stringify(data) });
  } finally {
    over();
  }
  return undefined;
}
