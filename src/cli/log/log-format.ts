import { oneOf } from "../../server/options/option-checks.js";
import type { RequestRecord } from "../../server/request-record.js";
import { prettyLines } from "./request-line.js";

/** How the log tells of a request: `pretty` for people, the others for programs. */
export const logFormats = ["pretty", "common", "combined", "json", "off"] as const;

export type LogFormat = (typeof logFormats)[number];

export const checkLog = oneOf("log format", logFormats);

/** The lines for one request. */
type Lines = (record: RequestRecord) => readonly string[];

/**
 * What writes each format; all but the default are loaded when wanted.
 * Undefined where requests are not logged. A new format is a word above, a row
 * here and a file beside.
 */
export const formatters: Readonly<Record<LogFormat, (verbose: boolean) => Promise<Lines | undefined>>> = {
  pretty: async (verbose) => (record) => prettyLines(record, verbose),
  common: async () => {
    const { commonLine } = await import("./access-line.js");
    return (record) => [commonLine(record)];
  },
  combined: async () => {
    const { combinedLine } = await import("./access-line.js");
    return (record) => [combinedLine(record)];
  },
  json: async (verbose) => {
    const { jsonLine } = await import("./json-line.js");
    return (record) => [jsonLine(record, verbose)];
  },
  off: async () => undefined,
};
