// Through how many source files the answer to one request goes: a page from memory, asked for again on a connection
// that is open, and the same page with two pushes on a new one. Counted by V8's coverage: the files of which a function
// runs, built one by one, as the package is not. The bars are what is reached; the aim with pushes is 25.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:http2";
import { Session } from "node:inspector/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import config from "../../.rolldown.config.mjs";
import { report } from "./bar.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = 30;

const files = {
  "index.html": `<!doctype html><title>t</title><link rel="stylesheet" href="/site.css"><script src="/site.js"></script>`,
  "site.css": `body { color: green }`,
  "site.js": "globalThis.ran = true;",
};

/** Builds the sources file by file, where they find the packages that they import. */
async function build(to) {
  const [{ input, platform, plugins }] = config;
  const bundle = await rolldown({ input: input.index, platform, plugins, external: /^(?!\.|\/|src\/)/ });
  await bundle.write({ dir: to, preserveModules: true, preserveModulesRoot: root });
  await bundle.close();
}

async function open(url, enablePush) {
  const session = connect(url, { rejectUnauthorized: false, settings: { enablePush } });
  await once(session, "localSettings");
  return session;
}

/** Loads a page with what is pushed with it; the number of pushes. */
async function load(session) {
  const pushed = [];
  session.on("stream", (stream) => pushed.push(once(stream.resume(), "close")));
  const stream = session.request({ ":path": "/" });
  await once(stream.resume(), "close");
  await Promise.all(pushed);
  return pushed.length;
}

/** The source files of which functions run meanwhile. */
async function ranDuring(inspector, directory, act) {
  await inspector.post("Profiler.takePreciseCoverage");
  const outcome = await act();
  const { result } = await inspector.post("Profiler.takePreciseCoverage");
  const base = pathToFileURL(directory).href;
  const ran = result
    .filter(({ url, functions }) => url.startsWith(base) && functions.some(({ ranges: [range] }) => range.count > 0))
    .map(({ url }) => relative(directory, fileURLToPath(url)));
  return { outcome, ran: ran.sort() };
}

export async function bench([option] = []) {
  const site = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  const built = await mkdtemp(join(root, "node_modules/.h2push-"));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(site, name), content);
    await build(built);
    const { createServer } = await import(pathToFileURL(join(built, "src/index.js")).href);
    const server = createServer({ root: site, port: 0, onRequest: () => undefined });
    const { url } = await server.listen();
    const inspector = new Session();
    inspector.connect();
    await inspector.post("Profiler.enable");
    await inspector.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    for (const [name, enablePush, atMost] of [
      ["a page from memory", false, 15],
      ["a page with two pushes", true, 42],
    ]) {
      for (let page = 0; page < PAGES; page++) {
        const session = await open(url, enablePush);
        await load(session);
        session.close();
      }
      // The fewest count: at some requests the disk is looked at again.
      let ran;
      for (let time = 0; time < PAGES; time++) {
        const session = await open(url, enablePush);
        if (!enablePush) await load(session);
        const measured = await ranDuring(inspector, built, () => load(session));
        if (enablePush && measured.outcome !== 2) throw new Error(`${measured.outcome} pushes`);
        if (ran === undefined || measured.ran.length < ran.length) ran = measured.ran;
        session.close();
      }
      report({ name: `source files for ${name}`, value: ran.length, atMost });
      if (option === "--names") for (const file of ran) console.log(`    ${file}`);
    }
    await inspector.post("Profiler.stopPreciseCoverage");
    inspector.disconnect();
    await server.close(0);
  } finally {
    await rm(site, { recursive: true, force: true });
    await rm(built, { recursive: true, force: true });
  }
}
