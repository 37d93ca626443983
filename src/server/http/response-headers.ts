import type { OutgoingHttpHeaders } from "node:http";
import type { Transform, Exchange } from "./exchange.js";

/** What a dresser is told of a request, a promised one too. */
export type TransformedRequest = Pick<Exchange, "method" | "target" | "authority" | "fields">;

/**
 * A rule of the server for the fields of every response, files, routes and
 * pushes alike: what it does to those of this request's response, or undefined
 * when it leaves them alone.
 */
export type HeaderTransform = (request: TransformedRequest) => Transform | undefined;

/** What all transforms do to one response, in their order; undefined when there is none. */
export function transformsFor(
  headerTransforms: readonly HeaderTransform[],
  request: TransformedRequest,
): Transform | undefined {
  let found: Transform[] | undefined;
  for (const headerTransform of headerTransforms) {
    const transformHeaders = headerTransform(request);
    if (transformHeaders !== undefined) (found ??= []).push(transformHeaders);
  }
  if (found === undefined) return undefined;
  const all = found;
  return (status: number, fields: OutgoingHttpHeaders) =>
    all.reduce((transformed, transformHeaders) => transformHeaders(status, transformed), fields);
}
