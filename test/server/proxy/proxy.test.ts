import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ask, type Protocol } from "../../support/ask.js";
import { http1, keepAlive } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer, testCertificate } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { closedPort, startUpstream } from "../../support/upstream.js";

const protocols: readonly Protocol[] = ["HTTP/2", "HTTP/1.1"];

const echo: RequestListener = (request, response) => {
  response.writeHead(200, { "content-type": "text/plain", "x-method": request.method ?? "" });
  request.pipe(response);
};

test.each(protocols)("passes a request and its response on over %s", async (protocol) => {
  const date = "Tue, 15 Nov 1994 08:12:31 GMT";
  const { origin, received } = await startUpstream((_request, response) => {
    response.writeHead(201, { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"], "x-own": "1", date });
    response.end("made");
  });
  const { port, record } = await startServer({ root: await writeSite({ "a.txt": "file" }), proxy: [`/api=${origin}`] });
  const answer = await ask(port, protocol, "/api/x?y=%20z", "GET", { cookie: "c=1", accept: "text/plain" });
  expect(answer.status).toBe(201);
  expect(answer.body.toString()).toBe("made");
  expect(answer.headers).toMatchObject({
    "content-type": "text/plain",
    "set-cookie": ["a=1", "b=2"],
    "x-own": "1",
    date,
  });
  expect(received).toMatchObject([
    { method: "GET", url: "/api/x?y=%20z", headers: { accept: "text/plain", cookie: "c=1" } },
  ]);
  const file = await ask(port, protocol, "/a.txt");
  expect(file.body.toString()).toBe("file");
  expect(Math.abs(Date.parse(String(file.headers["date"])) - Date.now())).toBeLessThan(5000);
  expect(await record(({ target }) => target.startsWith("/api"))).toMatchObject({
    status: 201,
    bytes: 4,
    aborted: false,
  });
});

test.each(protocols)("passes contents both ways over %s, with and without a length", async (protocol) => {
  const { origin, received } = await startUpstream(echo);
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const content = "x".repeat(300_000);
  for (const fields of [{ "content-length": String(content.length) }, {}]) {
    const answer =
      protocol === "HTTP/2"
        ? await (await connect(port)).request("/", { ":method": "POST", ...fields }, content)
        : await http1(port, "/", {
            method: "POST",
            headers: { ...fields, ...("content-length" in fields ? {} : { "transfer-encoding": "chunked" }) },
            content,
          });
    expect(answer.status).toBe(200);
    expect(answer.body.toString() === content).toBe(true);
  }
  expect(received.map(({ headers }) => headers["content-length"] ?? headers["transfer-encoding"])).toEqual([
    "300000",
    "chunked",
  ]);
});

test("tells the upstream who asked for what, and hides what was meant for one connection", async () => {
  const { origin, port: upstreamPort, received } = await startUpstream();
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  await http1(port, "/", {
    headers: {
      connection: "close, x-mine",
      "x-mine": "1",
      "keep-alive": "timeout=5",
      te: "trailers",
      "proxy-authorization": "Basic eA==",
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "evil.test",
      forwarded: "for=192.0.2.1",
      "x-kept": "1",
    },
  });
  const { headers } = received[0]!;
  expect(headers).toMatchObject({
    host: `127.0.0.1:${upstreamPort}`,
    "x-forwarded-host": `localhost:${port}`,
    "x-forwarded-proto": "https",
    "x-kept": "1",
  });
  expect(headers["x-forwarded-for"]).toMatch(/^192\.0\.2\.1, (?:127\.0\.0\.1|::1)$/);
  expect(headers["forwarded"]).toMatch(
    /^for=192\.0\.2\.1, for=(?:127\.0\.0\.1|"\[::1\]");host="localhost:\d+";proto=https$/,
  );
  expect(headers["via"]).toMatch(/^1\.1 h2push-[\da-f]{8}$/);
  for (const name of ["x-mine", "keep-alive", "te", "proxy-authorization"]) expect(headers[name]).toBeUndefined();
});

test("fields behind the content of a response reach a client of HTTP/2", async () => {
  const { origin, received } = await startUpstream((_request, response) => {
    response.writeHead(200, { trailer: "x-checksum" }).write("content");
    response.addTrailers({ "x-checksum": "abc", "keep-alive": "timeout=5" });
    response.end();
  });
  const { port, errors } = await startServer({ proxy: [`/=${origin}`] });
  const { session } = await connect(port);
  for (const fields of [{}, { te: "trailers" }]) {
    const stream = session.request({ ":path": "/", ...fields }).resume();
    const closed = once(stream, "close");
    const [trailers]: unknown[] = await once(stream, "trailers");
    expect(Object.entries(Object(trailers))).toEqual([["x-checksum", "abc"]]);
    await closed;
    expect(stream.rstCode).toBe(0);
  }
  expect(received.map(({ headers: { te, connection } }) => [te, connection])).toEqual([
    [undefined, "keep-alive"],
    ["trailers", "TE"],
  ]);
  expect(errors).toEqual([]);
});

test("joins the cookie fields of HTTP/2", async () => {
  const { origin, received } = await startUpstream();
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  await (await connect(port)).request("/", { cookie: ["a=1", "b=2"] });
  expect(received[0]!.headers.cookie).toBe("a=1; b=2");
});

test.each(protocols)("hides from the client what was meant for one connection over %s", async (protocol) => {
  const { origin } = await startUpstream((_request, response) => {
    response.writeHead(200, {
      connection: "close, x-mine",
      "x-mine": "1",
      "keep-alive": "timeout=5",
      "proxy-authenticate": "Basic",
      trailer: "x-end",
      "x-kept": "1",
    });
    response.addTrailers({ "x-end": "1" });
    response.end("chunked");
  });
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const { headers, body } = await ask(port, protocol, "/");
  expect(body.toString()).toBe("chunked");
  expect(headers["x-kept"]).toBe("1");
  for (const name of ["x-mine", "proxy-authenticate", "trailer"]) expect(headers[name]).toBeUndefined();
  expect(headers["keep-alive"]).not.toBe("timeout=5");
});

test.each(protocols)("a response without a content is passed on as it is over %s", async (protocol) => {
  const { origin } = await startUpstream((request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, status === 204 ? {} : { "content-length": 42, etag: '"1"' });
    response.end();
  });
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  expect(await ask(port, protocol, "/200", "HEAD")).toMatchObject({ status: 200, headers: { "content-length": "42" } });
  expect(await ask(port, protocol, "/204", "DELETE")).toMatchObject({ status: 204, body: Buffer.alloc(0) });
  expect(await ask(port, protocol, "/304")).toMatchObject({ status: 304, headers: { etag: '"1"' } });
});

const tooLarge: RequestListener = (_request, response) => {
  response.writeHead(413, { "content-length": 3, connection: "close" }).end("big");
};

test("an answer that comes before the content is passed on over HTTP/1.1", async () => {
  const { origin } = await startUpstream(tooLarge);
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const { status, body } = await http1(port, "/", { method: "POST", content: Buffer.alloc(200_000) });
  expect([status, body.toString()]).toEqual([413, "big"]);
});

test("an answer that comes before the content is passed on over HTTP/2, and ends the content", async () => {
  const { origin } = await startUpstream(tooLarge);
  const { port, record } = await startServer({ proxy: [`/=${origin}`] });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/", ":method": "POST" });
  stream.on("error", () => undefined).end(Buffer.alloc(2_000_000));
  const [answer, content] = await Promise.all([once(stream, "response"), once(stream, "data")]);
  expect([Object(answer[0])[":status"], String(content[0])]).toEqual([413, "big"]);
  await record(({ status }) => status === 413);
});

test("a client that expects leave to send its content gets it at once", async () => {
  const { origin, received } = await startUpstream(echo);
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const { session } = await connect(port);
  const stream = session.request({ ":path": "/", ":method": "POST", expect: "100-continue" });
  await once(stream, "continue");
  stream.end("content");
  const [content]: unknown[] = await once(stream, "data");
  expect(String(content)).toBe("content");
  expect(received[0]!.headers.expect).toBeUndefined();
});

test.each([
  ["/api=ORIGIN", "/api", "/api"],
  ["/api=ORIGIN", "/api?x", "/api?x"],
  ["/api=ORIGIN", "/api/", "/api/"],
  ["/api/=ORIGIN", "/api/x", "/api/x"],
  ["/api=ORIGIN", "/api/a%2Fb//c;d?e=%zz", "/api/a%2Fb//c;d?e=%zz"],
  ["/api=ORIGIN/", "/api", "/"],
  ["/api=ORIGIN/", "/api?x", "/?x"],
  ["/api=ORIGIN/", "/api/x", "/x"],
  ["/api=ORIGIN/v1", "/api/x?y", "/v1/x?y"],
  ["/api=ORIGIN/v1/", "/api", "/v1"],
  ["/=ORIGIN", "/x", "/x"],
  ["/=ORIGIN/v1", "/x", "/v1/x"],
])("--proxy %s sends %s to %s", async (rule, target, expected) => {
  const { origin, received } = await startUpstream();
  const { port } = await startServer({ proxy: [rule.replace("ORIGIN", origin)] });
  expect((await http1(port, target)).status).toBe(200);
  expect(received.map(({ url }) => url)).toEqual([expected]);
});

test("the longest prefix wins, and it ends where a segment does", async () => {
  const [api, deep] = [await startUpstream(), await startUpstream()];
  const proxy = [`/api=${api.origin}`, `/api/deep=${deep.origin}`];
  const { port } = await startServer({ root: await writeSite({ apix: "file" }), proxy });
  for (const path of ["/api/deep", "/api/deep/x", "/api/deeper", "/api"]) await http1(port, path);
  expect((await http1(port, "/apix")).body.toString()).toBe("file");
  expect((await http1(port, "/API")).status).toBe(404);
  expect(deep.received.map(({ url }) => url)).toEqual(["/api/deep", "/api/deep/x"]);
  expect(api.received.map(({ url }) => url)).toEqual(["/api/deeper", "/api"]);
});

test.each([
  ["127.0.0.1", "localhost"],
  ["::1", "localhost"],
  ["::1", "app.localhost"],
  ["::1", "[::1]"],
])("an upstream that listens on %s alone is found as %s", async (address, name) => {
  const { port: at, received } = await startUpstream(undefined, address);
  const secure = createHttps(await testCertificate(), (_request, response) => response.end("secure"));
  secure.listen(0, address);
  await once(secure, "listening");
  onTestFinished(() => void secure.close());
  const proxy = [`/=http://${name}:${at}`, `/tls=https://${name}:${Object(secure.address()).port}`];
  const { port } = await startServer({ proxy });
  expect((await http1(port, "/")).body.toString()).toBe("upstream");
  expect((await http1(port, "/tls")).body.toString()).toBe("secure");
  expect(received[0]!.headers.host).toBe(`${name}:${at}`);
});

test("an upstream that listens on no address of this machine refuses the connection", async () => {
  const { port } = await startServer({ proxy: [`/=http://localhost:${await closedPort()}`] });
  const { status, body } = await http1(port, "/");
  expect(status).toBe(502);
  expect(body.toString()).toContain("refused the connection: nothing listens there");
});

test("speaks TLS to an upstream of this machine, whatever its certificate", async () => {
  const secure = createHttps(await testCertificate(), (_request, response) => response.end("secure"));
  secure.listen(0, "127.0.0.1");
  await once(secure, "listening");
  onTestFinished(() => void secure.close());
  const address: Partial<AddressInfo> = Object(secure.address());
  const { port } = await startServer({ proxy: [`/=https://localhost:${address.port}`] });
  expect((await http1(port, "/")).body.toString()).toBe("secure");
});

test("a connection that the upstream has ended meanwhile costs no request", async () => {
  const { origin, server, received } = await startUpstream();
  const { port } = await startServer({ proxy: [`/=${origin}`] });
  const agent = keepAlive();
  expect((await http1(port, "/", { agent })).status).toBe(200);
  // The next request finds it open, and gets no answer on it.
  server.prependOnceListener("request", (request) => request.socket.resetAndDestroy());
  expect((await http1(port, "/", { agent })).status).toBe(200);
  expect(received.length).toBeGreaterThanOrEqual(2);
});

test("a proxy to itself is found out", async () => {
  const free = await closedPort();
  const { port } = await startServer({ port: free, proxy: [`/=https://localhost:${free}`] });
  expect((await http1(port, "/")).status).toBe(508);
});

test.each(["/api", "api=http://a", "/api=", "/api=ftp://a", "/api=http://", "/a?b=http://a", "/../a=http://a"])(
  "--proxy %s is refused at the start",
  async (rule) => {
    await expect(startServer({ proxy: [rule] })).rejects.toMatchObject({ code: "usage" });
  },
);

test("a password in the URL of an upstream is refused and not repeated", async () => {
  await expect(startServer({ proxy: ["/api=http://user:secret@a"] })).rejects.toThrow(
    /^(?!.*secret).*user and password/,
  );
});
