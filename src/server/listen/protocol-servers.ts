import type { IncomingMessage, RequestListener, Server as Http1Server, ServerResponse } from "node:http";
import { constants, createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { http } from "../../io/builtins.js";
import type { Secured } from "../../tls/store/secure-context.js";
import { countReset, endFlood, endSoon, withdrawPromises, type Connection } from "./connection.js";
import type { Connections } from "./connections.js";
import type { Inspector } from "../inspect/inspector.js";
import { hasContent, type Exchange, type Upgrade } from "../http/exchange.js";
import { Http1Exchange, refusalOf } from "../http/http1-exchange.js";
import { Http2Exchange } from "../http/http2-exchange.js";
import { takeUpgrades } from "./websocket-upgrade.js";
import { hostOf, type Hosts } from "../middleware/host-check.js";

/** The servers behind the listener: none of them listens, each is handed its connections. */
export interface Protocols {
  /** Takes a connection that begins with a TLS handshake. */
  readonly tls: TlsServer;
  /** Takes a connection in plain HTTP, and sends it to https. */
  readonly plain: Http1Server;
}

export interface ProtocolOptions {
  /** What TLS shows and takes at first. */
  readonly secured: Secured;
  readonly connections: Connections;
  readonly hosts: Hosts;
  readonly onExchange: (exchange: Exchange) => void;
  /** Upstreams or routes answer too: they may take WebSockets, and contents that are hours on their way. */
  readonly asksOthers?: boolean;
  /** The port of https, for the redirect; 0 for the one that a URL goes without. */
  readonly port: () => number;
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal;
  /** Told of each connection; may stand in for its socket. */
  readonly inspector?: Pick<Inspector, "tap" | "opened"> | undefined;
  /** Told of the keys of TLS. */
  readonly onKeyLog?: ((line: Buffer) => void) | undefined;
  /** Requests that one client may have open at a time. */
  readonly maxStreams: number;
  /** How long a client may take for the fields of a request (milliseconds; 0 for no limit). */
  readonly headerTimeout: number;
  /** How long the content of a request may not come, while it has no answer (milliseconds; 0 for no limit). */
  readonly stallTimeout: number;
}

/** A handshake takes milliseconds; a client gets that long for it. */
const HANDSHAKE_TIMEOUT_MS = 20_000;

/**
 * TLS chooses the protocol by ALPN: `h2`, or `http/1.1` for clients without
 * it. Two servers of their own take it from there, as the one of node:http2
 * that speaks both offers no way to tell its HTTP/1.1 connections apart.
 */
export function createProtocols(options: ProtocolOptions): Protocols {
  const http2 = createHttp2(options);
  const http1 = createHttp1(options);
  const tls = createTlsServer({
    ...options.secured,
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    sessionTimeout: SESSION_SECONDS,
  });
  tls.on("secureConnection", (socket: TLSSocket) => {
    socket.on("error", () => socket.destroy());
    if (socket.alpnProtocol === "h2") http2(socket);
    else http1.emit("connection", socket);
  });
  if (options.onKeyLog !== undefined) tls.on("keylog", options.onKeyLog);
  // A client that does not trust the certificate ends the handshake: its own affair.
  tls.on("tlsClientError", (_error, socket) => socket.destroy());
  return { tls, plain: createRedirect(options) };
}

/** For how long a client may go on with a TLS session: as long as it is likely to have kept what it was given, too. */
const SESSION_SECONDS = 24 * 60 * 60;

/** What nghttp2 ends a connection for that brings too much: FLOODED, TOO_MANY_CONTINUATIONS; Node, for invalid frames. */
const FLOOD_ERRORS: ReadonlySet<number> = new Set([-904, -905, -902]);

/** What ends a stream is told by its 'close'. */
const ignore = () => undefined;

/** Takes a connection that speaks HTTP/2. */
function createHttp2(options: ProtocolOptions): (socket: TLSSocket) => void {
  const { connections, onExchange, maxStreams, stallTimeout, asksOthers = false, inspector } = options;
  // Told of it, browsers open WebSockets on the connection that is there (RFC 8441 §3).
  const settings = { maxConcurrentStreams: maxStreams, enableConnectProtocol: asksOthers };
  const server = createHttp2Server({ settings });
  server.on("sessionError", ignore);
  return (socket) => {
    const tapped = inspector?.tap(socket);
    server.once("session", (session) => {
      const connection = connections.add({ protocol: "h2", session, socket });
      inspector?.opened(connection, tapped);
      const { floods } = connection;
      session.on("error", ({ code = "", errno = 0 }: NodeJS.ErrnoException) => {
        connection.brokeRules = code.startsWith("ERR_HTTP2_");
        if (FLOOD_ERRORS.has(errno)) floods.isOver = true;
        endSoon({ session, socket });
      });
      session.on("remoteSettings", ({ maxConcurrentStreams }) => {
        if (floods.countSettings()) endFlood(connection);
        if (maxConcurrentStreams === 0) withdrawPromises(connection);
      });
      session.on("goaway", () => withdrawPromises(connection));
      session.on("stream", (stream, fields) => {
        stream.on("error", ignore);
        if (!stream.endAfterHeaders) {
          floods.countUpload();
          endUnsent(stream, stallTimeout);
        }
        const take = () => {
          if (stream.destroyed || stream.closed) countReset(connection);
          else onExchange(new Http2Exchange(stream, fields, connection));
        };
        // With one that resets its requests, what has come behind is read first: it may be a reset. (It costs a fifth.)
        if (floods.resetsOften) setImmediate(take);
        else take();
      });
    });
    server.emit("connection", tapped?.stream ?? socket);
  };
}

/** Ends a request whose content does not come. One with an answer under way may take its time: it is a conversation. */
function endUnsent(stream: ServerHttp2Stream, limit: number): void {
  stream.setTimeout(limit, () => {
    if (isWhole(stream) || stream.headersSent) return;
    // What has come and is not read is not the client's fault.
    if (stream.readableLength > 0) endUnsent(stream, limit);
    else stream.close(constants.NGHTTP2_CANCEL);
  });
}

/** All of it has come, whether it was read or not. */
const isWhole = (stream: ServerHttp2Stream) =>
  stream.readableEnded || stream.state.state === constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE;

/** The same over HTTP/1.1. */
function endUnsentHttp1(request: IncomingMessage, response: ServerResponse, limit: number): void {
  const isSent = () => request.complete || response.headersSent;
  request.setTimeout(limit, () => {
    // Node waits for the rest of it before it takes another request.
    if (response.writableFinished) request.socket.destroy();
    else if (!isSent() && request.readableLength === 0) response.destroy();
  });
  // Without a listener Node ends the connection, also where all has come and nobody has read it.
  response.on("timeout", ignore);
  // Behind the response, it is the connection's own: how long it may be kept for another request.
  request.once("end", () => {
    if (!response.writableFinished) request.setTimeout(0);
  });
}

/** Node's own limit for a whole request. */
const REQUEST_TIMEOUT_MS = 300_000;

/** Requests under way on a connection of HTTP/1.1, which has no word for a limit. Browsers have one. */
const MAX_PIPELINED = 128;

const REFUSED = { "content-length": 0, connection: "close" };

function createHttp1(options: ProtocolOptions): Http1Server {
  const { connections, onExchange, asksOthers = false, stallTimeout, inspector } = options;
  const known = new WeakMap<Socket, Connection>();
  const add = (socket: Socket) => {
    const connection = connections.add({ protocol: "http/1.1", socket });
    known.set(socket, connection);
    inspector?.opened(connection);
    socket.once("close", () => {
      for (const exchange of connection.responses.toReversed())
        if (exchange instanceof Http1Exchange) exchange.endQueued();
    });
    return connection;
  };
  const take = (request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade) => {
    const connection = known.get(request.socket) ?? add(request.socket);
    request.on("error", ignore);
    response.on("error", ignore);
    if (connection.responses.length >= MAX_PIPELINED) return void request.socket.destroy();
    const refusal = refusalOf(request);
    if (refusal !== undefined) return void response.writeHead(refusal, REFUSED).end();
    if (hasContent({ stream: undefined, fields: request.headers })) endUnsentHttp1(request, response, stallTimeout);
    onExchange(new Http1Exchange(request, response, connection, upgrade));
  };
  const server = createPatient(options, take);
  if (asksOthers) takeUpgrades(server, take);
  return server;
}

/** Plain HTTP on our port: somebody typed http://. 308 keeps the method (RFC 9110 §15.4.9). */
function createRedirect(options: ProtocolOptions): Http1Server {
  const { port, hosts } = options;
  return createPatient(options, (request, response) => {
    const { host: authority = "localhost" } = request.headers;
    const name = hostOf(authority);
    if (name === undefined || !hosts.allows(authority)) {
      response.writeHead(421, { "content-length": 0, connection: "close" }).end();
      return;
    }
    const host = name.includes(":") ? `[${name}]` : name;
    const path = /^\/[\x21-\x7e]*$/.test(request.url ?? "") ? request.url : "/";
    const origin = port() === 0 ? `https://${host}` : `https://${host}:${port()}`;
    response.writeHead(308, { location: origin + path, "content-length": 0, connection: "close" }).end();
  });
}

/**
 * A server of HTTP/1.1 that is handed its connections. Node ends slow requests
 * (408) from 'listening' on, which such a server has to be told.
 */
function createPatient(
  { closing, asksOthers, headerTimeout }: ProtocolOptions,
  onRequest: RequestListener,
): Http1Server {
  const server = http.createServer(
    {
      headersTimeout: headerTimeout,
      connectionsCheckingInterval: (headerTimeout || 60_000) / 2,
      // An upload of hours is theirs to judge. Node asks for no less than for the fields alone.
      requestTimeout: asksOthers === true ? 0 : Math.max(REQUEST_TIMEOUT_MS, headerTimeout),
    },
    onRequest,
  );
  server.emit("listening");
  closing.addEventListener("abort", () => server.close(), { once: true });
  return server;
}
