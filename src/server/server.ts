import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import type { Server as TlsServer } from "node:tls";
import type { Limits } from "../delivery/plan.js";
import type { Scanner } from "../manifest/scanner.js";
import { fieldsOf } from "../rules/field.js";
import { Representations } from "../static/representations.js";
import { openTree, type FileTree } from "../static/tree.js";
import { createCertificate } from "../tls/self-signed.js";
import type { PemPair } from "../tls/certificate.js";
import { secureContexts, type Secured } from "../tls/secure-context.js";
import { Connections } from "./connection.js";
import { credentialsFile } from "./credentials.js";
import { openDressers } from "./dressers.js";
import type { Exchange } from "./exchange.js";
import { openGates, proxied } from "./gate.js";
import { LearnedLinks } from "./early-hints.js";
import { Hosts, namesIn } from "./hosts.js";
import type { Listener } from "./listener.js";
import type { Live } from "./live/live.js";
import type { RequestRecord } from "./log.js";
import { observe } from "./observe.js";
import { checkSettings, type GivenSettings, type Settings } from "./options.js";
import { createProtocols } from "./protocols.js";
import { listenWithRedirect, type RedirectingListener } from "./redirect.js";
import { checkRoot } from "./root.js";
import type { Route } from "./route.js";
import { ruleFiles, SiteRules } from "./rules.js";
import type { ScanSummary } from "./scan-ahead.js";
import type { Site } from "./site.js";
import { siteScanner, type ServerScanner } from "./site-scanner.js";
import type { SlowNetwork } from "./slow-network.js";

/** What a server is to do. The settings are those of the command line, see `serverOptions`. */
export interface ServerOptions extends GivenSettings {
  /** The directory to serve; without one, only the routes answer. */
  readonly root?: string;
  /** Asked in their order before the files. */
  readonly routes?: readonly Route[];
  /** PEM. Without one, a self-signed pair is made for this run. */
  readonly certificate?: PemPair;
  /** Whether browsers on this machine trust the certificate; a 103 is then sent while a route is slow. */
  readonly trusted?: boolean;
  /** Files and directories never to be served, beside dotfiles and private keys. */
  readonly hidden?: readonly string[];
  /** Told of each request when its response and what went with it has ended. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told what the pages need, found in idle time after listening; without it nothing is scanned ahead. */
  readonly onScan?: (summary: ScanSummary) => void;
  /** Told what the user should know of, in a sentence: a file too long to be scanned to its end. */
  readonly onNotice?: (text: string) => void;
  /** Told what went wrong with one request: a route that threw, a failing disk. The server goes on. */
  readonly onError?: (error: Error) => void;
}

