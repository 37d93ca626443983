import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { http } from "../../io/builtins.js";
import type { Upgrade } from "../http/exchange.js";

/** Takes a request that asks to go on in another protocol, and what its answer goes into. */
type OnUpgrade = (request: IncomingMessage, response: ServerResponse, upgrade: Upgrade | undefined) => void;

/**
 * Has a server of HTTP/1.1 take WebSockets. Node then hands over the
 * connection of each request with an `upgrade` field; those that nobody
 * upgrades are answered on it as usual, and end it.
 */
export function takeUpgrades(server: Server, onUpgrade: OnUpgrade): void {
  server.on("upgrade", (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on("error", () => connection.destroy());
    const response = new http.ServerResponse(request);
    const socket = asSocket(connection);
    if (!takes(response, socket)) return void connection.destroy();
    response.shouldKeepAlive = false;
    response.on("finish", () => {
      if (response.statusCode !== 101) socket.destroySoon();
    });
    // Node has stopped to read the request: a content would be taken for frames, and would never end.
    if (request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0) {
      response.writeHead(400, { "content-length": 0 }).end();
      return;
    }
    if (isWebSocket(request) && !isHandshake(request)) {
      response.writeHead(426, { "sec-websocket-version": VERSION, "content-length": 0 }).end();
      return;
    }
    onUpgrade(request, response, isWebSocket(request) ? { socket, head } : undefined);
  });
}

/** Whether a response has the connection to itself: behind one that is on its way, Node throws (ERR_HTTP_SOCKET_ASSIGNED). */
function takes(response: ServerResponse, socket: Socket): boolean {
  try {
    response.assignSocket(socket);
    return true;
  } catch {
    return false;
  }
}

/** RFC 6455 §4.2.1. */
const isWebSocket = ({ method, headers: { upgrade } }: IncomingMessage) =>
  method === "GET" && upgrade?.toLowerCase() === "websocket";

/** The version of RFC 6455. */
const VERSION = "13";

/** Its version is ours, and its key is one of 16 bytes in Base64 (RFC 6455 §4.2.1). */
const isHandshake = ({ headers }: IncomingMessage) =>
  headers["sec-websocket-version"] === VERSION && /^[\w+/]{22}==$/.test(headers["sec-websocket-key"] ?? "");

/** Node's types have the stream that a socket is; a server of ours is handed sockets of TLS alone. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const asSocket = (connection: Duplex) => connection as Socket;
