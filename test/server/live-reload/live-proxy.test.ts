import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ServerOptions } from "../../../src/index.js";
import { startCli } from "../../support/cli.js";
import { listen } from "../../support/event-source.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { startUpstream } from "../../support/upstream.js";

const SCRIPT = `<script src="/.h2push/live.js" data-upstream="" async></script>`;
const navigation = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const HTML = `<!doctype html><html lang="en"><head><title>App</title><link rel=stylesheet href=/site.css></head><body>Text`;
const WITH_SCRIPT = HTML.replace("<head>", `<head>${SCRIPT}`);

async function serve(listener: RequestListener, options: ServerOptions = {}) {
  const upstream = await startUpstream(listener);
  const notices: string[] = [];
  const root = await writeSite({ "site.css": "a {}", "other.css": "b {}", "app.js": "1" });
  const proxy = [`/app=${upstream.origin}`];
  const server = await startServer({ root, live: true, proxy, onNotice: (text) => notices.push(text), ...options });
  const client = await connect(server.port, { settings: { enablePush: false } });
  return { upstream, notices, root, server, client };
}

const page =
  (fields: Readonly<Record<string, string>> = {}, content: string | Buffer = HTML, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": "text/html; charset=utf-8", ...fields }).end(content);

const textOf = async (client: Awaited<ReturnType<typeof connect>>, path = "/app/", fields: object = navigation) => {
  const { status, headers, body } = await client.request(path, { ...fields });
  return { status, headers, text: body.toString() };
};

test.each([
  ["identity", (text: string) => Buffer.from(text)],
  ["gzip", (text: string) => gzipSync(text)],
  ["br", (text: string) => brotliCompressSync(text)],
  ["deflate", (text: string) => deflateSync(text)],
])("a proxied page in %s gets the script, and no field that speaks of other bytes", async (coding, encode) => {
  const content = encode(HTML);
  const fields = {
    "content-encoding": coding,
    "content-length": String(content.length),
    etag: '"1"',
    "last-modified": "Thu, 15 Jan 2026 12:00:00 GMT",
  };
  const { client, server } = await serve(page(fields, content));
  const { status, headers, text } = await textOf(client);
  expect([status, text]).toEqual([200, WITH_SCRIPT]);
  for (const name of Object.keys(fields)) expect(headers[name]).toBeUndefined();
  expect((await http1(server.port, "/app/", { headers: navigation })).body.toString()).toBe(WITH_SCRIPT);
});

test.each<[what: string, RequestListener, fields?: object]>([
  ["what a script fetches", page(), { accept: "text/html", "sec-fetch-dest": "empty" }],
  ["what asks for something else", page(), { accept: "*/*" }],
  ["what is no HTML", page({ "content-type": "application/json" })],
  ["a download", page({ "content-disposition": "attachment" })],
  ["a part", page({ "content-range": "bytes 0-3/9" }, "part", 206)],
])("%s comes as the upstream has it", async (_what, listener, fields = navigation) => {
  const plain = await serve(listener, { live: false });
  const { client, notices } = await serve(listener);
  const expected = await textOf(plain.client, "/app/", fields);
  const found = await textOf(client, "/app/", fields);
  expect(found.text).toBe(expected.text);
  expect(found.text).not.toContain(".h2push");
  expect(found.headers["content-length"]).toBe(expected.headers["content-length"]);
  expect(notices).toEqual([]);
});

test.each([
  [{ "cache-control": "max-age=0, no-transform" }, "its server says no-transform in cache-control"],
  [{ "content-encoding": "compress" }, "its content-encoding can't be undone here"],
])("a page with %j comes as it is, and that is said once", async (fields, reason) => {
  const { client, notices } = await serve(page(fields));
  for (let n = 0; n < 2; n++) expect((await textOf(client)).text).toBe(HTML);
  expect(notices).toEqual([`/app/ does not reload by itself: ${reason}`]);
});

test("a page of errors gets the script, a redirect stays", async () => {
  const failing = await serve(page({}, HTML, 500));
  expect(await textOf(failing.client)).toMatchObject({ status: 500, text: WITH_SCRIPT });
  const moving = await serve(page({ location: "/app/b" }, "", 302));
  expect(await textOf(moving.client)).toMatchObject({ status: 302, text: "" });
});

test("no condition reaches the upstream: the copy that the client has may be without the script", async () => {
  const { client, upstream } = await serve(page());
  const conditions = {
    "if-none-match": '"1"',
    "if-modified-since": "Thu, 15 Jan 2026 12:00:00 GMT",
    range: "bytes=0-3",
  };
  await textOf(client, "/app/", { ...navigation, ...conditions });
  await textOf(client, "/app/a.js", { ...conditions, "sec-fetch-dest": "script" });
  const asked = upstream.received.map(({ headers }) => Object.keys(conditions).filter((name) => name in headers));
  expect(asked).toEqual([[], Object.keys(conditions)]);
});

test("a page that comes bit by bit goes on bit by bit, and the script is where it belongs", async () => {
  const responses: ServerResponse[] = [];
  const { client } = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).write("<!doc");
    responses.push(response);
  });
  const stream = client.session.request({ ":path": "/app/", ...navigation });
  let text = "";
  stream.setEncoding("utf8").on("data", (more: string) => (text += more));
  const arrived = async (expected: string) => {
    while (text.length < expected.length) await once(stream, "data");
    expect(text).toBe(expected);
  };
  // The head does not wait for the place of the script.
  await once(stream, "response");
  const [response] = responses;
  for (const piece of ["type html><ht", "ml lang=en>\n<he", "ad class=a"]) response!.write(piece);
  response!.write("><title>");
  await arrived(`<!doctype html><html lang=en>\n<head class=a>${SCRIPT}<title>`);
  response!.write("B");
  await arrived(`<!doctype html><html lang=en>\n<head class=a>${SCRIPT}<title>B`);
  response!.end();
  await once(stream, "end");
});

