// Requests per second of `site.handle` in a server of node:http2, beside a bare handler of the same API that answers
// from memory; and how long `linksFor` takes for a page that is known. As in throughput.bench.js, servers are started
// several times, runs alternate, and the median of the ratios counts. Needs h2load (Debian: nghttp2-client).
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { createCertificate, openSite } from "../../dist/index.js";
import { median, report } from "./bar.js";
import { hasH2load } from "./h2load.js";
import { measureRates, sameFields } from "./rates.js";

const files = {
  "11.txt": "hello world",
  "20k.bin": Buffer.alloc(20_000, "x"),
  "a.css": `@import "b.css"; body { color: green }`,
  "b.css": "p { color: green }",
  "index.html": `<!doctype html><title>t</title><link rel="stylesheet" href="/a.css"><p>${"text ".repeat(100)}`,
};
const paths = ["11.txt", "20k.bin", "index.html"];

const listen = `server.listen(0, "127.0.0.1", () => console.log("https://localhost:" + server.address().port + "/"));`;

const bareServer = `
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
const [cert, key, root, more = "{}"] = process.argv.slice(1);
const types = { txt: "text/plain", bin: "application/octet-stream", html: "text/html" };
const answers = new Map(["/11.txt", "/20k.bin", "/index.html"].map((path) => {
  const body = readFileSync(root + path);
  return [path, { body, fields: { "content-type": types[path.split(".")[1]], "content-length": body.length, ...JSON.parse(more) } }];
}));
const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  const { body, fields } = answers.get(request.url);
  response.writeHead(200, fields);
  response.end(body);
});
${listen}`;

const mountedServer = `
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { openSite } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
const [cert, key, root] = process.argv.slice(1);
const site = await openSite(root);
const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, async (request, response) => {
  if (!(await site.handle(request, response))) response.writeHead(404).end();
});
${listen}`;

async function benchHandle(directory) {
  const pair = await createCertificate();
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  await writeFile(cert, pair.cert);
  await writeFile(key, pair.key);
  const evaluated = (code, ...more) => ["--input-type=module", "-e", code, cert, key, directory, ...more];
  const commands = {
    bare: evaluated(bareServer),
    "bare, same fields": evaluated(bareServer, JSON.stringify(sameFields)),
    handle: evaluated(mountedServer),
  };
  for (const [path, byName] of await measureRates(commands, paths, directory)) {
    for (const [name, values] of byName) {
      console.log(`  ${path.padEnd(11)} ${name.padEnd(18)} ${Math.round(median(values))}/s`);
    }
    for (const reference of ["bare", "bare, same fields"]) {
      const ratios = byName.get("handle").map((rate, at) => rate / byName.get(reference)[at]);
      report({ name: `${path}: handle / ${reference}`, value: median(ratios), atLeast: 0.8 });
    }
  }
}

/** Microseconds of each call. */
async function callTimes(site, calls, pause) {
  const times = [];
  for (let call = 0; call < calls; call++) {
    const began = process.hrtime.bigint();
    await site.linksFor("/");
    times.push(Number(process.hrtime.bigint() - began) / 1000);
    if (pause > 0) await after(pause);
  }
  return times;
}

async function benchLinks(directory) {
  const site = await openSite(directory);
  await callTimes(site, 20_000, 0);
  report({
    name: "linksFor, one call after the other (µs)",
    value: median(await callTimes(site, 50_000, 0)),
    atMost: 20,
  });
  // With time in between what is known has to be looked at again: at most each 40 ms.
  report({ name: "linksFor, one call in 10 ms (µs)", value: median(await callTimes(site, 300, 10)) });
  await site.close();
}

export async function bench() {
  const directory = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    await benchLinks(directory);
    if (hasH2load) await benchHandle(directory);
    else console.log("skipped: h2load is not installed");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
