import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { createServer } from "../../src/index.js";
import { loadAuthority } from "../../src/tls/authority/authority.js";
import { issueLeaf } from "../../src/tls/issue/issue.js";
import type { TlsMin } from "../../src/tls/store/secure-context.js";
import { emptyDirectory } from "../support/directory.js";

interface Running {
  readonly port: number;
  readonly ca: string;
  /** Makes another certificate, puts it into the server, and tells its fingerprint. */
  swap(): Promise<string>;
}

/** Our own server, which answers every request with 11 bytes. */
async function start(tlsMin: TlsMin): Promise<Running> {
  const authority = await loadAuthority({ directory: await emptyDirectory() });
  const server = createServer({
    port: 0,
    tlsMin,
    certificate: await issueLeaf(authority, {}, new Date()),
    routes: [() => new Response("hello world")],
  });
  const { port } = await server.listen();
  onTestFinished(() => server.close(0));
  const swap = async (): Promise<string> => {
    const next = await issueLeaf(authority, {}, new Date());
    server.useCertificate(next);
    return new X509Certificate(next.cert).fingerprint256;
  };
  return { port, ca: authority.cert, swap };
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

test(
  "10,000 requests over 50 connections: none fails while the certificate is replaced 20 times",
  { timeout: 90_000 },
  async () => {
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
      const fingerprint = await running.swap();
      const socket = await open(running);
      expect(socket.getPeerCertificate().fingerprint256).toBe(fingerprint);
      during.push(answered);
    }
    await load;
    expect(answered).toBe(10_000);
    expect(during.at(-1)).toBeLessThan(10_000);
  },
);
