import { spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { createCertificate } from "../../dist/index.js";

const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));
/** What has the program tell of its memory. */
const probe = ["--expose-gc", "--import", new URL("memory-probe.js", import.meta.url).href];

/** Programs that run. They end with this process, also when it is told to end before its time. */
const running = new Set();

function endWith(signal) {
  for (const child of running) child.kill("SIGKILL");
  process.kill(process.pid, signal);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, endWith);

/** A home for the real program, with one certificate for all its starts. */
export async function programHome() {
  const home = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  const pair = await createCertificate();
  await writeFile(join(home, "cert.pem"), pair.cert);
  await writeFile(join(home, "key.pem"), pair.key);
  const key = new X509Certificate(pair.cert).publicKey.export({ type: "spki", format: "der" });
  return {
    /** What a Chromium is told, for which the certificate is then as valid as any. */
    trust: `--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`,
    directory: home,
    start: (root, args, options) => start(home, root, args, options),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/**
 * Starts the real program on a site; returns its URL, what ends it and, with `probed`, what tells of its memory.
 *
 * @param options with `before`, the words of a command that starts it
 */
async function start(home, root, args, { probed = false, before = [] } = {}) {
  const pair = ["-C", join(home, "cert.pem"), "-K", join(home, "key.pem")];
  const env = { PATH: process.env["PATH"], HOME: home, XDG_DATA_HOME: join(home, "data") };
  const own = [process.execPath, ...(probed ? probe : []), bin, root, "-p", "0", "-q", ...pair, ...args];
  const [command, ...words] = [...before, ...own];
  const child = spawn(command, words, {
    cwd: home,
    env,
    stdio: ["ignore", "pipe", "pipe", ...(probed ? ["ipc"] : [])],
  });
  running.add(child);
  const exited = once(child, "exit").finally(() => running.delete(child));
  let text = "";
  child.stderr.on("data", (data) => (text += data));
  const url = await new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => {
      text += data;
      const found = /https:\/\/\S+/.exec(text)?.[0];
      if (found !== undefined) resolve(found);
    });
    exited.then(() => reject(new Error(`h2push ${args.join(" ")} ended:\n${text}`)), reject);
  });
  return {
    url,
    pid: child.pid,
    /** Bytes: of the process, and in use after a collection. */
    memory: async () => {
      child.send("measure");
      const [told] = await once(child, "message");
      return told;
    },
    /** @param signal SIGTERM has it write what it keeps */
    close: async (signal = "SIGKILL") => {
      child.kill(signal);
      await exited;
    },
  };
}

/** What a browser is told to fetch with a page: the `Link` fields of the 103s and of the response, and elements of ours in it. */
export async function announced(url) {
  const session = connect(url, { rejectUnauthorized: false, settings: { enablePush: false } });
  try {
    await once(session, "remoteSettings");
    const { pathname } = new URL(url);
    const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "accept-encoding": "br" };
    const stream = session.request({ ":path": pathname, ...navigation });
    const links = [];
    stream.on("headers", ({ link }) => links.push(`103 ${String(link)}`));
    let encoding;
    stream.on("response", ({ ":status": status, link, "content-encoding": coding }) => {
      encoding = coding;
      links.push(`${status} ${String(link)}`);
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    const html = (encoding === "br" ? brotliDecompressSync(content) : content).toString("latin1");
    return [...links, ...(html.match(/<link [^>]*data-h2push[^>]*>/g) ?? [])].join("\n");
  } finally {
    session.destroy();
  }
}
