import type { ClientRequest } from "node:http";
import type { Readable } from "node:stream";
import { brokeOff } from "../http/fetch-adapter.js";
import { sendHead } from "../http/send-head.js";
import type { IdleTimeout } from "./idle-timeout.js";

/**
 * Hands the content of a request to the upstream, as fast as that takes it.
 * One that breaks off is broken off there too, and never looks whole. Does not
 * reject: whatever ends the request is told by its own events.
 */
export async function passContent(content: Readable, request: ClientRequest, idleTimeout: IdleTimeout): Promise<void> {
  try {
    idleTimeout.upload("client");
    // An upstream may have its answer before the client sends the first of its content.
    sendHead(request);
    for await (const piece of content.iterator({ destroyOnReturn: false })) {
      if (request.destroyed) break;
      if (request.write(piece)) continue;
      idleTimeout.upload("upstream");
      await drained(request);
      idleTimeout.upload("client");
    }
    if (await brokeOff(content)) throw new Error("the client broke off");
    if (!request.destroyed) request.end();
    idleTimeout.upload("done");
  } catch {
    request.destroy();
  }
  // Over HTTP/1.1, the next request is behind what nobody wanted of this one.
  content.resume();
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      request.off("drain", go).off("close", go);
      resolve();
    };
    request.on("drain", go).on("close", go);
  });
}
