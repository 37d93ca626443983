import type { ServerWebSocket } from "../../server/routes/web-socket.js";

/**
 * Reads what a client sends, so many kilobytes a second, and says after each
 * message how much that was. What is not read yet waits in the windows of the
 * connection, and when those are full, with the client.
 */
export function readSlowly(socket: ServerWebSocket, kilobytesPerSecond: number): void {
  let bytes = 0;
  let due = performance.now();
  let timer: NodeJS.Timeout | undefined;
  socket.on("close", () => clearTimeout(timer));
  socket.on("message", (data) => {
    bytes += data.length;
    socket.send(JSON.stringify({ type: "read", bytes }));
    socket.pause();
    // Those that had come before the pause are told of all the same.
    const now = performance.now();
    due = Math.max(due, now) + data.length / kilobytesPerSecond;
    clearTimeout(timer);
    timer = setTimeout(() => socket.resume(), due - now);
  });
}
