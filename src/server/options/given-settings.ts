import type { Announcement } from "../../delivery/announcement.js";
import type { DeliveryMode } from "../../delivery/plan.js";
import type { Viewport } from "../../scanner/css/media-queries.js";
import type { TlsMin } from "../../tls/store/secure-context.js";

/** What may be given for each option: its value, or the text of a number. */
export interface GivenSettings {
  /** An error if it is in use. Without one: 8443, or the next free one. 0 picks a free one. */
  readonly port?: number | string;
  /**
   * A name or an IP address; `localhost` (the default) means 127.0.0.1 and
   * ::1, `unix:PATH` a socket of the file system instead of a port.
   */
  readonly host?: string;
  /**
   * Redirects plain HTTP on a port of its own to HTTPS, with 308; 0 picks a free one, `true` means 8080, or 80 beside 443.
   */
  readonly redirect?: number | string | boolean;
  /** How pages get what they need; "auto" by default. */
  readonly delivery?: DeliveryMode;
  /** What `Link` and 103 name: "unseen" (what a browser can't find in the HTML by itself), or "all". */
  readonly announce?: Announcement;
  /** Hosts to answer for, beside loopback names, addresses and the names of the certificate. */
  readonly allowHost?: readonly string[];
  /**
   * For single-page applications: the page in the root that answers
   * navigations to paths without a file; `true` means index.html.
   */
  readonly single?: string | boolean;
  /**
   * Serves the site below this path, "/repo/", as hosts of projects do; `/`
   * leads there. Routes, the proxy and live reload keep their paths.
   */
  readonly base?: string;
  /** Lists directories without an index page. */
  readonly list?: boolean;
  /** Serves dotfiles; `.well-known` is served without. */
  readonly dotfiles?: boolean;
  /** Follows symbolic links that lead out of the root. */
  readonly symlinks?: boolean;
  /**
   * How long clients may use what they have without revalidating: seconds, "off"
   * (they store nothing), or "immutable" (names with a content hash for a
   * year). Without it they revalidate each time, stylesheets after two seconds.
   */
  readonly cache?: number | string;
  /** Fields of every response, each as "name: value"; `Link` is delivered like what pages need. */
  readonly header?: readonly string[];
  /** Sends compressed content where the client accepts it: compressed here, or from files beside it (`.br`, `.zst`, `.gz`). */
  readonly compress?: boolean;
  /** Megabytes (of 1,000,000 bytes) of content that are kept in memory; 64 by default. */
  readonly memory?: number | string;
  /** Reloads pages when what they need has changed; stylesheets are swapped. Clients then revalidate, whatever `cache` says. */
  readonly live?: boolean;
  /** Globs of files (paths from the root, as in .gitignore) whose changes do not count for `live`. */
  readonly liveIgnore?: readonly string[];
  /** For how many milliseconds nothing must have changed before `live` tells pages; 0 by default, which means 60 to 100. */
  readonly liveDelay?: number | string;
  /** The oldest version of TLS to accept; "1.2" by default. */
  readonly tlsMin?: TlsMin;
  /** Most files pushed with a page; 100 by default. */
  readonly pushCount?: number | string;
  /** Most bytes pushed with a page (4 MiB by default), or "window": as much as the client's window allows. */
  readonly pushBytes?: number | string;
  /** Reports in a `server-timing` field of each page what was pushed and linked. */
  readonly serverTiming?: boolean;
  /** Learns from what clients ask for what each page needs; true by default, false beside `manifest` and `delivery: "none"`, unless `learnFile` is given. */
  readonly learn?: boolean;
  /** A file (JSON) that keeps what was learned across restarts. */
  readonly learnFile?: string;
  /**
   * A manifest (JSON) to take what pages need from, instead of scanning them:
   * as `h2push manifest` writes it, or as http2-push-manifest does.
   */
  readonly manifest?: string;
  /** The window that pages are scanned for, as text "1280x720", "390x844@3"; 1280 × 720, one device pixel to a CSS pixel, by default. */
  readonly viewport?: Viewport | string;
  /** Watches the files that pages need: a change is seen at once, without it up to a second later. */
  readonly watch?: boolean;
  /**
   * Requires `user:password` (RFC 7617) for every request; `@FILE` reads it
   * from the first line of a file.
   */
  readonly auth?: string;
  /** Lets pages of every origin (`true`, "*") or of one origin read every response. */
  readonly cors?: string | boolean;
  /** Makes pages cross-origin isolated, as SharedArrayBuffer asks for. */
  readonly coi?: boolean;
  /**
   * Most connections at a time, 4,000 by default; fewer where the system lets the
   * process open fewer files. The one that has been idle longest gives way to a new one.
   */
  readonly maxConnections?: number | string;
  /** Most requests that are open at a time on a connection of HTTP/2; 128 by default. */
  readonly maxStreams?: number | string;
  /** After how many seconds without an open request a connection of HTTP/2 is ended; 120 by default, 0 for never. */
  readonly idleTimeout?: number | string;
  /** Within how many seconds a client has to begin HTTP/2, and to send the fields of a request; 15 by default, 0 for any time. */
  readonly headerTimeout?: number | string;
  /**
   * After how many seconds a response is ended of which bytes wait and its client takes none, and a request whose
   * content does not come; 60 by default, 0 for never. Not the quiet: streams of events and WebSockets stay open.
   */
  readonly stallTimeout?: number | string;
  /**
   * Forwards requests: `/api=http://localhost:3000` those for `/api` and below.
   * The path is kept, unless the URL has one: that replaces the prefix
   * (`/api=http://localhost:3000/` drops it).
   */
  readonly proxy?: readonly string[];
  /** How long an upstream may stay silent, in seconds; 30 by default, 0 for no limit. */
  readonly proxyTimeout?: number | string;
  /** Simulates a slow network: its round-trip time in milliseconds. */
  readonly rtt?: number | string;
  /** Simulates a slow network: its bandwidth each way in kilobits per second; 0 (the default) for no limit. */
  readonly kbps?: number | string;
  /** Simulates a slow network: percentage of packets that are lost, from 0 to 50. */
  readonly loss?: number | string;
  /** Shows at `/.h2push/` how pages are loaded, live, and the frames of connections that begin while somebody looks. */
  readonly inspect?: boolean;
  /** Lets other machines look there, too. */
  readonly inspectPublic?: boolean;
}
