// From the start of the process to the end of the first answered request, with a certificate at hand: h2push beside
// a bare node:http2 server that answers from memory, and a site of 500 pages beside one of 5. Runs alternate, so that
// a busy machine slows all of them alike; medians count.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCertificate } from "../../dist/index.js";

const ROUNDS = 15;
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
async function start(args) {
  const env = { ...process.env, HOME: directory, XDG_DATA_HOME: join(directory, "data") };
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
  child.kill("SIGKILL");
  await exited;
  return took;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

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
  // The first start makes the pair that is kept, and warms the file cache for all.
  for (const args of Object.values(contenders)) await start(args);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(contenders)) times.get(name).push(await start(args));
  }
  const of = (name) => median(times.get(name));
  for (const [name, all] of times) {
    console.log(`${name.padEnd(30)} ${of(name).toFixed(0)} ms (${Math.min(...all).toFixed(0)} at best)`);
  }
  const ratio = of("h2push, kept pair, 5 pages") / of("bare node:http2");
  const own = of("h2push, own pair, 5 pages") / of("bare node:http2");
  const pages = of("h2push, kept pair, 500 pages") / of("h2push, kept pair, 5 pages");
  console.log(`start beside a bare server: ${ratio.toFixed(2)} with the kept pair, ${own.toFixed(2)} with an own one`);
  console.log(`500 pages beside 5: ${pages.toFixed(2)}`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
