import { once } from "node:events";
import {
  connect as connectHttp2,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { IncomingMessage } from "node:http";
import { request as requestHttps, type RequestOptions } from "node:https";
import type { Readable } from "node:stream";
import { isIP } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { acceptOf } from "../delivery/push-promise.js";
import type { Destination } from "../manifest/destination.js";
import { H2PushError, reasonOf } from "../errors.js";

/** How an answer begins. */
export interface LiveHead {
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
}

/** What a server answers. */
export interface LiveAnswer extends LiveHead {
  /** `Link` of the 103 responses that came before it. */
  readonly hinted: readonly string[];
  /** The beginning of the content. */
  readonly body: Buffer;
}

export interface ConnectOptions {
  /** Take pushes. */
  readonly push: boolean;
  /** Don't ask who signed the certificate. */
  readonly insecure: boolean;
}

/** A connection to a server that is in use somewhere. */
export interface LiveConnection {
  /** As a browser asks for a page. */
  get(target: string): Promise<LiveAnswer>;
  /** As a page asks for what it needs. Of the content nothing is read: it may be large. */
  find(target: string, as: Destination): Promise<LiveHead>;
  /** Request targets that the server has promised so far. */
  readonly pushed: readonly string[];
  readonly protocol: "h2" | "http/1.1";
  close(): void;
}

/** A server that says nothing for this long has nothing to say (milliseconds). */
const ANSWER_MS = 20_000;

/** As much of a page as its head takes, and more (bytes). */
const MAX_BODY = 1_000_000;

const CLIENT = {
  "accept-encoding": "identity",
  "accept-language": "en",
  "user-agent": "Mozilla/5.0 (compatible; h2push verify)",
} as const;

const NAVIGATION = {
  ...CLIENT,
  accept: acceptOf("document"),
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "none",
  "sec-fetch-user": "?1",
  "upgrade-insecure-requests": "1",
} as const;

const subresource = (as: Destination) => ({
  ...CLIENT,
  accept: acceptOf(as),
  "sec-fetch-dest": as === "fetch" ? "empty" : as,
  "sec-fetch-mode": as === "fetch" || as === "font" || as === "json" ? "cors" : "no-cors",
  "sec-fetch-site": "same-origin",
});

/**
 * Connects to the origin of a URL, over HTTP/2 where it speaks that.
 *
 * @throws {H2PushError} "listen" when nobody answers there, or with a certificate that can't be trusted
 */
export async function connectLive({ origin, hostname, port }: URL, options: ConnectOptions): Promise<LiveConnection> {
  const socket = await secured(origin, hostname, port, options.insecure);
  if (socket.alpnProtocol === "h2") return overHttp2(origin, socket, options.push);
  socket.destroy();
  return overHttp1(origin, options.insecure);
}

/** What a certificate is not trusted for: OpenSSL's codes of a verification (X509_verify_cert_error_string), and Node's own. */
const DISTRUST: ReadonlySet<string> = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_FORMAT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERROR_IN_CERT_NOT_AFTER_FIELD",
  "ERROR_IN_CERT_NOT_BEFORE_FIELD",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_GET_CRL",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

async function secured(origin: string, hostname: string, port: string, insecure: boolean): Promise<TLSSocket> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket = connectTls({
    host,
    port: port === "" ? 443 : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ["h2", "http/1.1"],
    rejectUnauthorized: !insecure,
  });
  socket.setTimeout(ANSWER_MS, () => socket.destroy(timedOut()));
  try {
    await once(socket, "secureConnect");
    // From here on each answer has a limit of its own.
    socket.setTimeout(0);
    return socket;
  } catch (error) {
    const code = reasonOf(error);
    const hint = DISTRUST.has(code)
      ? "pass --insecure if you know who answers there"
      : "is the server up, and does it speak TLS?";
    throw new H2PushError("listen", `no connection to ${origin} (${code})`, hint, { cause: error });
  }
}

