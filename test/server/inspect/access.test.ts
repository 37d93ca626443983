import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createServer } from "../../../src/index.js";
import { refusal } from "../../../src/server/inspect/access.js";
import { startCli } from "../../support/cli.js";
import { emptyDirectory } from "../../support/directory.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const PATHS = ["", "events", "loads.json", "connections.json", "js/main.js", "texts/zh.json"];

const site = { "index.html": "<p>page</p>" };

test.each(PATHS)("answers nothing at /.h2push/%s without the option", async (path) => {
  const { port } = await startServer({ root: await writeSite(site) });
  const client = await connect(port);
  expect((await client.request(`/.h2push/${path}`)).status).toBe(404);
});

describe("with the option", () => {
  test.each(["POST", "PUT", "DELETE"])("a %s is not possible", async (method) => {
    const { port } = await startServer({ root: await writeSite(site), inspect: true });
    const client = await connect(port);
    expect((await client.request("/.h2push/loads.json", { ":method": method })).status).toBe(405);
  });

  test.each([
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }, 403],
    [{ "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }, 403],
    [{ origin: "https://example.com" }, 403],
    [{ "x-forwarded-for": "192.0.2.1" }, 403],
    [{ forwarded: "for=192.0.2.1" }, 403],
    [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }, 200],
    [{ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, 200],
    [{}, 200],
  ])("a request with %j gets %i", async (fields, status) => {
    const { port } = await startServer({ root: await writeSite(site), inspect: true });
    const client = await connect(port);
    expect((await client.request("/.h2push/loads.json", fields)).status).toBe(status);
  });

  test("another host gets 421", async () => {
    const { port } = await startServer({ root: await writeSite(site), inspect: true });
    const client = await connect(port);
    expect((await client.request("/.h2push/", { ":authority": "example.com" })).status).toBe(421);
  });

  test("the password is asked for where there is one", async () => {
    const { port } = await startServer({ root: await writeSite(site), inspect: true, auth: "me:secret" });
    const client = await connect(port);
    expect((await client.request("/.h2push/loads.json")).status).toBe(401);
    const authorization = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    expect((await client.request("/.h2push/loads.json", { authorization })).status).toBe(200);
  });

  test("what the site says of its responses does not reach its answers", async () => {
    const root = await writeSite({ ...site, _headers: "/*\n  Content-Security-Policy: default-src 'none'\n" });
    const { port } = await startServer({ root, inspect: true, cors: true });
    const client = await connect(port);
    const { headers } = await client.request("/.h2push/");
    expect(headers["content-security-policy"]).toContain("script-src 'self'");
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect((await client.request("/")).headers["access-control-allow-origin"]).toBe("*");
  });

  test("it works over a simulated network, whose clients have no address", async () => {
    const { port } = await startServer({ root: await writeSite(site), inspect: true, rtt: 2 });
    const client = await connect(port);
    expect((await client.request("/.h2push/loads.json")).status).toBe(200);
  });
});

const exchangeFrom = (remoteAddress: string | undefined) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is looked at
  ({ method: "GET", fields: {}, authority: "localhost", connection: { remoteAddress } }) as Parameters<
    typeof refusal
  >[0];

test.each([
  ["127.0.0.1", {}, true],
  ["127.9.9.9", {}, true],
  ["::1", {}, true],
  ["192.0.2.1", {}, false],
  ["2001:db8::1", {}, false],
  ["192.0.2.1", { isPublic: true }, true],
  [undefined, { isLocal: true }, true],
  [undefined, {}, false],
])("a client at %s, with %j: may look %s", (address, rules, allowed) => {
  const refused = refusal(exchangeFrom(address), { isPublic: false, isLocal: false, ...rules });
  expect(refused === undefined).toBe(allowed);
});

test("the demo has it, prints its URL, and SSLKEYLOGFILE gets the keys", async () => {
  const file = join(await emptyDirectory(), "keys.log");
  const cli = await startCli(["--demo", "-p", "0"], { env: { SSLKEYLOGFILE: file } });
  const [, url = ""] = await cli.prints(/inspect +(https:\S+\/\.h2push\/)/);
  const client = await connect(Number(new URL(url).port));
  expect((await client.request("/.h2push/")).body.toString()).toContain("What the server does");
  await expect.poll(() => readFile(file, "utf8")).toMatch(/^(?:CLIENT|SERVER)_HANDSHAKE_TRAFFIC_SECRET /m);
});

test("the keys go to whoever asks in the library, and to nobody else", async () => {
  const lines: string[] = [];
  const { port } = await startServer({ onKeyLog: (line) => lines.push(line.toString()) });
  await connect(port);
  expect(lines.join("")).toContain("TRAFFIC_SECRET");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the types forbid is what is tried
  expect(() => createServer({ onKeyLog: "x" as never })).toThrow(/onKeyLog/);
});
