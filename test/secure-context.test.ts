import { once } from "node:events";
import { type ClientHttp2Session, connect, createSecureServer, type Http2SecureServer } from "node:http2";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { loadAuthority } from "../src/tls/authority.js";
import { describePair, type Certificate } from "../src/tls/certificate.js";
import { issueLeaf } from "../src/tls/issue.js";
import { secureContexts, type TlsMin } from "../src/tls/secure-context.js";
import { emptyDirectory } from "./support/directory.js";

interface Running {
  readonly port: number;
  readonly ca: string;
  /** Makes another certificate and puts it into the server. */
  swap(): Promise<Certificate>;
}

/** An HTTP/2 server that answers every request with 11 bytes. */
async function start(tlsMin: TlsMin): Promise<Running> {
  const authority = await loadAuthority({ directory: await emptyDirectory() });
  const leaf = async (): Promise<Certificate> =>
    describePair(await issueLeaf(authority, {}, new Date()), { origin: { kind: "memory", reason: "test" } });
  const contextFor = secureContexts({ tlsMin });
  const server: Http2SecureServer = createSecureServer(contextFor(await leaf()));
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
    stream.respond({ ":status": 200 });
    stream.end("hello world");
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const swap = async (): Promise<Certificate> => {
    const next = await leaf();
    server.setSecureContext(contextFor(next));
    return next;
  };
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, ca: authority.cert, swap };
}

/** A TLS connection, open until the test is finished. */
async function open({ port, ca }: Running, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({
    port,
    ca,
    host: "127.0.0.1",
    servername: "localhost",
    ALPNProtocols: ["h2"],
    ...options,
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

async function get(session: ClientHttp2Session): Promise<string> {
  let body = "";
  const stream = session.request({ ":path": "/" });
  for await (const chunk of stream.setEncoding("utf8")) body += String(chunk);
  return body;
}

test.each(["TLSv1.2", "TLSv1.3"] as const)("%s is accepted by default, before and after a swap", async (version) => {
  const running = await start("1.2");
  const only = { minVersion: version, maxVersion: version };
  expect((await open(running, only)).getProtocol()).toBe(version);
  await running.swap();
  const socket = await open(running, only);
  expect(socket.getProtocol()).toBe(version);
  expect(socket.alpnProtocol).toBe("h2");
});

test("with 1.3 as the oldest version, 1.2 is refused, also after a swap", async () => {
  const running = await start("1.3");
  await expect(open(running, { maxVersion: "TLSv1.2" })).rejects.toThrow(/alert protocol version|unsupported/i);
  await running.swap();
  await expect(open(running, { maxVersion: "TLSv1.2" })).rejects.toThrow(/alert protocol version|unsupported/i);
  expect((await open(running)).getProtocol()).toBe("TLSv1.3");
});

test("a session of before the swap is resumed after it", async () => {
  const running = await start("1.2");
  const only = { maxVersion: "TLSv1.2" } as const;
  const first = await open(running, only);
  expect(first.isSessionReused()).toBe(false);
  await running.swap();
  const session = first.getSession();
  expect(session).toBeDefined();
  expect((await open(running, { ...only, session })).isSessionReused()).toBe(true);
});

test("10,000 requests over 50 connections: none fails while the certificate is replaced 20 times", async () => {
  const running = await start("1.2");
  const sessions = Array.from({ length: 50 }, () => {
    const session = connect(`https://127.0.0.1:${running.port}`, { ca: running.ca });
    onTestFinished(() => session.destroy());
    return session;
  });
  let answered = 0;
  const load = Promise.all(
    sessions.map(async (session) => {
      for (let request = 0; request < 200; request += 1) {
        expect(await get(session)).toBe("hello world");
        answered += 1;
      }
    }),
  );
  const during: number[] = [];
  for (let swap = 0; swap < 20; swap += 1) {
    const { fingerprint } = await running.swap();
    const socket = await open(running);
    expect(socket.getPeerCertificate().fingerprint256).toBe(fingerprint);
    during.push(answered);
  }
  await load;
  expect(answered).toBe(10_000);
  expect(during.at(-1)).toBeLessThan(10_000);
});
