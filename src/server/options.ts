import { deliveryModes, type DeliveryMode } from "../delivery/plan.js";
import { H2PushError } from "../errors.js";

/** One option: declared here once, for the command line and the library alike. */
export interface Option<T> {
  /** As commander has it. */
  readonly flags: string;
  readonly description: string;
  readonly default: T;
  /**
   * The value that was meant.
   *
   * @throws {H2PushError} "usage", naming the value
   */
  readonly check: (value: unknown) => T;
}

/** Where to listen when nothing else was said. Free of privileges, and what other tools use for https beside 443. */
export const DEFAULT_PORT = 8443;

export const serverOptions = {
  port: {
    flags: "-p, --port <number>",
    description: "port to listen on, 0 for a free one",
    default: DEFAULT_PORT,
    check: checkPort,
  },
  host: {
    flags: "-H, --host <name>",
    description: "address to listen on",
    default: "localhost",
    check: checkHost,
  },
  delivery: {
    flags: "--delivery <means>",
    description: `how pages get what they need: ${deliveryModes.join(", ")}`,
    default: "auto",
    check: checkDelivery,
  },
} as const satisfies Record<string, Option<string | number>>;

function checkPort(value: unknown): number {
  const port = typeof value === "string" && /^\d{1,6}$/.test(value.trim()) ? Number(value) : value;
  if (typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new H2PushError("usage", `not a port: ${String(value)}`, "a port is a number from 0 to 65535");
}

function checkHost(value: unknown): string {
  if (typeof value === "string" && /^[\w.:-]+$/.test(value)) return value;
  throw new H2PushError("usage", `not a host name or address: ${String(value)}`, "for example localhost or 0.0.0.0");
}

function checkDelivery(value: unknown): DeliveryMode {
  const mode = deliveryModes.find((known) => known === value);
  if (mode !== undefined) return mode;
  throw new H2PushError("usage", `no such delivery: ${String(value)}`, `choose one of ${deliveryModes.join(", ")}`);
}
