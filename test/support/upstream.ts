import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import { createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What reached an upstream. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
}

export interface Upstream {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  readonly received: Received[];
  readonly server: Server;
}

/** A server of HTTP/1.1 to pass requests on to; it ends with the test. */
export async function startUpstream(
  listener: RequestListener = (request, response) => void request.resume().on("end", () => response.end("upstream")),
  address = "127.0.0.1",
): Promise<Upstream> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const { method = "", url = "", headers, rawHeaders } = request;
    received.push({ method, url, headers, raw: rawHeaders });
    listener(request, response);
  });
  const port = await listenOn(server, address);
  onTestFinished(() => server.closeAllConnections());
  return { origin: `http://127.0.0.1:${port}`, port, received, server };
}

/** An upstream that says what the test wants, byte by byte. */
export async function startRawUpstream(onConnection: (socket: Socket) => void): Promise<{ readonly origin: string }> {
  const open = new Set<Socket>();
  const server = createTcp({ allowHalfOpen: true }, (socket) => {
    open.add(socket.on("error", () => undefined));
    onConnection(socket);
  });
  const port = await listenOn(server);
  onTestFinished(() => open.forEach((socket) => socket.destroy()));
  return { origin: `http://127.0.0.1:${port}` };
}

/** A port of this machine where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcp().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: Partial<AddressInfo> = Object(server.address());
  server.close();
  await once(server, "close");
  return port ?? 0;
}

async function listenOn(server: Server | TcpServer, address = "127.0.0.1"): Promise<number> {
  server.listen(0, address);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port }: Partial<AddressInfo> = Object(server.address());
  return port ?? 0;
}