test("a compressed page that comes bit by bit does not wait for its end", async () => {
  const { createGzip, constants } = await import("node:zlib");
  const ends: (() => void)[] = [];
  const { client } = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" });
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    gzip.pipe(response);
    gzip.write(HTML);
    ends.push(() => gzip.end("end"));
  });
  const stream = client.session.request({ ":path": "/app/", ...navigation });
  let text = "";
  stream.setEncoding("utf8").on("data", (more: string) => (text += more));
  while (text.length < WITH_SCRIPT.length) await once(stream, "data");
  expect(text).toBe(WITH_SCRIPT);
  for (const end of ends) end();
  await once(stream, "end");
  expect(text).toBe(`${WITH_SCRIPT}end`);
});

test("what is not in the coding that it names ends the response, and is told in words", async () => {
  const { client, server, notices } = await serve(page({ "content-encoding": "gzip" }, "no gzip"));
  await expect(client.request("/app/", navigation)).rejects.toThrow();
  expect(notices).toEqual([
    expect.stringMatching(/^GET \/app\/: http:\S+ could not be asked \(incorrect header check\)\.$/),
  ]);
  expect(server.errors).toEqual([]);
});

test.each([
  ["default-src 'self'; script-src 'nonce-aBc1' 'strict-dynamic'", SCRIPT.replace("data", `nonce="aBc1" data`), []],
  ["script-src 'self'", SCRIPT, []],
  ["script-src 'sha256-abc'", SCRIPT, ["script-src 'sha256-abc'"]],
  ["default-src 'self'; connect-src 'none'", SCRIPT, ["connect-src 'none'"]],
])("under the policy %j the script is %s", async (policy, script, told) => {
  const { client, notices } = await serve(page({ "content-security-policy": policy }));
  const { headers, text } = await textOf(client);
  expect(headers["content-security-policy"]).toBe(policy);
  expect(text).toBe(HTML.replace("<head>", `<head>${script}`));
  const sentence = "/app/ does not reload by itself, its content security policy forbids it: ";
  expect(notices).toEqual(told.map((obstacle) => sentence + obstacle));
});

test.each(["/app", "/"])("the files of ours that a page below %s has loaded are watched for it", async (prefix) => {
  const upstream = await startUpstream(page());
  const root = await writeSite({ "site.css": "a {}", "other.css": "b {}", "app.js": "1" });
  const cli = await startCli([root, "-p", "0", "--live", "--proxy", `${prefix}=${upstream.origin}`]);
  const client = await connect(await cli.port());
  const files = ["/site.css", "/app.js", "/none.css"].join("\n");
  const query = new URLSearchParams({ page: "/app/", load: "", version: "", files });
  const source = await listen(client, `/.h2push/live?${query.toString()}`);
  expect((await source.next()).event).toBe("hello");
  await writeFile(join(root, "other.css"), "b { color: red }");
  await writeFile(join(root, "site.css"), "a { color: red }");
  expect(await source.next()).toMatchObject({ event: "css", data: `["/site.css"]` });
  await writeFile(join(root, "app.js"), "22");
  expect(await source.next()).toMatchObject({ event: "reload" });
  expect((await client.request("/.h2push/live.js")).status).toBe(200);
  expect(upstream.received).toEqual([]);
});
