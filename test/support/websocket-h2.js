// A WebSocket over a stream of HTTP/2 (RFC 8441), for tests and benches: ws has a client for HTTP/1.1 alone.
import { once } from "node:events";
import { WebSocket } from "ws";

/**
 * Opens a WebSocket on a connection that is there.
 *
 * @param {import("node:http2").ClientHttp2Session} session whose settings have come
 * @param {string} path
 * @param {Record<string, string>} fields
 * @returns {Promise<{ status: number, socket: WebSocket, stream: import("node:http2").ClientHttp2Stream }>} the
 *   socket is open where the status is 200
 */
export async function openWebSocket(session, path, fields = {}) {
  const stream = session.request(
    { ":method": "CONNECT", ":protocol": "websocket", ":path": path, "sec-websocket-version": "13", ...fields },
    { endStream: false },
  );
  stream.on("error", () => undefined);
  const [answer] = await once(stream, "response");
  const socket = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 2000 });
  socket._isServer = false;
  socket.on("error", () => undefined);
  const status = Number(answer[":status"]);
  if (status === 200) socket.setSocket(stream, Buffer.alloc(0), { maxPayload: 0, allowSynchronousEvents: true });
  return { status, socket, stream };
}
