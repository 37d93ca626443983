import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, onTestFinished, test } from "vitest";
import { answerOf, connect, connectSocket } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { generator, targets } from "../../support/targets.js";
import { startUpstream } from "../../support/upstream.js";

const TARGETS = 10_000;

/** The hosts that this process has sent requests of HTTP/1.1 to. */
function askedHosts(): ReadonlySet<string> {
  const hosts = new Set<string>();
  const look = (message: unknown) => {
    const { request }: { request?: { host?: string } } = Object(message);
    hosts.add(request?.host ?? "");
  };
  subscribe("http.client.request.start", look);
  onTestFinished(() => void unsubscribe("http.client.request.start", look));
  return hosts;
}

const prefixes = ["", "/api", "/api/", "/v", "/v/", "//api", "/api?", "http://evil.test/api", "@evil.test"];

test("10,000 request targets reach the upstream that was named alone, and below its path", async () => {
  const hosts = askedHosts();
  const { origin, received } = await startUpstream();
  const root = await writeSite({ "index.html": "home", "public/a.txt": "open" });
  const { port, errors } = await startServer({
    root: `${root}/public`,
    proxy: [`/api=${origin}`, `/v=${origin}/base/v1`],
  });
  const below = generator(7);
  let client = await connect(port);
  const outcomes = new Map<number, number>();
  for (const target of targets(TARGETS)) {
    if (client.session.destroyed || client.session.closed) client = await connect(port);
    const path = Buffer.from(`${prefixes[below(prefixes.length)]}${target}`).toString("latin1");
    const before = received.length;
    const answer = await answerOf(client.session.request({ ":path": path })).catch(() => undefined);
    // A client that breaks the rules of its own protocol has its stream refused.
    if (answer === undefined) continue;
    outcomes.set(answer.status, (outcomes.get(answer.status) ?? 0) + 1);
    const passed = received.slice(before);
    const isUpstreams = answer.body.toString() === "upstream";
    if (answer.status >= 500 || passed.length !== (isUpstreams ? 1 : 0) || answer.body.toString().includes("home")) {
      expect([path, answer.status, answer.body.toString()]).toBe("refused");
    }
  }
  expect([...hosts]).toEqual(["127.0.0.1"]);
  for (const { url, headers } of received) {
    expect([url, headers.host]).toEqual([url, origin.slice(7)]);
    // Also where the upstream decodes once before it resolves.
    for (const read of [url, url.replaceAll(/%2e/gi, ".").replaceAll(/%2f/gi, "/").replaceAll(/%5c/gi, "\\")]) {
      expect([url, new URL(read, origin).href]).toEqual([
        url,
        expect.stringMatching(`^${origin}/(?:api|base/v1)(?:[/?]|$)`),
      ]);
    }
  }
  expect(outcomes.get(200)).toBeGreaterThan(1000);
  expect(errors).toEqual([]);
});

test.each([
  ["/api/../secret", 400],
  ["/api/%2e%2e/secret", 400],
  ["/api/.%2E/secret", 400],
  ["/api/..%2fsecret", 400],
  ["/api/%2e%2e%5csecret", 400],
  ["/api/..;/secret", 400],
  ["/api/..;x=y/secret", 400],
  ["/api/.", 400],
  ["/api\\..\\secret", 404],
  ["/api/..\\secret", 400],
  ["/api/%zz", 400],
  ["/api/é", 400],
  ["/api#x", 400],
  ["/api/#x", 400],
  ["//evil.test/api", 404],
  ["/api@evil.test/x", 404],
  ["/apix", 404],
  ["/api/%0d%0ahost:%20evil.test", 200],
  ["/api//evil.test", 200],
  ["/api/@evil.test", 200],
  ["/api/a..b/...", 200],
  ["/api/?a=../..", 200],
  ["/strip//evil.test/x", 400],
  ["/strip/http://evil.test/", 200],
])("%s is answered with %i", async (target, status) => {
  const { origin, received } = await startUpstream();
  const { port } = await startServer({
    root: await writeSite({ "a.txt": "" }),
    proxy: [`/api=${origin}`, `/strip=${origin}/`],
  });
  const { request } = await connect(port);
  expect((await request(Buffer.from(target).toString("latin1"))).status).toBe(status);
  expect(received.map(({ url }) => url)).toEqual(status === 200 ? [target.replace("/strip/", "/")] : []);
});

test.each([
  ["GET https://evil.test/api/x HTTP/1.1\r\nhost: localhost", 421],
  ["GET https://localhost/api/x HTTP/1.1\r\nhost: evil.test", 421],
  ["GET https://localhost/api/x HTTP/1.1\r\nhost: localhost", 200],
  ["GET https://localhost@evil.test/api/x HTTP/1.1\r\nhost: localhost", 421],
  ["GET api/x HTTP/1.1\r\nhost: localhost", 400],
  ["GET * HTTP/1.1\r\nhost: localhost", 400],
  ["GET /api/x HTTP/1.1\r\nhost: localhost\r\nhost: evil.test", 400],
  ["GET /api/x HTTP/1.1\r\nhost: localhost\r\nconnection: host, x-forwarded-host, via", 200],
  ["GET /api/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked", 400],
])("over HTTP/1.1, %j is answered with %i", async (request, status) => {
  const { origin, received } = await startUpstream();
  const { port } = await startServer({ proxy: [`/api=${origin}`] });
  const socket = await connectSocket(port, "http/1.1");
  let answer = "";
  socket.on("data", (text) => (answer += String(text)));
  socket.write(`${request}\r\n${request.includes("connection:") ? "" : "connection: close\r\n"}\r\n`);
  while (!/^HTTP\/1\.1 (\d+)/.test(answer) && !socket.destroyed) await new Promise(setImmediate);
  expect(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 400)).toBe(status);
  expect(received.map(({ headers }) => headers.host)).toEqual(status === 200 ? [origin.slice(7)] : []);
  for (const { headers } of received) expect(headers["x-forwarded-host"]).toBe("localhost");
});
