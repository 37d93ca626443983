import { once } from "node:events";
import { createServer as createHttpServer, get, type IncomingMessage } from "node:http";
import { connect as connectTls } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { createServer, type Address, type ServerOptions } from "../../../src/index.js";
import { startCli } from "../../support/cli.js";
import { writeSite } from "../../support/site.js";
import { testCertificate } from "../../support/server.js";

async function listening(options: ServerOptions): Promise<Address & { readonly close: () => Promise<void> }> {
  const server = createServer({ port: 0, certificate: await testCertificate(), ...options });
  onTestFinished(() => server.close(0));
  return { ...(await server.listen()), close: () => server.close(0) };
}

async function ask(port: number, path = "/", host = `localhost:${port}`, address = "127.0.0.1") {
  const request = get({ port, path, host: address, headers: { host }, agent: false });
  const [response]: IncomingMessage[] = await once(request, "response");
  response?.resume();
  return { status: response?.statusCode, location: response?.headers.location };
}

/** Takes a port of 127.0.0.1. */
async function occupy(): Promise<number> {
  const server = createHttpServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("plain HTTP on a port of its own is sent to https, with path and query kept", async () => {
  const { port, redirect = 0, addresses } = await listening({ redirect: 0 });
  expect(redirect).not.toBe(port);
  for (const address of addresses) {
    expect(await ask(redirect, "/docs/?a=b", undefined, address)).toEqual({
      status: 308,
      location: `https://localhost:${port}/docs/?a=b`,
    });
  }
});

test("a host that is not ours is not sent anywhere", async () => {
  const { redirect = 0 } = await listening({ redirect: 0 });
  expect(await ask(redirect, "/", "rebound.example")).toEqual({ status: 421, location: undefined });
});

test("a TLS handshake on the port of plain HTTP is ended", async () => {
  const { redirect = 0 } = await listening({ redirect: 0 });
  const socket = connectTls({ port: redirect, host: "127.0.0.1", rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  expect(await once(socket, "error")).toMatchObject([{ code: expect.stringMatching(/ECONNRESET|EPIPE/) }]);
});

test("a taken port is an error that names it, and leaves no port open", async () => {
  const [taken, free] = [await occupy(), await listening({})];
  await free.close();
  await expect(listening({ port: free.port, redirect: taken })).rejects.toMatchObject({
    code: "listen",
    message: `port ${taken} is in use`,
    hint: "choose another: --redirect 0 picks a free one",
  });
  expect((await listening({ port: free.port })).port).toBe(free.port);
});

test("the port of plain HTTP closes with the server", async () => {
  const { redirect = 0, close } = await listening({ redirect: 0 });
  await close();
  const request = get({ port: redirect, host: "127.0.0.1", agent: false });
  expect(await once(request, "error")).toMatchObject([{ code: "ECONNREFUSED" }]);
});

test("without it, no port is told", async () => {
  expect(await listening({})).not.toHaveProperty("redirect");
  expect(await listening({ redirect: false })).not.toHaveProperty("redirect");
});

test.each([
  ["--redirect=-1", "error: not a port: -1\n"],
  ["--redirect=65536", "error: not a port: 65536\n"],
  ["--redirect=./site", "error: not a port: ./site\nthe root goes first: h2push ./site --redirect\n"],
])("%s is no port", async (flag, stderr) => {
  const cli = await startCli([".", flag]);
  expect(await cli.exit).toBe(2);
  expect(cli.stderr).toMatch(stderr);
});

test("--redirect prints the URL of plain HTTP, which leads to the page", async () => {
  const cli = await startCli([await writeSite({ "index.html": "hi" }), "-p", "0", "--redirect", "0"]);
  const [, redirect] = await cli.prints(/^ {2}redirect +http:\/\/localhost:(\d+)\/$/m);
  expect(await ask(Number(redirect))).toEqual({ status: 308, location: `https://localhost:${await cli.port()}/` });
});
