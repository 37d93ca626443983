/**
 * A WebSocket to the demo.
 *
 * @param {Record<string, string | number>} query
 * @param {(message: object) => void} onMessage given each message of the server, read as JSON
 * @param {(event: CloseEvent, wasOpen: boolean) => void} onClose
 */
export function openSocket(query, onMessage, onClose) {
  const socket = new WebSocket(`wss://${location.host}/demo/socket?${new URLSearchParams(query)}`);
  let wasOpen = false;
  socket.addEventListener("open", () => (wasOpen = true));
  socket.addEventListener("message", ({ data }) => onMessage(JSON.parse(data)));
  socket.addEventListener("close", (event) => onClose(event, wasOpen));
  return { socket, tell: (message) => socket.send(JSON.stringify(message)) };
}
