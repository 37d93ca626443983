import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import type { Server as TlsServer } from "node:tls";
import { H2PushError } from "../errors.js";
import { deferred } from "../io/deferred.js";
import { descriptorLimit } from "../io/disk/descriptor-limit.js";
import type { PemPair } from "../tls/issue/certificate.js";
import { secureContexts, type Secured } from "../tls/store/secure-context.js";
import { checkGivenPair, checkOptions } from "./options/check-options.js";
import { remoteAddressOf } from "./listen/connection.js";
import { Connections } from "./listen/connections.js";
import { watchConnections } from "./listen/connection-watch.js";
import { Hosts, namesIn } from "./middleware/host-check.js";
import type { Listener, ListenOptions } from "./listen/tcp-listener.js";
import { requestHandler } from "./request-lifecycle.js";
import { openContext, type OpenContext } from "./create-context.js";
import type { Settings } from "./options/options-table.js";
import { createProtocols, type Protocols } from "./listen/protocol-servers.js";
import { listenWithRedirect, type RedirectingListener } from "./listen/https-redirect.js";
import type { ServerOptions } from "./options/server-options.js";
import { callbacks } from "./callbacks.js";
import { addressOf, type Address } from "./listen/address.js";

export interface Server {
  /**
   * Starts to listen, once. After a failure it can be called again.
   *
   * @throws {H2PushError} "root", "listen", "certificate", "manifest", "output"
   * or "unavailable" for what the user can put right; "listen" too when it was
   * called before, and when the server is closed, also meanwhile
   */
  listen(): Promise<Address>;
  /**
   * Looks at the files again with the next request. Otherwise a change is seen
   * after a second at most: for builds that know when they have written.
   */
  invalidate(): void;
  /**
   * Looks at the files again, scans the pages again where `onScan` was given, and has the open pages of `live` load anew.
   *
   * @returns how many pages that were
   */
  reload(): number;
  /**
   * Shows this certificate (PEM) to new connections from now on; those there are go on.
   *
   * @throws {H2PushError} "certificate" when it can't be used: the one before stays
   */
  useCertificate(pair: PemPair): void;
  /**
   * Stops: no new connections, idle ones ended, responses under way may end.
   * Called again, it resolves with the first call; the shortest grace counts.
   *
   * @param grace how long they may take (milliseconds; 10,000 by default)
   */
  close(grace?: number): Promise<void>;
}

/** How many ports above the default one are tried when it is in use. */
const MAX_OTHER_PORTS = 100;

/**
 * A server over HTTPS, HTTP/2 and HTTP/1.1, that gives each page together
 * with what it needs.
 *
 * @throws {H2PushError} "usage" for an invalid or unknown option
 */
export function createServer(options: ServerOptions = {}): Server {
  return new H2PushServer(options, checkOptions(options));
}

class H2PushServer implements Server {
  readonly #options: ServerOptions;
  readonly #settings: Settings;
  readonly #connections = new Connections();
  readonly #closing = new AbortController();
  readonly #hosts: Hosts;
  readonly #secured: (pair: PemPair) => Secured;
  /** Resolves when responses under way have had their time. */
  readonly #late = deferred();
  #opening: Promise<Address> | undefined;
  #closed: Promise<void> | undefined;
  #pair: PemPair | undefined;
  #site: OpenContext | undefined;
  #tls: TlsServer | undefined;
  #listener: Listener | undefined;
  #unwatch: () => void = () => undefined;

