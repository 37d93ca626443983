// What event streams and WebSockets come from, in a process of its own: an event at once and one each second, and a
// WebSocket that sends as fast as it is read.
import { createServer } from "node:http";

const EVENT_MS = 1000;
const chunk = Buffer.alloc(64 * 1024, "x");
const readers = new Set();

const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" }).write("data: here\n\n");
  readers.add(response);
  response.on("close", () => readers.delete(response));
});
server.on("upgrade", (_request, socket) => {
  socket.on("error", () => socket.destroy());
  socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
  const fill = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on("drain", fill);
  fill();
});
setInterval(() => readers.forEach((reader) => reader.write("data: still here\n\n")), EVENT_MS);
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
