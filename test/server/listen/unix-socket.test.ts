import { once } from "node:events";
import { lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { get as getTls } from "node:https";
import { connect as connectH2, type ClientHttp2Session } from "node:http2";
import { createServer as createNetServer, connect as connectNet } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { createServer, type ServerOptions } from "../../../src/index.js";
import { startCli } from "../../support/cli.js";
import { emptyDirectory } from "../../support/directory.js";
import { answerOf } from "../../support/h2.js";
import { testCertificate } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const onUnix = test.skipIf(process.platform === "win32");

async function listening(path: string, options: ServerOptions = {}) {
  const server = createServer({ host: `unix:${path}`, certificate: await testCertificate(), ...options });
  onTestFinished(() => server.close(0));
  return { address: await server.listen(), close: () => server.close(0) };
}

const socketIn = async () => join(await emptyDirectory(), "h2push.sock");

/** A client of HTTP/2 over a socket of the file system. */
async function connected(path: string): Promise<ClientHttp2Session> {
  const socket = connectTls({ path, servername: "localhost", ALPNProtocols: ["h2"], rejectUnauthorized: false });
  const session = connectH2("https://localhost", { createConnection: () => socket });
  // A program that exits may cut off what is just on its way to it.
  for (const end of [socket, session]) end.on("error", () => undefined);
  onTestFinished(() => session.destroy());
  await once(session, "connect");
  return session;
}

onUnix("a page comes over HTTP/2 through a socket of the file system, with what it needs", async () => {
  const path = await socketIn();
  const root = await writeSite({ "index.html": `<link rel="stylesheet" href="/a.css">`, "a.css": "body {}" });
  const { address } = await listening(path, { root });
  expect(address).toEqual({ url: "https://localhost/", port: 0, addresses: [], socket: path });
  const session = await connected(path);
  const pushed: unknown[] = [];
  session.on("stream", (_stream, fields) => pushed.push(fields[":path"]));
  expect((await answerOf(session.request({ ":path": "/" }))).status).toBe(200);
  expect(pushed).toEqual(["/a.css"]);
});

onUnix("HTTP/1.1 through it is answered, plain HTTP sent to https, and another host refused", async () => {
  const socketPath = await socketIn();
  await listening(socketPath);
  const ask = async (host: string, getBy: typeof get | typeof getTls) => {
    const options = { socketPath, path: "/a", headers: { host }, agent: false, rejectUnauthorized: false };
    const [response]: IncomingMessage[] = await once(getBy(options), "response");
    response?.resume();
    return [response?.statusCode, response?.headers.location];
  };
  expect(await ask("localhost", getTls)).toEqual([404, undefined]);
  expect(await ask("rebound.example", getTls)).toEqual([421, undefined]);
  expect(await ask("localhost", get)).toEqual([308, "https://localhost/a"]);
});

onUnix("the socket is this user's alone, and goes with the server", async () => {
  const path = await socketIn();
  const before = process.umask(0);
  const { close } = await listening(path).finally(() => process.umask(before));
  expect((await lstat(path)).mode & 0o777).toBe(0o600);
  await close();
  await expect(lstat(path)).rejects.toThrow("ENOENT");
});

onUnix("the socket of a server that was killed is taken over, that of a live one is not", async () => {
  const path = await socketIn();
  const root = await writeSite({ "index.html": "hi" });
  const killed = await startCli([root, "-H", `unix:${path}`]);
  await killed.prints(/Ctrl\+C/);
  killed.child.kill("SIGKILL");
  await killed.exit;
  expect((await lstat(path)).isSocket()).toBe(true);

  await listening(path);
  await expect(listening(path)).rejects.toMatchObject({
    code: "listen",
    message: `another server listens on ${path}`,
  });
  await connected(path);
});

onUnix("what is no socket is never removed", async () => {
  const directory = await emptyDirectory();
  await writeFile(join(directory, "file"), "precious");
  await mkdir(join(directory, "directory"));
  await symlink(join(directory, "file"), join(directory, "link"));
  for (const name of ["file", "directory", "link"]) {
    const path = join(directory, name);
    await expect(listening(path)).rejects.toMatchObject({ code: "listen", message: `not a socket: ${path}` });
    await lstat(path);
  }
  expect(await readFile(join(directory, "file"), "utf8")).toBe("precious");
});

onUnix.each([
  ["a directory that is not there", "none/h2push.sock", /^cannot listen on .*: no such directory$/],
  ["a path that is too long", "x".repeat(200), /^too long for a unix socket: /],
])("%s is named", async (_what, name, message) => {
  const error: unknown = await listening(join(await emptyDirectory(), name)).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: "listen", message: expect.stringMatching(message) });
});

onUnix("a redirect has no port beside a socket, and none is left listening", async () => {
  const path = await socketIn();
  await expect(listening(path, { redirect: true })).rejects.toMatchObject({ code: "usage" });
  await expect(lstat(path)).rejects.toThrow("ENOENT");
});

onUnix("the program names the socket and how to ask it, and removes it when it is told to stop", async () => {
  const cwd = await emptyDirectory();
  const cli = await startCli([await writeSite({ "index.html": "hi" }), "-H", "unix:a b.sock"], { cwd });
  await cli.prints(/Ctrl\+C/);
  const [head, example] = cli.stdout.split("\n");
  expect(head).toMatch(/^unix:\/.*\/a b\.sock$/);
  expect(example).toMatch(/^ {2}try {10}curl -k --unix-socket '.*\/a b\.sock' https:\/\/localhost\/$/);
  const path = head?.slice("unix:".length) ?? "";
  await connected(path);
  cli.child.kill("SIGTERM");
  expect(await cli.exit).toBe(0);
  await expect(lstat(path)).rejects.toThrow("ENOENT");
  expect(await once(connectNet({ path }), "error")).toMatchObject([{ code: "ENOENT" }]);
});

onUnix("a server of another program that is live is not taken over either", async () => {
  const path = await socketIn();
  const other = createNetServer().listen(path);
  onTestFinished(() => void other.close());
  await once(other, "listening");
  await expect(listening(path)).rejects.toMatchObject({ message: `another server listens on ${path}` });
  expect((await lstat(path)).isSocket()).toBe(true);
});
