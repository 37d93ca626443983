import type { PemPair } from "../../tls/issue/certificate.js";
import type { LiveChange } from "../live-reload/shared-changes.js";
import type { RequestRecord } from "../request-record.js";
import type { GivenSettings } from "./given-settings.js";
import type { Route } from "../routes/route.js";
import type { ScanSummary } from "../scan/background-scan.js";

/** What a server is to do. The settings are those of the command line, see `serverOptions`. */
export interface ServerOptions extends GivenSettings {
  /** The directory to serve; without one, only the routes answer. */
  readonly root?: string;
  /** Asked in their order before the files. */
  readonly routes?: readonly Route[];
  /**
   * PEM, looked at by `listen`, or what gives it then: connections wait for it.
   * Without one, a self-signed pair is made for this run.
   */
  readonly certificate?: PemPair | (() => Promise<PemPair>);
  /** Whether browsers on this machine trust the certificate; a 103 is then sent while a route is slow. */
  readonly trusted?: boolean;
  /** Files and directories never to be served, beside dotfiles and private keys. */
  readonly hidden?: readonly string[];
  /** Told of each line of the TLS keys (NSS key log format), for tools that decrypt what they capture. */
  readonly onKeyLog?: (line: Buffer) => void;
  /** Told of each request when its response and what went with it has ended. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told what the pages need, found in idle time after listening; without it nothing is scanned ahead. */
  readonly onScan?: (summary: ScanSummary) => void;
  /** Told what changed under open pages (`live`), and how many took it. */
  readonly onLiveChange?: (change: LiveChange) => void;
  /** Told what the user should know of, in a sentence: a file too long to be scanned to its end, a certificate that browsers refuse. */
  readonly onNotice?: (text: string) => void;
  /** Told what went wrong with one request: a route that threw, a failing disk. The server goes on. Without it, standard error is. */
  readonly onError?: (error: Error) => void;
}
