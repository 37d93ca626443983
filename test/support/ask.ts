import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as http1Request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTls } from "node:tls";
import { answerOf } from "./h2.js";

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A TCP port of this machine, or the path of a Unix socket. */
export type Place = number | string;

export type Protocol = "HTTP/2" | "HTTP/1.1";

/** The response to one request over a connection of its own. */
export async function ask(
  place: Place,
  protocol: Protocol,
  path: string,
  method = "GET",
  fields: OutgoingHttpHeaders = {},
): Promise<Asked> {
  const socket = connectTls({
    ...(typeof place === "number" ? { port: place, host: "localhost" } : { path: place }),
    servername: "localhost",
    ALPNProtocols: [protocol === "HTTP/2" ? "h2" : "http/1.1"],
    rejectUnauthorized: false,
  });
  try {
    if (protocol === "HTTP/2") {
      const session = connectHttp2("https://localhost", {
        settings: { enablePush: false },
        createConnection: () => socket,
      });
      session.on("error", () => undefined);
      return await answerOf(session.request({ ":path": path, ":method": method, ...fields }, { endStream: true }));
    }
    const headers = { host: "localhost", ...fields };
    return await new Promise((resolve, reject) => {
      const request = http1Request({ createConnection: () => socket, path, method, headers }, (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
        );
      });
      request.on("error", reject);
      request.end();
    });
  } finally {
    socket.destroy();
  }
}
