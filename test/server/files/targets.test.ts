import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyDirectory } from "../../support/directory.js";
import { connect, connectSocket } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { askAll, SECRET, surroundedRoot, targets } from "../../support/targets.js";

const TARGETS = 10_000;

test("10,000 request targets over HTTP/2 give no byte from outside the root, no 5xx, and no end of the server", async () => {
  const server = await startServer({ root: await surroundedRoot() });
  const answered = await askAll(server.port, targets(TARGETS), (target, { status, body }) => {
    if (status >= 500 || String(body).includes(SECRET)) expect([target, status, String(body)]).toBe("refused");
  });
  expect(answered).toBeGreaterThan(TARGETS * 0.9);
  expect(server.errors).toEqual([]);
  expect((await (await connect(server.port)).request("/a.txt")).body.toString()).toBe("open");
});

test("2,000 request targets over HTTP/1.1 give no byte from outside the root, no 5xx, and no end of the server", async () => {
  const server = await startServer({ root: await surroundedRoot() });
  for (const target of targets(2000)) {
    const socket = await connectSocket(server.port, "http/1.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => (answer += text));
    socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    await new Promise((resolve) => socket.on("close", resolve));
    // What is no HTTP is cut off, at times before the client has read the 400.
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "400";
    if (!/^[234]/.test(status) || answer.includes(SECRET)) expect([target, status, answer]).toBe("refused");
  }
  expect(server.errors).toEqual([]);
});

const tricks: [target: string, statuses: number[]][] = [
  ["/%2e%2e/secret.txt", [400, 404]],
  ["/..%2fsecret.txt", [404]],
  ["/..\\..\\secret.txt", [404]],
  ["/%252e%252e%252fsecret.txt", [404]],
  ["//host/%2e%2e", [404]],
  ["/%00", [400]],
  ["/%zz", [400]],
  ["/a.txt#/../../secret.txt", [400]],
  ["/.env?raw", [404]],
  ["/.env/.", [404]],
  ["/.env::$DATA", [404]],
  ["/.EnV", [404]],
  ["/.git/config", [404]],
  ["/CON.txt", [404]],
  ["/x.", [404]],
  ["/../public-secret/a.txt", [404]],
  ["/link.txt", [404]],
  ["/up/secret.txt", [404]],
  ["/up", [404]],
  ["/up/", [404]],
];

test.each(tricks)("%s is refused", async (target, statuses) => {
  const { port } = await startServer({ root: await surroundedRoot(), list: true });
  const { status, body } = await (await connect(port)).request(target);
  expect(statuses).toContain(status);
  expect(body.toString()).not.toContain(SECRET);
});

test("--dotfiles serves dotfiles and --symlinks follows links; neither lets a path out of the root", async () => {
  const { port } = await startServer({ root: await surroundedRoot(), dotfiles: true, symlinks: true });
  const { request } = await connect(port);
  const status = async (path: string) => (await request(path)).status;
  expect(await status("/.env")).toBe(200);
  expect(await status("/.git/config")).toBe(200);
  expect(await status("/link.txt")).toBe(200);
  expect(await status("/up/secret.txt")).toBe(200);
  expect(
    await Promise.all(
      ["/../secret.txt", "/%2e%2e/secret.txt", "/docs/../../secret.txt", "/..%2fsecret.txt"].map(status),
    ),
  ).toEqual([404, 404, 404, 404]);
});

test("the file system's own root can be served", async () => {
  const { port } = await startServer({ root: "/" });
  const file = join(await emptyDirectory(), "a.txt");
  await writeFile(file, "open");
  expect((await (await connect(port)).request(file)).body.toString()).toBe("open");
});
