import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build, createServer, preview, type InlineConfig, type Plugin } from "vite";
import { expect, onTestFinished, test, vi } from "vitest";
import { h2push, type H2PushOptions } from "../../src/adapters/vite.js";
import { createCertificate } from "../../src/index.js";
import { entryModules } from "../../src/adapters/vite-modules.js";
import { emptyDirectory } from "../support/directory.js";
import { connect, connectSocket } from "../support/h2.js";
import { serveHttp1 } from "../support/mounted.js";
import { writeSite } from "../support/site.js";

const NO_PUSH = { settings: { enablePush: false } };

const project = {
  "index.html": `<!doctype html><title>vite</title><script type="module" src="/main.js"></script>`,
  "main.js": `import { text } from "./text.js"; import("./later.js"); document.title = text;`,
  "text.js": `import { more } from "./more.js"; export const text = "built" + more;`,
  "more.js": `export const more = "!";`,
  "later.js": `export default 1;`,
};

/** The user's data directory is one of the test's own: the authority is made there. */
async function configOf(options: H2PushOptions = {}): Promise<InlineConfig & { readonly root: string }> {
  vi.stubEnv("XDG_DATA_HOME", await emptyDirectory());
  onTestFinished(() => void vi.unstubAllEnvs());
  const root = await writeSite(project);
  const listening = { port: 0, strictPort: false, host: "localhost" };
  return {
    root,
    configFile: false,
    logLevel: "silent",
    mode: "development",
    cacheDir: join(root, ".vite"),
    server: { ...listening, hmr: false, ws: false },
    preview: listening,
    plugins: [h2push(options)],
  };
}

function portOf(server: { readonly httpServer: { address(): unknown } | null }): number {
  const address = server.httpServer?.address();
  if (typeof address !== "object" || address === null || !("port" in address)) throw new Error("no port");
  return Number(address.port);
}

test("vite preview serves the build over HTTPS, its pages with what they need", async () => {
  const config = await configOf();
  await build(config);
  const server = await preview(config);
  onTestFinished(() => server.close());
  const port = portOf(server);
  const { status, pushed } = await (await connect(port)).page("/");
  expect(status).toBe(200);
  expect([...pushed.keys()].filter((target) => target.startsWith("/assets/index-"))).toHaveLength(1);
  const client = await connect(port, NO_PUSH);
  // A path without a file is one of the single-page application.
  expect((await client.request("/deep/route", { accept: "text/html" })).status).toBe(200);
  expect((await client.request("/none.png", { accept: "image/png" })).status).toBe(404);
  expect((await client.request("/", { ":authority": "evil.test" })).status).toBe(421);
});

test("vite preview keeps its own fields, and leaves what it passes on", async () => {
  const config = await configOf();
  await mkdir(join(config.root, "dist"));
  await writeFile(join(config.root, "dist", "index.html"), "<p>built");
  const api = await serveHttp1((_request, response) => void response.end("of the API"));
  const server = await preview({
    ...config,
    preview: { ...config.preview, headers: { "x-own": "1" }, proxy: { "/api": `http://localhost:${api}` } },
  });
  onTestFinished(() => server.close());
  const client = await connect(portOf(server), NO_PUSH);
  expect((await client.request("/")).headers["x-own"]).toBe("1");
  expect((await client.request("/api/x", { accept: "text/html" })).body.toString()).toBe("of the API");
});

test("vite preview reloads pages of a build with live: true", async () => {
  const config = await configOf({ live: true });
  await mkdir(join(config.root, "dist"));
  await writeFile(join(config.root, "dist", "index.html"), "<p>built");
  const server = await preview(config);
  onTestFinished(() => server.close());
  const { body } = await (await connect(portOf(server), NO_PUSH)).request("/");
  expect(body.toString()).toContain("/.h2push/live.js");
});

/** A development server whose root page has been loaded, with all its modules. */
async function developing(given: InlineConfig & { readonly root: string }) {
  const server = await createServer(given);
  onTestFinished(() => server.close());
  await server.listen();
  const client = await connect(portOf(server), NO_PUSH);
  const page = (path: string) => client.request(path, { accept: "text/html" });
  expect((await page("/")).status).toBe(200);
  for (const path of ["/main.js", "/text.js", "/more.js"]) expect((await client.request(path)).status).toBe(200);
  return { page };
}

const MODULES = "</text.js>; rel=modulepreload; as=script, </more.js>; rel=modulepreload; as=script";

test.each(["/", "/index.html?a", "/a/route"])(
  "vite dev names in Link what the scripts of the page at %s import, as far as they were loaded",
  async (path) => {
    const { page } = await developing(await configOf());
    const { status, headers } = await page(path);
    expect([status, headers.link]).toEqual([200, MODULES]);
  },
);

test("vite dev names nothing of the root page in what is passed on, in public files and in other pages", async () => {
  const config = await configOf();
  const files = { "public/legacy.html": "<p>legacy", "nested/index.html": "<p>nested" };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(config.root, name)));
    await writeFile(join(config.root, name), content);
  }
  const admin = await serveHttp1((_request, response) => void response.end("<p>admin"));
  const server = { ...config.server, proxy: { "/admin": `http://localhost:${admin}` } };
  const { page } = await developing({ ...config, server });
  for (const [path, text] of [
    ["/admin", "admin"],
    ["/legacy.html", "legacy"],
    ["/nested/", "nested"],
    ["/nested/index.html", "nested"],
  ] as const) {
    const { headers, body } = await page(path);
    expect([path, headers.link]).toEqual([path, undefined]);
    expect(body.toString()).toContain(`<p>${text}`);
  }
});

test("vite dev keeps the Link that is there already", async () => {
  const own: Plugin = {
    name: "own",
    configureServer: ({ middlewares }) =>
      void middlewares.use((_request, response, next) => {
        response.setHeader("link", "</own.css>; rel=preload; as=style");
        next();
      }),
  };
  const config = await configOf();
  const { page } = await developing({ ...config, plugins: [own, ...(config.plugins ?? [])] });
  expect((await page("/")).headers.link).toBe(`</own.css>; rel=preload; as=style, ${MODULES}`);
});

test.each([
  [`<script type="module">1</script><script type="application/ld+json">{}</script>`, ["/main.js"]],
  [`<script type="importmap">{}</script>`, []],
  [`<script>addMap()</script>`, []],
  [`<script src="/add-map.js"></script>`, []],
])(
  "vite dev names nothing for a page that has or may get an import map: with %s, scripts %j count",
  (more, modules) => {
    expect(entryModules(`<head>${more}<script type="module" src="/main.js"></script>`)).toEqual(modules);
  },
);

test("vite preview takes the certificate that is set for the development server", async () => {
  const config = await configOf();
  await mkdir(join(config.root, "dist"));
  await writeFile(join(config.root, "dist", "index.html"), "<p>built");
  const { cert, key } = await createCertificate({ names: ["app.test"] });
  const server = await preview({ ...config, server: { ...config.server, https: { cert, key } } });
  onTestFinished(() => server.close());
  expect((await connectSocket(portOf(server))).getPeerCertificate().subjectaltname).toBe("DNS:app.test");
});

test("leaves a certificate alone that is set", async () => {
  const config = await configOf({ https: false });
  const server = await createServer(config);
  onTestFinished(() => server.close());
  expect(server.config.server.https).toBeUndefined();
});
