import { systemCode } from "../../errors.js";
import type { Upstream } from "./proxy-rule.js";

/** What an upstream did wrong; the message says it to people. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  /** 502 (Bad Gateway) or 504 (Gateway Timeout), RFC 9110 §15.6. */
  readonly status: 502 | 504;

  constructor(status: 502 | 504, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export function timedOut({ origin }: Upstream, milliseconds: number): UpstreamFailure {
  return new UpstreamFailure(504, `${origin} did not answer within ${milliseconds / 1000} seconds.`);
}

/** A 2xx that is no WebSocket: over HTTP/2 it would say that one is open. */
export function noWebSocket({ origin }: Upstream): UpstreamFailure {
  return new UpstreamFailure(502, `${origin} takes no WebSocket here.`);
}

/** What a connection to an upstream failed with, in its words. */
export function failureOf(error: unknown, { origin }: Upstream): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = systemCode(error) ?? "";
  return new UpstreamFailure(code === "ETIMEDOUT" ? 504 : 502, `${origin} ${reason(code, error)}.`, { cause: error });
}

function reason(code: string, error: unknown): string {
  const known = reasons.get(code);
  if (known !== undefined) return known;
  const text = error instanceof Error && error.message !== "" ? error.message : code;
  if (code.startsWith("HPE_")) return `sent what is not HTTP/1.1 (${text})`;
  if (/CERT|SIGNATURE|ERR_TLS/.test(code)) return `has a certificate that is not trusted (${text})`;
  return `could not be asked (${text})`;
}

const reasons: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ECONNREFUSED: "refused the connection: nothing listens there",
    ECONNRESET: "broke off before its answer was whole",
    EPIPE: "broke off before its answer was whole",
    ERR_STREAM_PREMATURE_CLOSE: "broke off before its answer was whole",
    ENOTFOUND: "is no host that can be found",
    EAI_AGAIN: "is no host that can be found now",
    ETIMEDOUT: "could not be reached in time",
    EHOSTUNREACH: "can't be reached",
    ENETUNREACH: "can't be reached",
  }),
);
