import type { Route } from "../../server/routes/route.js";
import type { ServerWebSocket } from "../../server/routes/web-socket.js";
import { endpoint } from "../endpoints/endpoint.js";
import { integerParameter } from "../endpoints/parameter.js";
import { problem } from "../endpoints/problem.js";
import { readCommand } from "./socket-command.js";
import { MAX_BUFFERED_BYTES, Rooms } from "./rooms.js";
import { readSlowly } from "./slow-reader.js";

/** Bytes per millisecond are kilobytes per second. */
const READ = { name: "read", min: 0, max: 100_000, fallback: 0 };
const MAX_SOCKETS = 400;
const MAX_MESSAGE_BYTES = 64 * 1024;
const ROOM = /^[\w-]{1,40}$/;

/**
 * `GET /demo/socket?room=&read=`: a WebSocket. It begins with `welcome`, which
 * says over which version of HTTP it came. Then the client may `say`
 * something, which comes back, or goes to all in the room; ask for a `ping`,
 * whose pong is timed; or for a `close` with a code. With `read`, the server
 * reads so many kilobytes a second, and says how far it has come.
 */
export function socket(): Route {
  const rooms = new Rooms();
  let open = 0;
  return endpoint("GET", "/demo/socket", ({ url }, { httpVersion, connection, upgradeWebSocket }) => {
    const room = new URL(url).searchParams.get("room") ?? undefined;
    const read = integerParameter(url, READ);
    if (upgradeWebSocket === undefined) {
      return problem(426, "upgrade required", "this is for WebSockets", { upgrade: "websocket" });
    }
    if (room !== undefined && !ROOM.test(room)) return problem(400, "bad value", "room is 1 to 40 letters and digits");
    if (open >= MAX_SOCKETS) return problem(503, "busy", `${MAX_SOCKETS} sockets are open`);
    open += 1;
    const { socket, response } = upgradeWebSocket({ maxPayload: MAX_MESSAGE_BYTES });
    socket.on("close", () => (open -= 1));
    socket.send(JSON.stringify({ type: "welcome", httpVersion, connection }));
    if (read > 0) readSlowly(socket, read);
    else if (room === undefined) obey(socket, (text) => send(socket, JSON.stringify({ type: "said", text })));
    else {
      const member = rooms.join(room, socket);
      obey(socket, (text) => member.say(text));
    }
    return response;
  });
}

/** Who does not read what is sent is no longer served. */
function send(socket: ServerWebSocket, message: Parameters<ServerWebSocket["send"]>[0]): void {
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
  else socket.send(message);
}

function obey(socket: ServerWebSocket, say: (text: string) => void): void {
  let pinged = 0;
  socket.on("pong", () => send(socket, JSON.stringify({ type: "pong", ms: performance.now() - pinged })));
  socket.on("message", (data, isBinary) => {
    if (isBinary) return send(socket, data);
    const command = readCommand(data.toString());
    if (command === undefined) return socket.close(4000, "not understood");
    if (command.type === "say") return say(command.text);
    if (command.type === "close") return socket.close(command.code, command.reason);
    pinged = performance.now();
    socket.ping();
  });
}