  constructor(options: ServerOptions, settings: Settings) {
    // Every stream of events ends with it.
    setMaxListeners(0, this.#closing.signal);
    this.#options = options;
    this.#settings = settings;
    this.#secured = secureContexts(settings);
    this.#hosts = new Hosts([settings.host, ...settings.allowHost]);
    this.#pair = typeof options.certificate === "function" ? undefined : options.certificate;
  }

  async listen(): Promise<Address> {
    if (this.#closed !== undefined) throw closedError();
    if (this.#opening !== undefined) {
      throw new H2PushError("listen", "listen() was called before", "createServer() makes another server");
    }
    this.#opening = this.#open();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #open(): Promise<Address> {
    const site = await openContext({
      options: this.#options,
      settings: this.#settings,
      hosts: this.#hosts,
      connections: this.#connections,
      closing: this.#closing.signal,
    });
    const begun = deferred<Protocols>();
    try {
      const listener = await this.#listen(begun.promise);
      this.#listener = listener;
      // The last thing that can fail: no name of a start that failed stays in a certificate that is kept.
      const { pair, notices } = checkGivenPair(await this.#firstPair());
      if (this.#closing.signal.aborted) throw closedError();
      this.#hosts.certified(namesIn(pair.cert));
      begun.resolve(this.#protocols(site, pair));
      this.#site = site;
      this.#unwatch = this.#watch();
      notices.forEach(site.site.notice);
      setImmediate(() => void site.lookAhead());
      return addressOf(this.#settings, listener);
    } catch (error) {
      this.#listener?.close();
      this.#listener?.destroy();
      await site.close();
      throw error;
    }
  }

  /** The pair to begin with: one that came meanwhile counts more. */
  async #firstPair(): Promise<PemPair> {
    if (this.#pair !== undefined) return this.#pair;
    const { certificate } = this.#options;
    const make = typeof certificate === "function" ? certificate : await selfSigned();
    const made = await make();
    return (this.#pair ??= made);
  }

  #watch(): () => void {
    const { idleTimeout, headerTimeout, stallTimeout } = this.#settings;
    const limits = { idle: idleTimeout * 1000, header: headerTimeout * 1000, stall: stallTimeout * 1000 };
    return watchConnections(this.#connections, limits);
  }

  #protocols({ site }: OpenContext, pair: PemPair): Protocols {
    const protocols = createProtocols({
      secured: this.#secured(pair),
      hosts: this.#hosts,
      connections: this.#connections,
      onExchange: requestHandler(site, this.#options.onRequest),
      asksOthers: this.#settings.proxy.length > 0 || (this.#options.routes ?? []).length > 0,
      port: () => this.#listener?.port ?? this.#settings.port,
      inspector: site.inspector,
      onKeyLog: this.#options.onKeyLog,
      maxStreams: this.#settings.maxStreams,
      headerTimeout: this.#settings.headerTimeout * 1000,
      stallTimeout: this.#settings.stallTimeout * 1000,
      closing: this.#closing.signal,
    });
    this.#tls = protocols.tls;
    return protocols;
  }

  /** @param begun when connections can be taken */
  async #listen(begun: Promise<Protocols>): Promise<RedirectingListener> {
    const hand = (kind: "tls" | "plain", connection: Duplex) =>
      void begun.then((protocols) => connection.destroyed || protocols[kind].emit("connection", connection));
    return listenWithRedirect(this.#settings.redirect, {
      host: this.#settings.host,
      port: this.#settings.port,
      alternatives: this.#options.port === undefined ? MAX_OTHER_PORTS : 0,
      network: await networkOf(this.#settings),
      maxConnections: Math.min(this.#settings.maxConnections, possibleConnections()),
      makeRoom: () => this.#connections.endIdlest(),
      wait: (socket) => this.#connections.reconnects.wait(remoteAddressOf(socket) ?? "", performance.now()),
      onTls: (connection: Duplex) => hand("tls", connection),
      onPlain: (connection: Duplex) => hand("plain", connection),
    });
  }

  invalidate(): void {
    this.#site?.invalidate();
  }

  reload(): number {
    return this.#site?.reload() ?? 0;
  }

  useCertificate(given: PemPair): void {
    const { pair, notices } = checkGivenPair(given);
    notices.forEach(callbacks(this.#options).notice);
    this.#pair = pair;
    this.#tls?.setSecureContext(this.#secured(pair));
    this.#hosts.certified(namesIn(pair.cert));
  }

  close(grace = 10_000): Promise<void> {
    const timer = setTimeout(this.#late.resolve, grace);
    this.#closed ??= this.#stop();
    return this.#closed.finally(() => clearTimeout(timer));
  }

  async #stop(): Promise<void> {
    this.#closing.abort();
    this.#listener?.close();
    // A listen() under way gives up by itself.
    await this.#opening?.catch(() => undefined);
    await Promise.race([this.#connections.drain(), this.#late.promise]);
    this.#connections.destroy();
    this.#unwatch();
    this.#listener?.destroy();
    await this.#site?.close();
  }
}

/** As many as leave descriptors for files, and for the process itself. */
function possibleConnections(): number {
  const limit = descriptorLimit();
  return limit === undefined ? Infinity : Math.max(8, Math.floor(limit * 0.75) - 64);
}

const selfSigned = async () => (await import("../tls/issue/issue.js")).createCertificate;

const closedError = () => new H2PushError("listen", "the server was closed", "createServer() makes another one");

async function networkOf({ rtt, kbps, loss }: Settings): Promise<ListenOptions["network"]> {
  if (rtt === 0 && kbps === 0 && loss === 0) return undefined;
  const { SlowNetworkLines } = await import("./listen/slow-network/network-simulator.js");
  const lines = new SlowNetworkLines({ rtt, kbps: kbps === 0 ? Infinity : kbps, loss: loss / 100 });
  return (socket, accepted) => lines.connect(socket, accepted);
}