const hungUp = () => Object.assign(new Error("no answer"), { code: "ECONNRESET" });

const timedOut = () => Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });

function overHttp2(origin: string, socket: TLSSocket, push: boolean): LiveConnection {
  const session = connectHttp2(origin, { createConnection: () => socket, settings: { enablePush: push } });
  const pushed: string[] = [];
  session.on("error", () => undefined);
  session.on("stream", (stream, fields) => {
    stream.on("error", () => undefined);
    // Who promised it is all that is asked.
    stream.resume();
    pushed.push(String(fields[":path"]));
  });
  return {
    get: async (target) => {
      const { stream, ...answer } = await ask(session, "GET", target, NAVIGATION);
      return { ...answer, body: await beginning(stream) };
    },
    find: (target, as) =>
      found(async (method) => {
        const { stream, status, fields } = await ask(session, method, target, subresource(as));
        if (method === "HEAD") stream.resume();
        else stream.close(constants.NGHTTP2_CANCEL);
        return { status, fields };
      }),
    pushed,
    protocol: "h2",
    // Not from within what a stream tells: with pushes open, Node 20 ended with a corrupted heap (21 of 25 runs, measured).
    close: () => void setImmediate(() => session.destroy()),
  };
}

/** Servers may not know HEAD: only a GET says that something is not there. */
async function found(ask: (method: "HEAD" | "GET") => Promise<LiveHead>): Promise<LiveHead> {
  const answer = await ask("HEAD");
  return answer.status < 400 ? answer : ask("GET");
}

async function ask(session: ClientHttp2Session, method: string, target: string, sent: OutgoingHttpHeaders) {
  const stream = session.request({ ":method": method, ":path": target, ...sent });
  stream.setTimeout(ANSWER_MS, () => stream.destroy(timedOut()));
  const hinted: string[] = [];
  stream.on("headers", (fields: IncomingHttpHeaders) => hinted.push(...linkOf(fields)));
  const fields = await new Promise<IncomingHttpHeaders & { readonly ":status"?: number }>((resolve, reject) => {
    stream.on("response", resolve);
    stream.on("error", reject);
    stream.on("close", () => reject(hungUp()));
  });
  return { status: fields[":status"] ?? 0, fields, hinted, stream };
}

/** `Link` of an informational response. */
const linkOf = ({ link }: IncomingHttpHeaders): string[] => (link === undefined ? [] : [link].flat());

/** Reads to the end, so that everything is there that comes with the response, and keeps the beginning. */
async function beginning(stream: Readable): Promise<Buffer> {
  const timer = setTimeout(() => stream.destroy(timedOut()), ANSWER_MS);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (length < MAX_BODY) chunks.push(chunk);
      length += chunk.length;
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY);
}

function overHttp1(origin: string, insecure: boolean): LiveConnection {
  const ask = async (method: string, target: string, headers: OutgoingHttpHeaders) => {
    const options: RequestOptions = { method, headers, rejectUnauthorized: !insecure, timeout: ANSWER_MS };
    const request = requestHttps(new URL(target, origin), options);
    request.on("timeout", () => request.destroy(timedOut()));
    const hinted: string[] = [];
    request.on("information", ({ headers }: { headers: IncomingHttpHeaders }) => hinted.push(...linkOf(headers)));
    request.end();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on("response", resolve);
      request.on("error", reject);
    });
    return { status: response.statusCode ?? 0, fields: response.headers, hinted, stream: response };
  };
  return {
    get: async (target) => {
      const { stream, ...answer } = await ask("GET", target, NAVIGATION);
      return { ...answer, body: await beginning(stream) };
    },
    find: (target, as) =>
      found(async (method) => {
        const { stream, status, fields } = await ask(method, target, subresource(as));
        stream.on("error", () => undefined);
        if (method === "HEAD") stream.resume();
        else stream.destroy();
        return { status, fields };
      }),
    pushed: [],
    protocol: "http/1.1",
    close: () => undefined,
  };
}
