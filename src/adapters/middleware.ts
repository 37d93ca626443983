import type { CompatRequest, CompatResponse } from "../site/compat-exchange.js";
import type { OpenSite } from "../site/open-site.js";

/** What goes on with a request, as middleware of Express and Connect is given it. */
export type Next = (error?: unknown) => void;

/** Answers by the site, or goes on: with an error when that is closed. */
export function answerOrNext(
  site: OpenSite,
  request: CompatRequest,
  response: CompatResponse,
  target: string,
  next: Next,
): void {
  void whenDone(site.handle(request, response, target), (answered) => answered || next(), next);
}

/** Calls back with what a promise comes to. An error that the callback throws is told, too. */
async function whenDone<T>(promise: Promise<T>, done: (value: T) => void, failed: Next): Promise<void> {
  try {
    done(await promise);
  } catch (error) {
    failed(error);
  }
}
