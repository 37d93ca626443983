import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { onTestFinished } from "vitest";

export interface Http1Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Http1Request {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly content?: string | Buffer;
  /** Without one, the connection is closed after the response. */
  readonly agent?: Agent;
}

/** An agent that keeps its connections open; they end with the test. */
export function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** The whole response to one request over HTTP/1.1. Rejects when the connection ends before it is whole. */
export function http1(port: number, path: string, options: Http1Request = {}): Promise<Http1Answer> {
  const { method = "GET", headers = {}, content, agent = false } = options;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      { port, host: "localhost", path, method, headers, agent, rejectUnauthorized: false },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
        });
      },
    );
    request.on("error", reject);
    request.end(content);
  });
}
