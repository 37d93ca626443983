import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import type { Server as TlsServer } from "node:tls";
import type { PemPair } from "../tls/certificate.js";
import { secureContexts, type Secured } from "../tls/secure-context.js";
import { Connections } from "./connection.js";
import type { Exchange } from "./exchange.js";
import { Hosts, namesIn } from "./hosts.js";
import type { Listener, ListenOptions } from "./listener.js";
import { observe } from "./observe.js";
import { openSite, type OpenSite } from "./open-site.js";
import { checkSettings, type Settings } from "./options.js";
import { createProtocols, type Protocols } from "./protocols.js";
import { listenWithRedirect, type RedirectingListener } from "./redirect.js";
import type { ServerOptions } from "./server-options.js";

/** Where a server listens. */
export interface Address {
  /** Where the site begins, with a slash at its end: `https://localhost:8443/`. */
  readonly url: string;
  /** 0 on a socket of the file system. */
  readonly port: number;
  /** IP addresses. */
  readonly addresses: readonly string[];
  /** Absolute path of the socket of the file system (`host: "unix:PATH"`). */
  readonly socket?: string;
  /** The port whose plain HTTP is sent to https (`redirect`). */
  readonly redirect?: number;
}

export interface Server {
  /**
   * Starts to listen.
   *
   * @throws {H2PushError} "root", "listen", "certificate" for what the user can put right
   */
  listen(): Promise<Address>;
  /**
   * Looks at the files again with the next request. Otherwise a change is seen
   * after 250 ms at most: for builds that know when they have written.
   */
  lookAgain(): void;
  /** Shows this certificate (PEM) to new connections from now on; those there are go on. */
  useCertificate(pair: PemPair): void;
  /**
   * Stops: no new connections, idle ones ended, responses under way may end.
   *
   * @param grace how long they may take (milliseconds; 10,000 by default)
   */
  close(grace?: number): Promise<void>;
}

/** How many ports above the default one are tried when it is in use. */
const ALTERNATIVES = 100;

/**
 * A server over HTTPS, HTTP/2 and HTTP/1.1, that gives each page together
 * with what it needs.
 *
 * @throws {H2PushError} "usage" for an option that can't be
 */
export function createServer(options: ServerOptions = {}): Server {
  return new H2PushServer(options, checkSettings(options));
}

class H2PushServer implements Server {
  readonly #options: ServerOptions;
  readonly #settings: Settings;
  readonly #connections = new Connections();
  readonly #closing = new AbortController();
  readonly #hosts: Hosts;
  readonly #secured: (pair: PemPair) => Secured;
  #site: OpenSite | undefined;
  #tls: TlsServer | undefined;
  #listener: Listener | undefined;

  constructor(options: ServerOptions, settings: Settings) {
    // Every stream of events ends with it.
    setMaxListeners(0, this.#closing.signal);
    this.#options = options;
    this.#settings = settings;
    this.#secured = secureContexts(settings);
    this.#hosts = new Hosts([settings.host, ...settings.allowHost]);
  }

  async listen(): Promise<Address> {
    const site = await openSite({
      options: this.#options,
      settings: this.#settings,
      hosts: this.#hosts,
      connections: this.#connections,
      closing: this.#closing.signal,
    });
    this.#site = site;
    const pair = this.#options.certificate ?? (await (await import("../tls/self-signed.js")).createCertificate());
    this.#hosts.certified(namesIn(pair.cert));
    const listener = await this.#listen(this.#protocols(site, pair));
    this.#listener = listener;
    setImmediate(() => void site.lookAhead());
    return addressOf(this.#settings, listener);
  }

  #protocols({ site }: OpenSite, pair: PemPair): Protocols {
    const protocols = createProtocols({
      secured: this.#secured(pair),
      hosts: this.#hosts,
      connections: this.#connections,
      onExchange: (exchange: Exchange) => observe(site, exchange, this.#options.onRequest),
      passesOn: this.#settings.proxy.length > 0,
      port: () => this.#listener?.port ?? this.#settings.port,
      closing: this.#closing.signal,
    });
    this.#tls = protocols.tls;
    return protocols;
  }

  async #listen({ tls, plain }: Protocols): Promise<RedirectingListener> {
    return listenWithRedirect(this.#settings.redirect, {
      host: this.#settings.host,
      port: this.#settings.port,
      alternatives: this.#options.port === undefined ? ALTERNATIVES : 0,
      network: await networkOf(this.#settings),
      onTls: (connection: Duplex) => tls.emit("connection", connection),
      onPlain: (connection: Duplex) => plain.emit("connection", connection),
    });
  }

  lookAgain(): void {
    this.#site?.lookAgain();
  }

  useCertificate(pair: PemPair): void {
    this.#tls?.setSecureContext(this.#secured(pair));
    this.#hosts.certified(namesIn(pair.cert));
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
    await this.#site?.close();
  }
}

async function networkOf({ rtt, kbps }: Settings): Promise<ListenOptions["network"]> {
  if (rtt === 0 && kbps === 0) return undefined;
  const { overSlowNetwork } = await import("./slow-network.js");
  const network = { rtt, kbps: kbps === 0 ? Infinity : kbps };
  return (socket, accepted) => overSlowNetwork(socket, network, accepted);
}

function addressOf({ host, base }: Settings, { port, addresses, socket, redirect }: RedirectingListener): Address {
  const url = `https://${socket === undefined ? `${nameOf(host)}:${port}` : "localhost"}${base}`;
  return {
    url,
    port,
    addresses,
    ...(socket === undefined ? {} : { socket }),
    ...(redirect === undefined ? {} : { redirect }),
  };
}

/** The host of the URL that reaches a server which listens on `host`. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
