import type { OutgoingHttpHeaders } from "node:http";
import type { Site } from "../context.js";
import type { Transform, Exchange } from "./exchange.js";

/** A request, a promised one too, as those see it who change the fields of its response. */
export type TransformedRequest = Pick<Exchange, "method" | "target" | "authority" | "fields">;

/**
 * A rule of the server for the fields of every response, files, routes and
 * pushes alike: what it does to those of this request's response, or undefined
 * when it leaves them alone.
 */
export type HeaderTransform = (request: TransformedRequest) => Transform | undefined;

/** Matches the rules with a request, and finds all that change the fields of its response, in their order. */
export function applyRules({ rules, headerTransforms }: Pick<Site, "rules" | "headerTransforms">, exchange: Exchange) {
  exchange.rules = rules.of(exchange);
  const { transformHeaders } = exchange.rules;
  const found = transformHeaders === undefined ? [] : [transformHeaders];
  for (const headerTransform of headerTransforms) {
    const transform = headerTransform(exchange);
    if (transform !== undefined) found.push(transform);
  }
  exchange.transformHeaders = found.length === 0 ? undefined : inOrder(found);
}

const inOrder =
  (all: readonly Transform[]): Transform =>
  (status: number, fields: OutgoingHttpHeaders) =>
    all.reduce((transformed, transformHeaders) => transformHeaders(status, transformed), fields);
