import type { OutgoingMessage } from "node:http";
import { http } from "../../io/builtins.js";
import { isOver, type Exchange } from "./exchange.js";

/**
 * Sends the head of a message whose content may be long in coming. Not by
 * Node's `flushHeaders`, which writes each byte from 0x80 on as two.
 */
export function sendHead(message: OutgoingMessage): void {
  message.write("", "latin1");
}

/** Sends the head of a response over HTTP/1.1, unless its content is there at once: then they go together. */
export function sendHeadSoon(exchange: Exchange): void {
  const { responseBody } = exchange;
  if (!(responseBody instanceof http.ServerResponse)) return;
  setImmediate(() => {
    if (exchange.bytes === 0 && !responseBody.writableEnded && !isOver(exchange)) sendHead(responseBody);
  });
}
