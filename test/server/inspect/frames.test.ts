import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import type { LoggedFrame } from "../../../src/inspect/frames/frame-log.js";
import { connect } from "../../support/h2.js";
import { nghttpFrames, watch, type PrintedFrame } from "../../support/inspector.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const hasNghttp = (() => {
  try {
    return execFileSync("nghttp", ["--version"]).length > 0;
  } catch {
    return false;
  }
})();

if (!hasNghttp) console.warn("skipped: frames beside those of nghttp (it is not installed)");

const BITS: Readonly<Record<string, number>> = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 0x20 };

const printed = ({ from, type, length, flags, stream }: LoggedFrame): PrintedFrame => {
  const bits = flags.reduce((sum, flag) => sum + (BITS[flag] ?? 0), 0);
  return { from, type, length, flags: bits, stream };
};

const image = Buffer.alloc(200_000, 7);
const links = (count: number) => Array.from({ length: count }, (_, at) => `<link rel="stylesheet" href="/${at}.css">`);
const styles = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${at}.css`, `.a${at} { color: red }`]));

const site = {
  ...styles,
  "empty.html": "",
  "small.html": "<p>Nothing else</p>",
  "push.html": `<link rel="stylesheet" href="/0.css"><script src="/app.js"></script>`,
  "many.html": links(60).join(""),
  "image.html": `<img src="/image.png"><link rel="stylesheet" href="/1.css">`,
  "large.html": `<p>${"word ".repeat(60_000)}</p>`,
  "modules.html": `<script type="module" src="/module.js"></script>`,
  "app.js": "1",
  "module.js": `import "./app.js"; export {}`,
  "image.png": image,
  "noise.bin": Buffer.from(Array.from({ length: 150_000 }, (_, at) => (at * at * 31) % 251)),
};

describe.skipIf(!hasNghttp)("what nghttp prints", () => {
  test.each([
    ["a page without content", ["/empty.html"]],
    ["a small page", ["/small.html"]],
    ["a page with two pushes", ["/push.html"]],
    ["a page with sixty pushes", ["/many.html"]],
    ["a page whose image is larger than a window", ["/image.html"]],
    ["a large page that is sent uncompressed", ["/large.html", "-H", "accept-encoding: identity"]],
    ["a module graph, and what the page refers to", ["/modules.html", "-a"]],
    ["a page for a client that takes no pushes", ["/push.html", "--no-push", "-a"]],
    ["a page that is missing", ["/missing.html"]],
    ["a file through a small window", ["/noise.bin", "-w", "12", "-W", "14"]],
    ["a HEAD request", ["/push.html", "-H", ":method: HEAD"]],
    ["a page with a small table for fields", ["/many.html", "--header-table-size=64"]],
    ["a page that is asked for five times", ["/push.html", "-m", "5"]],
    ["a page with padded frames", ["/push.html", "-b", "64"]],
    ["a content that is sent", ["/push.html", "-d", "/etc/hostname"]],
  ])("is listed, for %s", async (_name, [path = "", ...options]) => {
    const { port } = await startServer({ root: await writeSite(site), inspect: true });
    const watcher = await watch(port);
    const expected = await nghttpFrames([...options, `https://localhost:${port}${path}`]);
    const { id } = await watcher.connection(({ frames, isOpen }) => frames !== undefined && !isOpen);
    const all = (await watcher.frames(id)).map(printed);
    // Nghttp reads nothing after its GOAWAY.
    const goodbye = all.findIndex(({ from, type }) => from === "client" && type === "GOAWAY");
    const frames = all.filter(({ from }, at) => from === "client" || at < goodbye);
    expect(goodbye).toBeGreaterThan(0);
    for (const from of ["client", "server"]) {
      const of = (all: readonly PrintedFrame[]) => all.filter((frame) => frame.from === from);
      expect(of(frames)).toEqual(of(expected));
    }
    expect(expected.length).toBeGreaterThan(6);
  });
});

