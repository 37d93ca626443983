import type { ServerOptions } from "../../server/options/server-options.js";
import { deferred } from "../../io/deferred.js";
import { liveLine } from "../log/live-line.js";
import { formatters, type LogFormat } from "../log/log-format.js";
import { logLine, printToStderr, printLine, warning } from "./output.js";
import { scanLine } from "../log/scan-line.js";

export interface ReportingOptions {
  readonly log?: LogFormat;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What the program prints, and where. */
export interface Reporting {
  /** Prints where the server is. */
  readonly print: (text: string) => void;
  /** Prints for people: to standard error where standard output has the log for programs, and nothing under `--quiet`. */
  readonly say: (text: string) => void;
  /** Says which of the given options have no effect; `--quiet` moves it to standard error. */
  readonly warn: (text: string) => void;
  /** To be called when the address is printed: the scan is reported after that. */
  readonly started: () => void;
  /** The server's events that are reported. */
  readonly events: Pick<ServerOptions, "onRequest" | "onScan" | "onNotice" | "onLiveChange">;
}

/** @param beside a command runs that standard output belongs to: requests are logged when that is asked for */
export async function reporting(
  { log, quiet = false, verbose = false }: ReportingOptions,
  beside: boolean,
): Promise<Reporting> {
  const printForPeople = beside ? printToStderr : printLine;
  const format = log ?? (beside && !verbose ? "off" : "pretty");
  if (quiet)
    return {
      print: printForPeople,
      say: () => undefined,
      warn: noteBy(printToStderr),
      started: () => undefined,
      events: {},
    };
  const say = format === "pretty" || format === "off" ? printForPeople : printToStderr;
  const note = noteBy(say);
  const start = deferred();
  const lines = await formatters[format](verbose);
  return {
    print: say,
    say,
    warn: note,
    started: start.resolve,
    events: {
      ...(lines && { onRequest: (record) => lines(record).forEach(logLine) }),
      onScan: (summary) => void start.promise.then(() => say(scanLine(summary))),
      onNotice: note,
      onLiveChange: (change) => (format === "pretty" ? logLine : say)(liveLine(change)),
    },
  };
}

const noteBy = (say: (text: string) => void) => (text: string) => say(`${warning("note:")} ${text}`);
