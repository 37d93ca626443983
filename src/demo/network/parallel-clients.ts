import { once } from "node:events";
import { connect, type ClientHttp2Session } from "node:http2";
import { Agent, request } from "node:https";

/** One request; times in milliseconds since the first was wanted. */
export interface Answered {
  readonly index: number;
  /** It had a connection. */
  readonly sent: number;
  readonly first: number;
  readonly end: number;
  /** The server's number of the connection. */
  readonly connection: number;
}

type Send = (url: string, count: number, stop: AbortSignal, onAnswer: (answered: Answered) => void) => Promise<void>;

/** Connections that browsers open to one host over HTTP/1.1. */
const CONNECTIONS = 6;

/** The server is in this very process: its certificate need not be checked. */
const trusting = { rejectUnauthorized: false };

/** Sends all requests at once over one connection. @throws when it fails or `stop` is aborted */
export const requestsOverHttp2: Send = async (url, count, stop, onAnswer) => {
  const began = performance.now();
  const session = connect(url, trusting);
  const ended = endOf(session, stop);
  try {
    await Promise.race([once(session, "remoteSettings"), ended]);
    const all = Array.from({ length: count }, async (_, index) => onAnswer(await ask(session, url, index, began)));
    await Promise.race([Promise.all(all), ended]);
  } finally {
    ended.catch(() => undefined);
    session.destroy();
  }
};

function endOf(session: ClientHttp2Session, stop: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    session.once("error", reject);
    session.once("close", () => reject(new Error("the connection has closed")));
    if (stop.aborted) reject(new Error("stopped"));
    stop.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
  });
}

async function ask(session: ClientHttp2Session, url: string, index: number, began: number): Promise<Answered> {
  const { pathname, search } = new URL(url);
  const sent = performance.now() - began;
  const stream = session.request({ ":path": pathname + search });
  let first = sent;
  stream.once("response", () => (first = performance.now() - began));
  const connection = connectionIn(await text(stream));
  return { index, sent, first, end: performance.now() - began, connection };
}

/** Sends all requests at once, over at most six connections: the others wait for one. */
export const requestsOverHttp1: Send = async (url, count, stop, onAnswer) => {
  const began = performance.now();
  const agent = new Agent({ ...trusting, keepAlive: true, maxSockets: CONNECTIONS, ALPNProtocols: ["http/1.1"] });
  const send = async (index: number) => {
    const sending = request(url, { agent, signal: stop });
    let sent = 0;
    sending.once("socket", () => (sent = performance.now() - began));
    sending.end();
    const [response] = await once(sending, "response");
    const first = performance.now() - began;
    const connection = connectionIn(await text(response));
    onAnswer({ index, sent, first, end: performance.now() - began, connection });
  };
  try {
    await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
  } finally {
    agent.destroy();
  }
};

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function connectionIn(answer: string): number {
  const { connection }: { connection?: unknown } = Object(JSON.parse(answer));
  return Number(connection);
}