test("tells the fields of a request and of its response, and what HPACK made of them", async () => {
  const { port } = await startServer({ root: await writeSite(site), inspect: true });
  const watcher = await watch(port);
  const client = await connect(port, { settings: { enablePush: false } });
  for (let time = 0; time < 2; time++)
    await client.request("/small.html", { "x-name": "välue \u00ff", cookie: "secret" });
  client.session.close();
  const { id } = await watcher.connection(({ frames, isOpen }) => frames !== undefined && !isOpen);
  const frames = await watcher.frames(id);
  const [first, second] = frames.filter(({ type, from }) => type === "HEADERS" && from === "client");
  const named = (frame: LoggedFrame | undefined, name: string) => frame?.fields?.find((field) => field.name === name);
  expect(named(first, ":path")).toMatchObject({ value: "/small.html", representation: "literal", plain: 16 });
  expect(named(first, "x-name")).toMatchObject({ representation: "indexing", plain: 13 });
  expect(named(second, "x-name")).toMatchObject({ representation: "indexed", bytes: 1 });
  expect(named(second, "x-name")?.value).toBe("välue \u00ff");
  const sum = first?.fields?.reduce((all, { bytes }) => all + bytes, 0);
  expect(sum).toBe(first?.block);
  const answer = frames.find(({ type, from }) => type === "HEADERS" && from === "server");
  expect(named(answer, ":status")?.value).toBe("200");
});

test("follows both windows, and says what SETTINGS, GOAWAY and RST_STREAM say", async () => {
  const { port } = await startServer({ root: await writeSite(site), inspect: true, compress: false });
  const watcher = await watch(port);
  const client = await connect(port, { settings: { enablePush: false, initialWindowSize: 1000 } });
  const stream = client.session.request({ ":path": "/large.html" });
  await once(stream, "data");
  stream.close(8);
  await once(stream, "close");
  client.session.close();
  const { id } = await watcher.connection(({ frames, isOpen }) => frames !== undefined && !isOpen);
  const frames = await watcher.frames(id);
  const data = frames.find(({ type }) => type === "DATA");
  expect(data?.window).toEqual({
    of: "server",
    connection: 65_535 - (data?.length ?? 0),
    stream: 1000 - (data?.length ?? 0),
  });
  expect(frames.find(({ type, from }) => type === "SETTINGS" && from === "client")?.settings).toMatchObject({
    INITIAL_WINDOW_SIZE: 1000,
    ENABLE_PUSH: 0,
  });
  expect(frames.find(({ type }) => type === "RST_STREAM")).toMatchObject({ code: "CANCEL", stream: 1 });
  expect(frames.find(({ type, from }) => type === "GOAWAY" && from === "client")).toMatchObject({ code: "NO_ERROR" });
  const { bytes, frame } = await watcher.json<{ bytes: string; frame: LoggedFrame }>(`connections/${id}/frames/0.json`);
  expect(bytes.length).toBe(2 * frame.length);
});

test("reads no connection that began before somebody looked, or when nobody did any more", async () => {
  const { port } = await startServer({ root: await writeSite(site), inspect: true });
  const before = await connect(port, { settings: { enablePush: false } });
  await before.request("/small.html");
  const watcher = await watch(port);
  await before.request("/small.html");
  const known = await watcher.json<{ connections: readonly object[] }>("connections.json");
  expect(known.connections).toHaveLength(2);
  expect(known.connections[0]).toMatchObject({ id: 1, begun: 2, isOpen: true });
  expect(known.connections[0]).not.toHaveProperty("frames");
  watcher.events.close();
  await watcher.events.ended;
  await watcher.client.request("/small.html");
  const after = await connect(port, { settings: { enablePush: false } });
  await after.request("/small.html");
  const { connections } = await watcher.json<{ connections: readonly object[] }>("connections.json");
  expect(connections.every((connection) => !("frames" in connection))).toBe(true);
});
