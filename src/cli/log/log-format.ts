import { H2PushError } from "../../errors.js";

/** How the log tells of a request: `pretty` for people, the others for programs. */
export const logFormats = ["pretty", "common", "combined", "json", "off"] as const;

export type LogFormat = (typeof logFormats)[number];

export function checkLog(value: unknown): LogFormat {
  const format = logFormats.find((known) => known === value);
  if (format !== undefined) return format;
  throw new H2PushError("usage", `no such log format: ${String(value)}`, `choose one of ${logFormats.join(", ")}`);
}
checkLog.json = { enum: logFormats };
