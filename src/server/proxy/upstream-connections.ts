import { lookup as lookUp, type LookupAddress, type LookupOptions } from "node:dns";
import { Agent, type ClientRequest } from "node:http";
import { Agent as TlsAgent } from "node:https";
import type { Socket } from "node:net";
import { hasSystemCode } from "../../errors.js";
import type { Upstream } from "./proxy-rule.js";

/** The connections to upstreams. They are kept for the next request, and end with the server. */
export class UpstreamConnections {
  readonly #kept = { plain: new Agent({ keepAlive: true }), tls: new TlsAgent({ keepAlive: true }) };
  readonly #open = new Set<Socket>();
  #closed = false;

  /** What a request goes by: over a connection that others went over, where it may (`reuse`). */
  agentFor({ secure }: Upstream, reuse: boolean): Agent | false {
    if (!reuse) return false;
    return secure ? this.#kept.tls : this.#kept.plain;
  }

  /** Takes care of the connection that the request goes over. */
  watch(request: ClientRequest): void {
    request.on("socket", (socket) => {
      if (this.#open.has(socket)) return;
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
      if (this.#closed) socket.destroy();
      else readToTheEnd(socket);
    });
  }

  /** Ends all, those of requests and tunnels too that are under way. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#open) socket.destroy();
  }
}

/**
 * Has a connection that can't be written to any more be read to its end. An
 * upstream that has said no to a content (413) may reset the connection, and
 * Node would drop with it the answer that has come before.
 */
function readToTheEnd(socket: Socket): void {
  const write = socket._write.bind(socket);
  const writeAll = socket._writev?.bind(socket);
  const whenRead =
    (done: Done): Done =>
    (error) => {
      if (isReset(error) && !socket.readableEnded) socket.once("end", () => done(error));
      else done(error);
    };
  socket._write = (chunk, encoding, done) => write(chunk, encoding, whenRead(done));
  if (writeAll !== undefined) socket._writev = (chunks, done) => writeAll(chunks, whenRead(done));
}

type Done = (error?: Error | null) => void;

const isReset = (error: unknown) => hasSystemCode(error, "ECONNRESET", "EPIPE");

const LOOPBACK: readonly LookupAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Looks a name up as Node does, and one of this machine (RFC 6761 §6.3) as
 * both loopback addresses whatever its files say: what is started for
 * development listens on one of them alone.
 */
export function lookup(
  name: string,
  options: LookupOptions,
  found: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
): void {
  lookUp(name, { ...options, all: true }, (error, addresses) => {
    if (name !== "localhost" && !name.endsWith(".localhost")) return found(error, addresses);
    const known = error === null ? addresses : [];
    const missing = LOOPBACK.filter(({ address }) => !known.some((one) => one.address === address));
    found(null, [...known, ...missing]);
  });
}
