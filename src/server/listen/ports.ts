import { H2PushError } from "../../errors.js";

/** The ports of plain HTTP beside those of https: the registered ones, and what one without privileges takes. */
const REGISTERED = { https: 443, http: 80 };
const UNPRIVILEGED_PORT = 8080;

/** The port for plain HTTP that goes with one for https. */
export const portBeside = (port: number) => (port === REGISTERED.https ? REGISTERED.http : UNPRIVILEGED_PORT);

/**
 * Refuses to send plain HTTP on a port to https on the same one.
 *
 * @throws {H2PushError} "usage"
 */
export function checkPorts({ host, port, redirect }: Ports): void {
  const http = redirect === true ? portBeside(port) : redirect;
  if (http !== port || port === 0 || host.startsWith("unix:")) return;
  const hint = "plain HTTP on the port of https is redirected anyway; name another, --redirect 0 picks a free one";
  throw new H2PushError("usage", `--port and --redirect are both ${port}`, hint);
}

interface Ports {
  readonly host: string;
  readonly port: number;
  readonly redirect: number | true | undefined;
}
