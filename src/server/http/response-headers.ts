import type { OutgoingHttpHeaders } from "node:http";
import type { Dress, Exchange } from "./exchange.js";

/** What a dresser is told of a request, a promised one too. */
export type DressedRequest = Pick<Exchange, "method" | "target" | "authority" | "fields">;

/**
 * A rule of the server for the fields of every response, files, routes and
 * pushes alike: what it does to those of this request's response, or undefined
 * when it leaves them alone.
 */
export type Dresser = (request: DressedRequest) => Dress | undefined;

/** The work of all dressers on one response, in their order; undefined when there is none. */
export function dressing(dressers: readonly Dresser[], request: DressedRequest): Dress | undefined {
  let found: Dress[] | undefined;
  for (const dresser of dressers) {
    const dress = dresser(request);
    if (dress !== undefined) (found ??= []).push(dress);
  }
  if (found === undefined) return undefined;
  const all = found;
  return (status: number, fields: OutgoingHttpHeaders) =>
    all.reduce((dressed, dress) => dress(status, dressed), fields);
}
