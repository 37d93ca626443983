import { join } from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ask, type Protocol } from "../../support/ask.js";
import { runCli, startCli } from "../../support/cli.js";
import { emptyDirectory } from "../../support/directory.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { startUpstream } from "../../support/upstream.js";

const protocols: readonly Protocol[] = ["HTTP/2", "HTTP/1.1"];
const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;
const right = { authorization: basic("me:se:cret ü") };

async function protectedServer() {
  const root = await writeSite({
    "index.html": `<link rel="stylesheet" href="/a.css">`,
    "a.css": "a {}",
    "docs/b.txt": "b",
    "404.html": "my own error",
  });
  const upstream = await startUpstream();
  const server = await startServer({
    root,
    list: true,
    auth: "me:se:cret ü",
    proxy: [`/api=${upstream.origin}`],
    routes: [(request) => (new URL(request.url).pathname === "/route" ? new Response("route") : undefined)],
  });
  return { ...server, upstream };
}

const targets: [target: string, status: number][] = [
  ["/", 200],
  ["/a.css", 200],
  ["/docs", 308],
  ["/docs/", 200],
  ["/route", 200],
  ["/api/x", 200],
  ["/none", 404],
  ["/%2e%2e/x", 404],
];

test.each(protocols)("nothing is answered without the password over %s, and everything with it", async (protocol) => {
  const { port, upstream } = await protectedServer();
  for (const [target, status] of targets) {
    for (const method of ["GET", "HEAD"]) {
      const refused = await ask(port, protocol, target, method);
      expect([target, refused.status]).toEqual([target, 401]);
      expect(refused.headers["www-authenticate"]).toBe('Basic realm="h2push", charset="UTF-8"');
      expect(refused.headers.link).toBeUndefined();
      expect([target, (await ask(port, protocol, target, method, right)).status]).toEqual([target, status]);
    }
    for (const method of ["POST", "OPTIONS", "DELETE"])
      expect((await ask(port, protocol, target, method)).status).toBe(401);
  }
  expect(upstream.received.length).toBe(2);
});

test.each([
  ["another password", basic("me:secret")],
  ["another user", basic("you:se:cret ü")],
  ["more", basic("me:se:cret ü!")],
  ["less", basic("me:se:cret ")],
  ["nothing", basic("")],
  ["no colon", basic("me")],
  ["another scheme", `Bearer ${basic("me:se:cret ü").slice(6)}`],
  ["no scheme", basic("me:se:cret ü").slice(6)],
  ["what is no base64", "Basic !!"],
  ["the password in the clear", "Basic me:se:cret"],
])("%s is refused", async (_title, authorization) => {
  const { port } = await protectedServer();
  expect((await http1(port, "/", { headers: { authorization } })).status).toBe(401);
});

test("the name of the scheme may be in any case", async () => {
  const { port } = await protectedServer();
  const authorization = right.authorization.replace("Basic", "bAsIc");
  expect((await http1(port, "/", { headers: { authorization } })).status).toBe(200);
});

test("what goes with a page is pushed with it, and nothing with a refusal", async () => {
  const { port } = await protectedServer();
  const client = await connect(port);
  expect((await client.page("/")).pushed.size).toBe(0);
  expect([...(await client.page("/", right)).pushed.keys()]).toEqual(["/a.css"]);
});

test("an upstream does not see our password, and sees its own when there is none of ours", async () => {
  const { port, upstream } = await protectedServer();
  await http1(port, "/api/x", { headers: right });
  expect(upstream.received[0]!.headers.authorization).toBeUndefined();
  const open = await startServer({ proxy: [`/=${upstream.origin}`] });
  await http1(open.port, "/", { headers: right });
  expect(upstream.received[1]!.headers.authorization).toBe(right.authorization);
});

test("a host that is not ours is not even asked for a password", async () => {
  const { port } = await protectedServer();
  expect((await http1(port, "/", { headers: { host: "evil.test" } })).status).toBe(421);
});

test("a password from a file counts, and the file is not served", async () => {
  const root = await writeSite({ "index.html": "page", "password.txt": "me:from file\r\nrest" });
  const { port } = await startServer({ root, auth: `@${join(root, "password.txt")}` });
  const headers = { authorization: basic("me:from file") };
  expect((await http1(port, "/", { headers: right })).status).toBe(401);
  expect((await http1(port, "/", { headers })).status).toBe(200);
  expect((await http1(port, "/password.txt", { headers })).status).toBe(404);
});

test("the environment gives a password too, below the flag", async () => {
  const root = await writeSite({ "index.html": "page" });
  const env = { H2PUSH_AUTH: "me:from env" };
  const fromEnvironment = await (await startCli([root, "--port", "0"], { env })).port();
  const status = async (port: number, credentials: string) =>
    (await http1(port, "/", { headers: { authorization: basic(credentials) } })).status;
  expect(await status(fromEnvironment, "me:from env")).toBe(200);
  const fromFlag = await (await startCli([root, "--port", "0", "--auth", "me:flag"], { env })).port();
  expect(await status(fromFlag, "me:from env")).toBe(401);
  expect(await status(fromFlag, "me:flag")).toBe(200);
});

test("the program never shows the password: not in its output, not among the processes", async () => {
  const root = await writeSite({ "index.html": "page" });
  const cli = await startCli([root, "--port", "0", "--verbose", "--auth", "me:hunter2"]);
  const port = await cli.port();
  for (const credentials of ["me:hunter2", "me:wrong"]) {
    await http1(port, "/", { headers: { authorization: basic(credentials) } });
  }
  await cli.prints(/401 GET \//);
  expect(`${cli.stdout}${cli.stderr}`).not.toMatch(/hunter2|wrong/);
  if (process.platform === "linux") {
    expect(await readFile(`/proc/${cli.child.pid}/cmdline`, "utf8")).not.toContain("hunter2");
  }
});

test.each(["hunter2", ":hunter2", "me:", "me:hun\nter2", "@"])(
  "--auth %j is refused and not repeated",
  async (auth) => {
    const { code, stdout, stderr } = await runCli([".", "--auth", auth]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: not user:password\n/);
    expect(stderr).not.toContain("ter2");
  },
);

test.each([
  ["is not there", undefined, "no such file"],
  ["has no password", "hunter2\n", "no user:password in"],
])("a file that %s is named", async (_title, content, message) => {
  const file = join(await emptyDirectory(), "password.txt");
  if (content !== undefined) await writeFile(file, content);
  const { code, stderr } = await runCli([".", "--port", "0", "--auth", `@${file}`]);
  expect(code).toBe(1);
  expect(stderr).toContain(`error: ${message}`);
  expect(stderr).toContain(file);
  expect(stderr).not.toContain("hunter2");
});
