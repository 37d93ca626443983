import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { request as httpsRequest } from "node:https";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { H2Client } from "./h2.js";

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export interface EventSource {
  readonly headers: IncomingHttpHeaders;
  /** The next event; rejects when the stream ends before it. */
  readonly next: () => Promise<StreamEvent>;
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/** Reads an event stream over HTTP/2, as the HTML standard says (§9.2.6). */
export async function listen(client: H2Client, path: string, fields: OutgoingHttpHeaders = {}): Promise<EventSource> {
  const stream = client.session.request({ ":path": path, ...fields });
  const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.once("response", resolve);
    stream.once("error", reject);
  });
  return { headers, ...eventsIn(stream), close: () => stream.close() };
}

/** The same over a connection of HTTP/1.1. */
export async function listen1(port: number, path: string): Promise<EventSource> {
  const request = httpsRequest({ port, host: "localhost", path, agent: false, rejectUnauthorized: false });
  onTestFinished(() => void request.destroy());
  const response = await new Promise<Readable & { headers: IncomingHttpHeaders }>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
    request.end();
  });
  return { headers: response.headers, ...eventsIn(response), close: () => request.destroy() };
}

function eventsIn(stream: Readable): Pick<EventSource, "next" | "ended"> {
  const ended = new Promise<void>((resolve) => stream.once("close", resolve));
  stream.on("error", () => undefined);
  const events = parse(stream);
  return {
    ended,
    async next() {
      const { value, done } = await events.next();
      if (done === true) throw new Error("the stream has ended");
      return value;
    },
  };
}

async function* parse(stream: Readable): AsyncGenerator<StreamEvent, void> {
  let fields = new Map<string, string>();
  for await (const line of createInterface(stream)) {
    if (line !== "") {
      const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      fields.set(name, value);
      continue;
    }
    const data = fields.get("data");
    if (data !== undefined) yield { event: fields.get("event") ?? "message", id: fields.get("id") ?? "", data };
    fields = new Map();
  }
}
