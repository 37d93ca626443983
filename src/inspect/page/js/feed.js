/**
 * Listens to what the server tells of itself (`events`).
 *
 * @param {Record<"load" | "connection" | "gone" | "ready", (data: any) => void>} handlers
 * @param {(isLive: boolean) => void} onState
 */
export function openFeed(handlers, onState) {
  const stream = new EventSource("events");
  for (const [name, handle] of Object.entries(handlers)) {
    stream.addEventListener(name, ({ data }) => handle(JSON.parse(data)));
  }
  stream.addEventListener("open", () => onState(true));
  stream.addEventListener("error", () => onState(false));
}