/** Where a server listens. */
export interface Address {
  /** With a slash at its end, for example `https://localhost:8443/`. */
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

/** What a site is put together from that was opened for it. */
type Parts = Pick<Site, "tree" | "scanner" | "rules" | "gates" | "dressers"> & { readonly live: Live | undefined };

const MEGABYTE = 1_000_000;

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
  #tree: FileTree | undefined;
  #rules: SiteRules | undefined;
  #scanner: ServerScanner | undefined;
  #live: Live | undefined;
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
    const { root, certificate } = this.#options;
    if (root !== undefined) await checkRoot(root);
    const tree = root === undefined ? undefined : await this.#openTree(root);
    this.#tree = tree;
    const scanner = tree === undefined ? undefined : await this.#openScanner(tree);
    this.#scanner = scanner;
    if (this.#settings.live && tree !== undefined && scanner !== undefined)
      this.#live = await this.#openLive(tree, scanner);
    const rules = new SiteRules({
      root: tree?.root,
      fields: fieldsOf(this.#settings.header),
      report: (error) => this.#options.onError?.(error),
      notice: (text) => this.#options.onNotice?.(text),
    });
    this.#rules = rules;
    const [gates, dressers] = await Promise.all([openGates(this.#settings), openDressers(this.#settings)]);
    const live = this.#live;
    // Live reload comes last: it looks at the policy that a page has in the end.
    const all = [rules.dresser, ...dressers, ...(live === undefined ? [] : [live.dresser])];
    const site = this.#site({ tree, scanner: live?.scanner ?? scanner, live, rules, gates, dressers: all });
    const pair = certificate ?? (await createCertificate());
    this.#hosts.certified(namesIn(pair.cert));
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
    const listener = await listenWithRedirect(this.#settings.redirect, {
      host: this.#settings.host,
      port: this.#settings.port,
      alternatives: this.#options.port === undefined ? ALTERNATIVES : 0,
      network: networkOf(this.#settings),
      onTls: (connection: Duplex) => protocols.tls.emit("connection", connection),
      onPlain: (connection: Duplex) => protocols.plain.emit("connection", connection),
    });
    this.#listener = listener;
    setImmediate(() => void this.#look(tree, scanner, rules));
    return addressOf(this.#settings.host, listener);
  }

  lookAgain(): void {
    this.#tree?.lookAgain();
    this.#scanner?.lookAgain();
    this.#rules?.lookAgain();
    this.#live?.changed();
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
    await this.#scanner?.close();
  }

  async #openScanner(tree: FileTree): Promise<ServerScanner> {
    const { manifest, viewport, watch } = this.#settings;
    if (manifest !== undefined) return (await import("./manifest-scanner.js")).manifestScanner(tree, manifest);
    const { onNotice, onError } = this.#options;
    const notice = (text: string) => onNotice?.(text);
    const report = (error: Error) => onError?.(error);
    return siteScanner(tree, { viewport, watch, notice, report });
  }

  async #openLive(tree: FileTree, scanner: Scanner): Promise<Live> {
    const { single, watch } = this.#settings;
    const { createLive } = await import("./live/live.js");
    return createLive({
      tree,
      scanner,
      single,
      watch,
      connections: this.#connections,
      closing: this.#closing.signal,
      notice: (text) => this.#options.onNotice?.(text),
      report: (error) => this.#options.onError?.(error),
    });
  }

  #openTree(root: string): Promise<FileTree> {
    const { dotfiles, symlinks, compress, auth } = this.#settings;
    const hidden = [this.#options.hidden ?? [], credentialsFile(auth) ?? []].flat();
    return openTree(root, { hidden, reserved: ruleFiles, dotfiles, symlinks, precompressed: compress });
  }

  #site({ tree, scanner, live, rules, gates, dressers }: Parts): Site {
    const { delivery, pushCount, pushBytes, serverTiming, single, list, memory, compress, cache } = this.#settings;
    const limits: Limits = { mode: delivery, pushCount, pushBytes };
    return {
      tree,
      representations: new Representations({
        memory: memory * MEGABYTE,
        compress,
        // What is swapped or loaded anew has to be asked for.
        cache: live === undefined || cache === "off" ? cache : 0,
        insert: live?.inserter,
      }),
      single,
      list,
      hosts: this.#hosts,
      scanner,
      routes: this.#options.routes ?? [],
      rules,
      gates,
      isProxied: proxied(this.#settings.proxy),
      dressers,
      live,
      limits,
      serverTiming,
      hints: new LearnedLinks(),
      hintsHelp: delivery === "hints" || (delivery === "auto" && this.#options.trusted === true),
      connections: this.#connections,
      closing: this.#closing.signal,
      report: (error) => this.#options.onError?.(error),
      notice: (text) => this.#options.onNotice?.(text),
    };
  }

  /** Looks at the rules, and then at the pages. */
  async #look(tree: FileTree | undefined, scanner: Scanner | undefined, rules: SiteRules): Promise<void> {
    const { onScan, onError } = this.#options;
    try {
      await rules.look(performance.now());
      if (onScan === undefined || tree === undefined || scanner === undefined) return;
      const { scanAhead } = await import("./scan-ahead.js");
      const summary = await scanAhead(tree.root, rules.scanner(scanner), this.#connections, this.#closing.signal);
      // What an upstream answers is not missing.
      const isProxied = proxied(this.#settings.proxy);
      const missing = summary?.missing.filter(({ target }) => !isProxied(target)) ?? [];
      if (summary !== undefined) onScan({ ...summary, missing });
    } catch (error) {
      onError?.(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function networkOf({ rtt, kbps }: Settings): SlowNetwork | undefined {
  return rtt === 0 && kbps === 0 ? undefined : { rtt, kbps: kbps === 0 ? Infinity : kbps };
}

function addressOf(host: string, { port, addresses, socket, redirect }: RedirectingListener): Address {
  const url = socket === undefined ? `https://${nameOf(host)}:${port}/` : "https://localhost/";
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
