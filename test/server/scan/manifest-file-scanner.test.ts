import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { createServer, type ServerOptions } from "../../../src/index.js";
import { connect } from "../../support/h2.js";
import { startServer, testCertificate } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const html = `<link rel=stylesheet href=/scanned.css>`;
const files = { "index.html": html, "docs/index.html": html, "about.html": html, "scanned.css": "", "a.css": "a{}" };
const entry = { target: "/a.css", rel: "preload", as: "style", bytes: 1 };

async function serve(pages: unknown, more: Readonly<Record<string, string>> = {}, options: ServerOptions = {}) {
  const root = await writeSite({ ...files, ...more, "push.json": JSON.stringify({ version: 1, pages }) });
  return startServer({ root, manifest: join(root, "push.json"), ...options });
}

test.each(["/", "/docs/", "/about.html", "/about"])(
  "pushes with %s what the manifest says, and no more",
  async (page) => {
    const { port } = await serve({ "/": [entry], "/docs/": [entry], "/about.html": [entry] });
    const { pushed } = await (await connect(port)).page(page);
    expect([...pushed.keys()]).toEqual(["/a.css"]);
    expect(pushed.get("/a.css")?.body.toString()).toBe("a{}");
  },
);

test("links what the manifest says, and leaves out what is not there", async () => {
  const { port } = await serve({
    "/": [
      { ...entry, target: "/gone.css" },
      { ...entry, media: "print" },
    ],
  });
  const client = await connect(port, { settings: { enablePush: false } });
  expect((await client.request("/")).headers["link"]).toBe('</a.css>; rel=preload; as=style; media="print"; nopush');
});

test("delivers nothing with a page that the manifest does not name", async () => {
  const { port } = await serve({ "/": [entry] });
  const { headers, pushed } = await (await connect(port)).page("/docs/");
  expect([headers["link"], pushed.size]).toEqual([undefined, 0]);
});

test("tells what the manifest names and is not there, with its line", async () => {
  const root = await writeSite(files);
  const manifest = join(root, "push.json");
  await writeFile(
    manifest,
    `{ "version": 1, "pages": { "/": [\n${JSON.stringify({ ...entry, target: "/gone.css" })}\n] } }`,
  );
  const missing = await new Promise((resolve) => {
    void startServer({ root, manifest, onScan: (summary) => resolve(summary.missing) });
  });
  expect(missing).toEqual([{ target: "/gone.css", from: manifest, line: 2 }]);
});

test.each([
  ["is not there", undefined, /^no such file: /],
  ["is wrong", `{ "version": 3 }`, /^not a version that is known here: 3 \(/],
])("does not listen with a manifest that %s", async (_, text, message) => {
  const root = await writeSite({ ...files, ...(text === undefined ? {} : { "push.json": text }) });
  const certificate = await testCertificate();
  const server = createServer({ root, certificate, port: 0, manifest: join(root, "push.json") });
  await expect(server.listen()).rejects.toThrow(message);
});

test("what a browser asked for at one route does not go with another, but with the same page by its clean URL", async () => {
  const seen = { ...entry, by: "browser" };
  const root = await writeSite({
    ...files,
    "push.json": JSON.stringify({ version: 1, pages: { "/": [seen], "/shop": [seen], "/about.html": [seen] } }),
  });
  const { port } = await startServer({ root, single: true, manifest: join(root, "push.json") });
  const client = await connect(port, { settings: { enablePush: false } });
  const link = async (path: string) => (await client.request(path, { accept: "text/html" })).headers["link"];
  expect([await link("/"), await link("/shop"), await link("/about")].every((field) => field !== undefined)).toBe(true);
  expect(await link("/cart")).toBeUndefined();
});

test("what the first paint does not wait for is left to the browser, unless all is announced", async () => {
  const after = (target: string, as: string) => ({ target, as, rel: "preload", by: "browser", when: "load" });
  const entries = [
    after("/a.js", "script"),
    after("/a.json", "fetch"),
    after("/a.png", "image"),
    after("/a.woff2", "font"),
  ];
  const linked = async (options: ServerOptions) => {
    const { port } = await serve({ "/": entries }, { "a.js": "", "a.json": "", "a.png": "", "a.woff2": "" }, options);
    const client = await connect(port, { settings: { enablePush: false } });
    return (await client.request("/")).headers["link"];
  };
  expect(await linked({})).toBe(undefined);
  expect(await linked({ announce: "all" })).toBe(
    "</a.js>; rel=preload; as=script, </a.json>; rel=preload; as=fetch, </a.png>; rel=preload; as=image, </a.woff2>; rel=preload; as=font",
  );
});
