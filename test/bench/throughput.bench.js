// Requests per second of one process for files of 11 B and 20 KB, a page with what it needs, and the same under the
// log of a terminal: h2push beside a bare node:http2 server that answers from memory. Each server is started several
// times, as processes of the very same code differ by a tenth for as long as they live (what V8 makes of it, and
// when). Runs alternate, and of each process the best one counts, as a busy machine can only slow it; then the median
// of the ratios of those that ran side by side. Needs h2load (Debian: nghttp2-client).
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCertificate } from "../../dist/index.js";
import { median, report } from "./bar.js";
import { hasH2load } from "./h2load.js";
import { measureRates, sameFields } from "./rates.js";

const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));

const files = {
  "11.txt": "hello world",
  "20k.bin": Buffer.alloc(20_000, "x"),
  "site.css": "body { color: green }",
  "index.html": `<!doctype html><title>t</title><link rel="stylesheet" href="/site.css"><p>${"text ".repeat(100)}`,
};

const paths = ["11.txt", "20k.bin", "index.html"];

const bareServer = `
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
const [cert, key, root, more = "{}"] = process.argv.slice(1);
const types = { txt: "text/plain", bin: "application/octet-stream", html: "text/html" };
const answers = new Map(["/11.txt", "/20k.bin", "/index.html"].map((path) => {
  const body = readFileSync(root + path);
  return [path, { body, fields: { ":status": 200, "content-type": types[path.split(".")[1]], "content-length": body.length, ...JSON.parse(more) } }];
}));
const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) });
server.on("stream", (stream, request) => {
  const { body, fields } = answers.get(request[":path"]);
  stream.respond(fields);
  stream.end(body);
});
server.listen(0, "127.0.0.1", () => console.log("https://localhost:" + server.address().port + "/"));
`;

export async function bench() {
  if (!hasH2load) {
    console.log("skipped: h2load is not installed");
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    const pair = await createCertificate();
    const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
    await writeFile(cert, pair.cert);
    await writeFile(key, pair.key);
    const bare = ["--input-type=module", "-e", bareServer, cert, key, directory];
    const h2push = [bin, directory, "-p", "0", "-C", cert, "-K", key];
    const rates = await measureRates(
      {
        "node:http2": bare,
        "node:http2, same fields": [...bare, JSON.stringify(sameFields)],
        "h2push -q": [...h2push, "-q"],
        h2push,
      },
      paths,
      directory,
    );
    for (const [path, byName] of rates) {
      for (const [name, values] of byName) {
        console.log(`  ${path.padEnd(11)} ${name.padEnd(24)} ${Math.round(median(values))}/s`);
      }
      for (const name of ["h2push -q", "h2push"]) {
        for (const reference of ["node:http2", "node:http2, same fields"]) {
          // The bar is for files, and without a log: a bare server writes none.
          const bar = name === "h2push -q" && path !== "index.html" ? { atLeast: 0.8 } : {};
          const ratios = byName.get(name).map((rate, at) => rate / byName.get(reference)[at]);
          report({ name: `${path}: ${name} / ${reference}`, value: median(ratios), ...bar });
        }
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
