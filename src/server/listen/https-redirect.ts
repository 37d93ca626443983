import type { Duplex } from "node:stream";
import { H2PushError } from "../../errors.js";
import { listen, type Listener, type ListenOptions } from "./tcp-listener.js";
import { portBeside } from "./ports.js";

export interface RedirectingListener extends Listener {
  /** The port that takes plain HTTP. */
  readonly redirect: number | undefined;
}

/**
 * Listens for https, and on the same addresses on a port for plain HTTP, when
 * one is wanted. (Plain HTTP on the port of https is taken in any case.)
 *
 * @param redirect the port, 0 for a free one, true for the one that goes with that of https
 * @throws {H2PushError} "listen"; "usage" for a redirect where there are no ports
 */
export async function listenWithRedirect(
  redirect: number | true | undefined,
  options: ListenOptions,
): Promise<RedirectingListener> {
  const https = await listen(options);
  if (redirect === undefined) return { ...https, redirect };
  try {
    const http = await listenForHttp(redirect === true ? portBeside(https.port) : redirect, https, options);
    return {
      ...https,
      redirect: http.port,
      close: () => [https, http].forEach((listener) => listener.close()),
      destroy: () => [https, http].forEach((listener) => listener.destroy()),
    };
  } catch (error) {
    https.close();
    throw error;
  }
}

function listenForHttp(port: number, https: Listener, options: ListenOptions): Promise<Listener> {
  if (https.socket !== undefined) {
    const hint = "plain HTTP on the socket itself is redirected: leave --redirect out";
    throw new H2PushError("usage", `no --redirect beside a unix socket: ${https.socket}`, hint);
  }
  const onTls = (connection: Duplex) => void connection.destroy();
  return listen({ ...options, port, flag: "--redirect", alternatives: 0, onTls });
}
