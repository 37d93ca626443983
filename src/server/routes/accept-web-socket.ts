import { createHash } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { deferred } from "../../io/deferred.js";
import type { Exchange, Upgrade } from "../http/exchange.js";
import type { AcceptedWebSocket, WebSocketOptions } from "./web-socket.js";

const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** What a client may have us keep: pongs that it does not take, pieces of a message that does not end. ws's own server has the same. */
const MAX_WAITING = { maxFragments: 16 * 1024, maxBufferedChunks: 256 * 1024 };
const MAX_WAITING_PONGS = 60;

/** How long a client may take to answer a goodbye (milliseconds). */
const CLOSE_TIMEOUT_MS = 2000;

/** What the key of a handshake is joined with (RFC 6455 §1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The end of a server, as ws's own server makes it, which only knows handshakes of HTTP/1.1. Its types leave it out. */
interface ServerEnd {
  _protocol: string;
  _readyState: number;
  setSocket(
    socket: Duplex,
    head: Buffer,
    options: typeof MAX_WAITING & { maxPayload: number; allowSynchronousEvents: boolean },
  ): void;
}
type NewServerEnd = new (
  address: null,
  protocols: undefined,
  options: { autoPong: boolean; closeTimeout: number; maxPendingAutoPongs: number },
) => WebSocket & ServerEnd;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const ServerEnd = WebSocket as unknown as NewServerEnd;

/** The sockets that were accepted, by what their routes return: until when they are open. */
const accepted = new WeakMap<Response, Promise<void>>();

/** Resolves when the WebSocket has closed that a route's response stands for; undefined for any other response. */
export const untilClosed = (response: Response): Promise<void> | undefined => accepted.get(response);

/**
 * Answers a handshake, over HTTP/1.1 with 101 (RFC 6455 §4.2.2), over HTTP/2
 * with 200 (RFC 8441 §5), and hands out the socket. It ends with the server.
 */
export function acceptWebSocket(
  exchange: Exchange,
  upgrade: Upgrade,
  closing: AbortSignal,
  { protocol = "", maxPayload = MAX_PAYLOAD_BYTES }: WebSocketOptions = {},
): AcceptedWebSocket {
  const isHttp2 = exchange.httpVersion === "2";
  const fields = { ...(isHttp2 ? {} : switching(exchange)), ...(protocol && { "sec-websocket-protocol": protocol }) };
  exchange.writeHead(isHttp2 ? 200 : 101, fields, !isHttp2);
  const socket = new CountedWebSocket(exchange);
  const closed = deferred();
  const leave = () => socket.close(1001, "the server closes");
  socket.on("close", () => {
    closing.removeEventListener("abort", leave);
    closed.resolve();
  });
  // What breaks the rules of the protocol is closed by ws, with the code for it.
  socket.on("error", () => undefined);
  socket._protocol = protocol;
  if (upgrade.socket.destroyed) endAtOnce(socket);
  else socket.setSocket(upgrade.socket, upgrade.head, { ...MAX_WAITING, maxPayload, allowSynchronousEvents: true });
  if (closing.aborted) leave();
  else closing.addEventListener("abort", leave);
  const response = new Response(null);
  accepted.set(response, closed.promise);
  return { socket, response };
}

/** Its client has gone while the route made up its mind: ws would never be told. */
function endAtOnce(socket: WebSocket & ServerEnd): void {
  socket._readyState = WebSocket.CLOSED;
  setImmediate(() => socket.emit("close", ABNORMAL, Buffer.alloc(0)));
}

/** Closed without a goodbye (RFC 6455 §7.1.5). */
const ABNORMAL = 1006;

function switching({ fields }: Exchange): OutgoingHttpHeaders {
  const accept = createHash("sha1").update(`${fields["sec-websocket-key"]}${GUID}`).digest("base64");
  return { connection: "Upgrade", upgrade: "websocket", "sec-websocket-accept": accept };
}

/** Counts what was sent for the request's record. */
class CountedWebSocket extends ServerEnd {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    const pongs = { autoPong: true, maxPendingAutoPongs: MAX_WAITING_PONGS };
    super(null, undefined, { ...pongs, closeTimeout: CLOSE_TIMEOUT_MS });
    this.#exchange = exchange;
  }

  override send(message: Parameters<WebSocket["send"]>[0], ...rest: unknown[]): void {
    const sent = rest.find((value): value is (error?: Error) => void => typeof value === "function");
    if (this.readyState !== WebSocket.OPEN) return sent?.(new Error("the socket has closed"));
    super.send(message, (error) => {
      if (!error) this.#exchange.progress(Buffer.byteLength(asBytes(message)));
      sent?.(error ?? undefined);
    });
  }
}

const asBytes = (message: unknown): string | Uint8Array => (message instanceof Uint8Array ? message : String(message));
