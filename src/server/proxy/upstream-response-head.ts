import type { OutgoingMessage } from "node:http";

/**
 * Sends the head of a message whose content may be long in coming. Not by
 * Node's `flushHeaders`, which writes each byte from 0x80 on as two.
 */
export function sendHead(message: OutgoingMessage): void {
  message.write("", "latin1");
}
