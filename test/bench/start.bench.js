// From the start of the process to the end of the first answered request, with a certificate at hand: h2push beside
// a bare node:http2 server that answers from memory, and a site of 500 pages beside one of 5. Runs alternate, so that
// a busy machine slows all of them alike; what counts is the median of the ratios of each round. Measures the Node that
// it runs on: `node test/bench/run.js start` with another one, as compiled code is kept from 22.1 on.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import module from "node:module";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCertificate } from "../../dist/index.js";
import { median, report } from "./bar.js";

const ROUNDS = 25;
const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));
const directory = await mkdtemp(join(tmpdir(), "h2push-bench-"));

const html = (n) =>
  `<!doctype html><title>${n}</title><link rel="stylesheet" href="/site.css"><p>${"text ".repeat(200)}`;

async function site(pages) {
  const root = join(directory, `site-${pages}`);
  await mkdir(root);
  await writeFile(join(root, "site.css"), "body { color: green }");
  await writeFile(join(root, "index.html"), html(0));
  for (let n = 1; n < pages; n++) await writeFile(join(root, `page-${n}.html`), html(n));
  return root;
}

const bareServer = `
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
const [cert, key] = process.argv.slice(1).map((file) => readFileSync(file));
const server = createSecureServer({ cert, key });
server.on("stream", (stream) => {
  stream.respond({ ":status": 200, "content-type": "text/html" });
  stream.end(${JSON.stringify(html(0))});
});
server.listen(0, "127.0.0.1", () => console.log("https://localhost:" + server.address().port + "/"));
`;

/** Milliseconds from the start of the process until its first answer is whole. */
async function start(args, signal = "SIGKILL") {
  const env = { ...process.env, HOME: directory, XDG_DATA_HOME: join(directory, "data"), TMPDIR: directory };
  const began = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let url;
  while (url === undefined) {
    text += String((await once(child.stdout, "data"))[0]);
    url = /https:\/\/\S+/.exec(text)?.[0];
  }
  const session = connect(url, { rejectUnauthorized: false });
  const stream = session.request({ ":path": "/" });
  stream.resume();
  await once(stream, "end");
  const took = performance.now() - began;
  session.destroy();
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
  return took;
}

try {
  const pair = await createCertificate();
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  await writeFile(cert, pair.cert);
  await writeFile(key, pair.key);
  const [small, large] = [await site(5), await site(500)];
  const contenders = {
    "bare node:http2": ["--input-type=module", "-e", bareServer, cert, key],
    "h2push, own pair, 5 pages": [bin, small, "-p", "0", "-C", cert, "-K", key],
    "h2push, kept pair, 5 pages": [bin, small, "-p", "0"],
    "h2push, kept pair, 500 pages": [bin, large, "-p", "0"],
  };
  const times = new Map(Object.keys(contenders).map((name) => [name, []]));
  // The first starts make the pair that is kept, and warm the file cache for all; Node keeps compiled code at an exit.
  for (const args of [...Object.values(contenders), ...Object.values(contenders)]) await start(args, "SIGTERM");
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(contenders)) times.get(name).push(await start(args));
  }
  for (const [name, all] of times) {
    console.log(`${name.padEnd(30)} ${median(all).toFixed(0)} ms (${Math.min(...all).toFixed(0)} at best)`);
  }
  const ratio = (name, base) => median(times.get(name).map((ms, round) => ms / times.get(base)[round]));
  const best = (name) => Math.min(...times.get(name)) / Math.min(...times.get("bare node:http2"));
  const atMost = module.enableCompileCache === undefined ? 2 : 1.7;
  for (const pair of ["kept", "own"]) {
    const name = `h2push, ${pair} pair, 5 pages`;
    const value = ratio(name, "bare node:http2");
    report({ name: `start beside a bare server, ${pair} pair (best by best ${best(name).toFixed(2)})`, value, atMost });
  }
  const pages = ratio("h2push, kept pair, 500 pages", "h2push, kept pair, 5 pages");
  report({ name: "start with 500 pages beside 5", value: pages, atMost: 1.15 });
} finally {
  await rm(directory, { recursive: true, force: true });
}
