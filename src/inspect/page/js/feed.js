/**
 * What the server tells of itself (`events`). One stream: that with the frames
 * of a connection takes the place of the one before.
 *
 * @param {Record<"load" | "connection" | "gone" | "frames", (data: any) => void>} handlers
 * @param {(isLive: boolean) => void} onState
 */
export function openFeed(handlers, onState) {
  let source = listen("events");

  function listen(url) {
    const stream = new EventSource(url);
    for (const [name, handle] of Object.entries(handlers)) {
      stream.addEventListener(name, ({ data }) => stream === source && handle(JSON.parse(data)));
    }
    stream.addEventListener("open", () => onState(true));
    stream.addEventListener("error", () => onState(false));
    return stream;
  }

  return {
    /** @param {number} connection whose frames are told from now on, from its first one */
    frames(connection) {
      const before = source;
      source = listen(`events?frames=${connection}`);
      // Somebody looks all the time: between the two no connection begins unseen.
      source.addEventListener("open", () => before.close(), { once: true });
    },
  };
}
