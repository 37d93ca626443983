import type { Socket } from "node:net";
import type { DeliveryMode, Limits } from "../delivery/plan.js";
import { createScanner, type Scanner } from "../manifest/scanner.js";
import { openTree, type FileTree } from "../static/file.js";
import { createCertificate } from "../tls/self-signed.js";
import type { PemPair } from "../tls/certificate.js";
import { Connections } from "./connection.js";
import type { Exchange } from "./exchange.js";
import { listen, type Listener } from "./listener.js";
import type { RequestRecord } from "./log.js";
import { observe } from "./observe.js";
import { serverOptions } from "./options.js";
import { createProtocols } from "./protocols.js";
import { checkRoot } from "./root.js";
import type { Route } from "./route.js";
import { locateIn } from "./scan.js";
import { scanAhead, type ScanSummary } from "./scan-ahead.js";
import type { Site } from "./site.js";

export interface ServerOptions {
  /** The directory to serve; without one, only the routes answer. */
  readonly root?: string;
  /** Asked in their order before the files. */
  readonly routes?: readonly Route[];
  /** A name or an IP address; `localhost` (the default) means 127.0.0.1 and ::1. */
  readonly host?: string;
  /** Fails when it is taken. Without one: 8443, or the next that is free. 0 picks a free one. */
  readonly port?: number | string;
  /** PEM. Without one, a self-signed pair is made for this run. */
  readonly certificate?: PemPair;
  /** How pages get what they need; "auto" by default. */
  readonly delivery?: DeliveryMode;
  /** Files and directories never to be served, beside dotfiles and private keys. */
  readonly hidden?: readonly string[];
  /** Told of each request when its response and what went with it has ended. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told what the pages need, found in idle time after listening; without it nothing is scanned ahead. */
  readonly onScan?: (summary: ScanSummary) => void;
  /** Told what went wrong with one request: a route that threw, a failing disk. The server goes on. */
  readonly onError?: (error: Error) => void;
}

/** Where a server listens. */
export interface Address {
  /** With a slash at its end, for example `https://localhost:8443/`. */
  readonly url: string;
  readonly port: number;
  /** IP addresses. */
  readonly addresses: readonly string[];
}

export interface Server {
  /**
   * Starts to listen.
   *
   * @throws {H2PushError} "root", "listen", "certificate" for what the user can put right
   */
  listen(): Promise<Address>;
  /**
   * Stops: no new connections, idle ones ended, responses under way may end.
   *
   * @param grace how long they may take (milliseconds; 10,000 by default)
   */
  close(grace?: number): Promise<void>;
}

/** How many ports above the default one are tried when it is in use. */
const ALTERNATIVES = 100;

/** What may be pushed with one page. */
const PUSH_COUNT = 100;
const PUSH_BYTES = 4 * 1024 * 1024;

/**
 * A server over HTTPS, HTTP/2 and HTTP/1.1, that gives each page together
 * with what it needs.
 *
 * @throws {H2PushError} "usage" for an option that can't be
 */
export function createServer(options: ServerOptions = {}): Server {
  const host = serverOptions.host.check(options.host ?? serverOptions.host.default);
  const port = serverOptions.port.check(options.port ?? serverOptions.port.default);
  const limits: Limits = {
    mode: serverOptions.delivery.check(options.delivery ?? serverOptions.delivery.default),
    pushCount: PUSH_COUNT,
    pushBytes: PUSH_BYTES,
  };
  return new H2PushServer(options, host, port, limits);
}

class H2PushServer implements Server {
  readonly #options: ServerOptions;
  readonly #host: string;
  readonly #port: number;
  readonly #limits: Limits;
  readonly #connections = new Connections();
  readonly #closing = new AbortController();
  #listener: Listener | undefined;

  constructor(options: ServerOptions, host: string, port: number, limits: Limits) {
    this.#options = options;
    this.#host = host;
    this.#port = port;
    this.#limits = limits;
  }

  async listen(): Promise<Address> {
    const { root, hidden, certificate } = this.#options;
    if (root !== undefined) await checkRoot(root);
    const tree = root === undefined ? undefined : await openTree(root, hidden);
    const scanner = tree === undefined ? undefined : createScanner({ locate: locateIn(tree) });
    const site = this.#site(tree, scanner);
    const protocols = createProtocols({
      ...(certificate ?? (await createCertificate())),
      connections: this.#connections,
      onExchange: (exchange: Exchange) => void observe(site, exchange, this.#options.onRequest),
      port: () => this.#listener?.port ?? this.#port,
    });
    this.#listener = await listen({
      host: this.#host,
      port: this.#port,
      alternatives: this.#options.port === undefined ? ALTERNATIVES : 0,
      onTls: (socket: Socket) => protocols.tls.emit("connection", socket),
      onPlain: (socket: Socket) => protocols.plain.emit("connection", socket),
    });
    if (tree !== undefined && scanner !== undefined) setImmediate(() => void this.#scan(tree, scanner));
    const { port, addresses } = this.#listener;
    return { url: `https://${nameOf(this.#host)}:${port}/`, port, addresses };
  }

  async close(grace = 10_000): Promise<void> {
    this.#closing.abort();
    this.#listener?.close();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([this.#connections.drain(), late]);
    clearTimeout(timer);
    this.#connections.destroy();
    this.#listener?.destroy();
  }

  #site(tree: FileTree | undefined, scanner: Scanner | undefined): Site {
    return {
      tree,
      scanner,
      routes: this.#options.routes ?? [],
      limits: this.#limits,
      connections: this.#connections,
      closing: this.#closing.signal,
      report: (error) => this.#options.onError?.(error),
    };
  }

  async #scan(tree: FileTree, scanner: Scanner): Promise<void> {
    const { onScan, onError } = this.#options;
    if (onScan === undefined) return;
    try {
      const summary = await scanAhead(tree.root, scanner, this.#connections, this.#closing.signal);
      if (summary !== undefined) onScan(summary);
    } catch (error) {
      onError?.(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** The host of the URL that reaches a server which listens on `host`. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
