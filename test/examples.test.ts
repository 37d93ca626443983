import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { connect, type ClientHttp2Session } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { emptyDirectory } from "./support/directory.js";

/** Runs an example; resolves with the URL that it prints first. */
async function run(...args: string[]): Promise<URL> {
  // An authority that is made is none of the user's.
  const env = { ...process.env, XDG_DATA_HOME: await emptyDirectory() };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill();
    // By the signal where there is no way to handle it (Windows), else by itself; Vite says so in its exit code.
    expect(await exited).toSatisfy(([code, signal]: unknown[]) => code === 0 || code === 143 || signal === "SIGTERM");
  });
  for await (const line of createInterface(child.stdout)) {
    child.stdout.resume();
    return new URL(line);
  }
  throw new Error(`${args.join(" ")} ended without an address`);
}

interface Answer {
  readonly status: number;
  readonly link: string | undefined;
  readonly content: string;
  /** Target → status and content of what was pushed with it. */
  readonly pushed: ReadonlyMap<string, { readonly status: number; readonly content: string }>;
}

async function get(url: URL, { push }: { push: boolean }): Promise<Answer> {
  const session = connect(url.origin, { rejectUnauthorized: false, settings: { enablePush: push } });
  onTestFinished(() => closed(session));
  const pushes: Promise<[string, { status: number; content: string }]>[] = [];
  session.on("stream", (stream, request) => {
    const pushed = once(stream, "push").then(async ([response]) => {
      return { status: Number(response[":status"]), content: await text(stream) };
    });
    pushes.push(pushed.then((answer) => [String(request[":path"]), answer]));
  });
  const stream = session.request({ ":path": url.pathname });
  const [response] = await once(stream, "response");
  const content = await text(stream);
  const pushed = new Map(await Promise.all(pushes));
  await closed(session);
  return { status: response[":status"], link: response.link, content, pushed };
}

async function closed(session: ClientHttp2Session): Promise<void> {
  if (session.destroyed) return;
  session.close();
  await once(session, "close");
}

test("examples/server.mjs pushes what the Link field of its route names", async () => {
  const url = await run("examples/server.mjs", "0");
  const { status, content, pushed } = await get(url, { push: true });
  expect(status).toBe(200);
  expect(content).toContain("to a client that takes pushes");
  expect(pushed.get("/css/site.css")).toMatchObject({ status: 200 });
  expect(pushed.get("/css/site.css")?.content).toContain("@import");
});

test("examples/server.mjs announces the same to a client without push", async () => {
  const url = await run("examples/server.mjs", "0");
  const { status, content, link, pushed } = await get(url, { push: false });
  expect(status).toBe(200);
  expect(content).toContain("to a client that takes no pushes");
  expect(link).toMatch(/<\/css\/site\.css>; rel="?preload"?; as="?style"?/);
  expect(pushed.size).toBe(0);
});

test("examples/own-server.mjs pushes over Node's http2 what a page of files needs", async () => {
  const url = await run("examples/own-server.mjs", "examples/site", "0");
  const { status, content, pushed } = await get(url, { push: true });
  expect(status).toBe(200);
  expect(content).toContain("<h1");
  for (const target of ["/css/site.css", "/css/live.css", "/js/main.js", "/img/mark.svg"]) {
    expect(pushed.get(target)).toMatchObject({ status: 200 });
  }
  expect((await get(new URL("/none", url), { push: false })).status).toBe(404);
});

test("examples/own-server.mjs serves the pages of a directory whose names need encoding", async () => {
  const root = mkdtempSync(join(tmpdir(), "h2push-example-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  cpSync("examples/site/about.html", join(root, "über uns.html"));
  const url = await run("examples/own-server.mjs", root, "0");
  const { status, pushed } = await get(new URL("/%C3%BCber%20uns.html", url), { push: true });
  expect(status).toBe(200);
  expect(pushed.size).toBe(0);
});

const mounted = ["own-server.mjs", "express.mjs", "fastify.mjs", "hono.mjs"];

test.each(mounted)("examples/%s gives pages of files and of routes together with what they need", async (file) => {
  const url = await run(`examples/${file}`, ...(file === "own-server.mjs" ? ["examples/site"] : []), "0");
  expect((await get(url, { push: true })).pushed.get("/css/site.css")).toMatchObject({ status: 200 });
  const page = await get(new URL("/clock", url), { push: true });
  expect(page.content).toContain("<h1>");
  expect(page.pushed.get("/css/site.css")?.content).toContain("@import");
  const linked = await get(new URL("/clock", url), { push: false });
  expect(linked.link).toMatch(/<\/css\/\w+\.css>; rel=preload; as=style/);
});

test("examples/vite.mjs serves a build over HTTPS, its pages with what they need", async () => {
  const url = await run("examples/vite.mjs", "0");
  const { status, pushed } = await get(url, { push: true });
  expect(status).toBe(200);
  expect(pushed.get("/css/site.css")).toMatchObject({ status: 200 });
});
