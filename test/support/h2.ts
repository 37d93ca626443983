import { once } from "node:events";
import {
  connect as connectHttp2,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type Settings,
} from "node:http2";
import type { Duplex } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import { FrameTap, type Frame } from "./frames.js";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Informational responses that came before it. */
  readonly informational: readonly IncomingHttpHeaders[];
}

/** A push: what was promised, and what came. */
export interface Push {
  readonly id: number;
  readonly path: string;
  /** The promised request's fields. */
  readonly request: IncomingHttpHeaders;
  /** Resolves with the pushed response; rejects when the promise is taken back. */
  readonly answer: Promise<Answer>;
}

export interface H2Client {
  readonly session: ClientHttp2Session;
  readonly pushes: readonly Push[];
  /** The whole response to a GET, or to what `fields` say, with `content` as the request's. */
  readonly request: (path: string, fields?: OutgoingHttpHeaders, content?: string | Buffer) => Promise<Answer>;
  /** A page, and everything that was pushed with it, whole. */
  readonly page: (
    path: string,
    fields?: OutgoingHttpHeaders,
  ) => Promise<Answer & { readonly pushed: ReadonlyMap<string, Answer> }>;
}

export interface TappedClient extends H2Client {
  /** Frames from the server, in the order of the wire. */
  readonly frames: readonly Frame[];
}

export interface H2Options {
  readonly settings?: Settings;
  /** Refuse each promised stream with this code at once. */
  readonly refuse?: number;
  /** A TLS session of another connection, to go on with. */
  readonly session?: Buffer;
}

/** A client of node:http2 that takes pushes unless its settings say otherwise; it ends with the test. */
export async function connect(port: number, options?: H2Options): Promise<H2Client> {
  const { session } = options ?? {};
  return clientOver(await connectSocket(port, "h2", session === undefined ? {} : { session }), port, options);
}

/** The same, which takes down every frame: each byte goes through JavaScript for that. */
export async function connectTapped(port: number, options?: H2Options): Promise<TappedClient> {
  const tap = new FrameTap(await connectSocket(port));
  return { ...(await clientOver(tap, port, options)), frames: tap.frames };
}

async function clientOver(
  connection: Duplex,
  port: number,
  { settings = {}, refuse }: H2Options = {},
): Promise<H2Client> {
  // Nothing is heard of a session over a socket that has ended already.
  if (connection.destroyed) throw new Error("the connection has closed");
  const session = connectHttp2(`https://localhost:${port}`, { settings, createConnection: () => connection });
  onTestFinished(() => session.destroy());
  session.on("error", () => undefined);
  const pushes: Push[] = [];
  session.on("stream", (stream: ClientHttp2Stream, fields) => {
    if (refuse !== undefined) stream.close(refuse);
    const answer = pushedAnswer(stream);
    answer.catch(() => undefined);
    pushes.push({ id: stream.id ?? 0, path: String(fields[":path"]), request: fields, answer });
  });
  // The server has seen our settings when it has acknowledged them: until then it believes in the defaults.
  const begun = Promise.all([
    once(session, "connect"),
    once(session, "localSettings"),
    once(session, "remoteSettings"),
  ]);
  const closed = once(session, "close").then(() => Promise.reject(new Error("the connection has closed")));
  closed.catch(() => undefined);
  await Promise.race([begun, closed]);
  const request = (path: string, fields: OutgoingHttpHeaders = {}, content?: string | Buffer) => {
    const stream = session.request({ ":path": path, ...fields }, { endStream: content === undefined });
    if (content !== undefined) stream.end(content);
    return answerOf(stream);
  };
  return {
    session,
    pushes,
    request,
    async page(path, fields) {
      const before = pushes.length;
      const answer = await request(path, fields);
      const pushed = new Map<string, Answer>();
      for (const push of pushes.slice(before)) pushed.set(push.path, await push.answer);
      return { ...answer, pushed };
    },
  };
}

/** A TLS connection for HTTP/2, or for `protocol`; it ends with the test. */
export async function connectSocket(
  port: number,
  protocol = "h2",
  options: { readonly allowHalfOpen?: boolean; readonly session?: Buffer } = {},
): Promise<TLSSocket> {
  const fixed = { port, host: "localhost", ALPNProtocols: [protocol], rejectUnauthorized: false };
  const socket = connectTls({ ...fixed, ...options });
  onTestFinished(() => void socket.destroy());
  socket.setNoDelay();
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  return socket;
}

/** Collects a response; rejects when its stream is reset. */
export async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const informational: IncomingHttpHeaders[] = [];
  stream.on("headers", (headers) => informational.push(headers));
  return collect(stream, "response", informational);
}

const pushedAnswer = (stream: ClientHttp2Stream) => collect(stream, "push", []);

function collect(
  stream: ClientHttp2Stream,
  event: "response" | "push",
  informational: IncomingHttpHeaders[],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let headers: IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    stream.on(event, (fields: IncomingHttpHeaders) => (headers = fields));
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    stream.on("error", reject);
    stream.on("close", () => {
      const { rstCode } = stream;
      if (rstCode !== constants.NGHTTP2_NO_ERROR) reject(new Error(`reset with ${rstCode}`));
      else if (stream.aborted) reject(new Error("aborted"));
      else resolve({ status: Number(headers[":status"]), headers, body: Buffer.concat(pieces), informational });
    });
  });
}
