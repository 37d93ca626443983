import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { H2PushError, hasSystemCode, systemCode } from "../../errors.js";

/** Where to listen. */
export interface ListenOptions {
  /** A host name or an IP address; `localhost` means both loopback addresses, `unix:PATH` a socket of the file system. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The option that the port came by, for what is wrong with it; `--port` by default. */
  readonly flag?: string;
  /** How many ports above `port` may be taken instead when it is in use. */
  readonly alternatives: number;
  /** Plays another network, told when a connection was accepted (`performance.now()`); the real one without it. */
  readonly network: ((socket: Socket, accepted: number) => Duplex) | undefined;
  /** Takes a connection whose first byte has come, with that byte back in its place. */
  readonly onTls: (connection: Duplex) => void;
  readonly onPlain: (connection: Duplex) => void;
  /** How long a client may be silent before its first byte (milliseconds; 10,000 by default). */
  readonly silence?: number;
  /** Connections at a time, of this listener. */
  readonly maxConnections: number;
  /** Ends a connection that nobody needs, when there is one. */
  readonly makeRoom: () => boolean;
  /** How long a connection waits before it begins (milliseconds). */
  readonly wait: (socket: Socket) => number;
}

export interface Listener {
  /** The same on every address; 0 on a socket of the file system. */
  readonly port: number;
  readonly addresses: readonly string[];
  /** Absolute path of the socket of the file system. */
  readonly socket?: string;
  /** Takes no more connections; those there are go on. */
  close(): void;
  /** Ends every connection, also one that has not said a word yet. */
  destroy(): void;
}

/** First byte of a TLS record that holds a handshake (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 22;

/** A client that was reached over the slowest of networks has said something by then (milliseconds). */
const SILENCE_TIMEOUT_MS = 10_000;

/** How often port 0 may give one that is taken on the other address. */
const PORT_ZERO_TRIES = 20;

/**
 * Listens on every address that `host` means, on one and the same port.
 * Node's own `listen(port, "localhost")` binds only one of the two loopback
 * addresses, and a browser that tries the other first waits in vain.
 *
 * @throws {H2PushError} "listen": taken, not allowed, no such address
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  if (options.host.startsWith("unix:")) return listenOnPath(options);
  const tries = options.port === 0 ? PORT_ZERO_TRIES : options.alternatives + 1;
  for (let attempt = 0; ; attempt++) {
    const port = options.port === 0 ? 0 : options.port + attempt;
    try {
      return await listenOnAll(options, port);
    } catch (error) {
      if (hasSystemCode(error, "EADDRINUSE") && attempt + 1 < tries && port < 65_535) continue;
      throw listenError(error, options);
    }
  }
}

async function listenOnAll(options: ListenOptions, wanted: number): Promise<Listener> {
  const hosts = options.host === "localhost" ? ["127.0.0.1", "::1"] : [options.host];
  const servers: Server[] = [];
  const { accept, destroy } = acceptor(options);
  let port = wanted;
  try {
    for (const host of hosts) {
      const server = await listenOn(host, port, accept);
      if (server === undefined) continue;
      servers.push(server);
      port = portOf(server);
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  const addresses = servers.map((server) => addressOf(server).address);
  return { port, addresses, close: () => servers.forEach((server) => server.close()), destroy };
}

async function listenOnPath(options: ListenOptions): Promise<Listener> {
  const { listenOnSocket, socketPath } = await import("./unix-socket.js");
  const socket = socketPath(options.host);
  const { accept, destroy } = acceptor(options);
  const server = createServer(accept);
  await listenOnSocket(server, socket);
  outliveFailures(server);
  return { port: 0, addresses: [], socket, close: () => void server.close(), destroy };
}

/** Takes connections, and ends those that are open when it is told to. */
function acceptor(options: ListenOptions): { accept: (socket: Socket) => void; destroy: () => void } {
  const open = new Set<Duplex>();
  const track = (connection: Duplex) => {
    open.add(connection);
    connection.once("close", () => open.delete(connection));
  };
  return {
    accept: (socket) => {
      // One that has nothing to do gives way to a new one; who is being served stays.
      if (open.size >= options.maxConnections && !options.makeRoom()) return void socket.destroy();
      track(socket);
      const begin = () =>
        sortOut(socket, options, (connection) => {
          // What plays a slow network ends its socket itself, when what is on its way has arrived.
          open.delete(socket);
          track(connection);
        });
      const wait = options.wait(socket);
      if (wait === 0) return begin();
      socket.on("error", () => socket.destroy());
      setTimeout(() => socket.destroyed || begin(), wait);
    },
    destroy: () => open.forEach((connection) => connection.destroy()),
  };
}

/** Undefined for the IPv6 loopback on a machine without IPv6. */
function listenOn(host: string, port: number, accept: (socket: Socket) => void): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, accept);
    server.once("error", (error) => {
      const noIpv6 = host === "::1" && hasSystemCode(error, "EADDRNOTAVAIL", "EAFNOSUPPORT");
      if (noIpv6) resolve(undefined);
      else reject(error);
    });
    server.listen({ host, port, ipv6Only: host.includes(":") && host !== "::" }, () => {
      outliveFailures(server);
      resolve(server);
    });
  });
}

/** A failure to accept (EMFILE) is that connection's, not the server's end. */
function outliveFailures(server: Server): void {
  server.removeAllListeners("error").on("error", () => undefined);
}

/** Looks at the first byte: a TLS handshake, or a letter, as a request in plain HTTP begins with. */
function sortOut(
  socket: Socket,
  { network, onTls, onPlain, silence = SILENCE_TIMEOUT_MS }: ListenOptions,
  replace: (connection: Duplex) => void,
): void {
  const accepted = performance.now();
  const giveUp = () => socket.destroy();
  socket.on("error", giveUp);
  socket.setTimeout(silence, giveUp);
  socket.once("readable", () => {
    const start: unknown = socket.read();
    socket.setTimeout(0, giveUp).off("timeout", giveUp);
    if (!(start instanceof Buffer)) return giveUp();
    socket.unshift(start);
    const first = start[0] ?? 0;
    const take = first === TLS_HANDSHAKE ? onTls : /[A-Za-z]/.test(String.fromCharCode(first)) ? onPlain : undefined;
    if (take === undefined) return giveUp();
    if (network === undefined) return take(socket);
    const slow = network(socket, accepted);
    replace(slow);
    return take(slow);
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return address;
}

const portOf = (server: Server) => addressOf(server).port;

function listenError(error: unknown, { host, port, flag = "--port" }: ListenOptions): unknown {
  const code = systemCode(error) ?? "";
  const cause = { cause: error };
  if (code === "EADDRINUSE") {
    return new H2PushError("listen", `port ${port} is in use`, `choose another: ${flag} 0 picks a free one`, cause);
  }
  if (code === "EACCES") {
    return new H2PushError("listen", `not allowed to listen on port ${port}`, "choose one above 1023", cause);
  }
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN"].includes(code)) {
    return new H2PushError("listen", `no such address on this machine: ${host}`, "try --host localhost", cause);
  }
  if (code === "") return error;
  return new H2PushError("listen", `cannot listen on ${host} (${code})`, "try --host localhost", cause);
}
