// What 200 downloads at once of a file of 200 MB by slow readers cost in memory: 100 over HTTP/2, 100 over HTTP/1.1,
// each reading a little now and then. The bar is 150 MB above idle. Linux alone tells the memory of another process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";

const DOWNLOADS = 200;
const SIZE = 200_000_000;
const SECONDS = 8;
const BAR = 150;
const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));

/** Resident memory of a process in MB. */
async function resident(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) / 1000;
}

async function socketTo(port, protocol) {
  const socket = connect({ port, host: "localhost", ALPNProtocols: [protocol], rejectUnauthorized: false });
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  return socket;
}

/** Begins a download; what it returns reads for a moment. */
async function download(port, number) {
  if (number % 2 === 0) {
    const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false });
    session.on("error", () => undefined);
    const stream = session.request({ ":path": "/big.bin" });
    stream.on("error", () => undefined);
    await once(stream, "response");
    return { stream, end: () => session.destroy() };
  }
  const socket = await socketTo(port, "http/1.1");
  socket.write("GET /big.bin HTTP/1.1\r\nhost: localhost\r\n\r\n");
  return { stream: socket, end: () => socket.destroy() };
}

export async function bench() {
  if (process.platform !== "linux") {
    console.log("skipped: the memory of another process is told by Linux alone");
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  const env = { ...process.env, HOME: directory, XDG_DATA_HOME: join(directory, "data") };
  const file = await open(join(directory, "big.bin"), "w");
  await file.truncate(SIZE);
  await file.close();
  const server = spawn(process.execPath, [bin, directory, "-p", "0", "-q"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(server.stdout, "data");
    const port = Number(/:(\d+)\//.exec(String(line))[1]);
    const idle = await resident(server.pid);
    const downloads = await Promise.all(Array.from({ length: DOWNLOADS }, (_, number) => download(port, number)));
    let bytes = 0;
    let peak = 0;
    for (const { stream } of downloads) stream.on("data", (piece) => (bytes += piece.length)).pause();
    for (const end = performance.now() + SECONDS * 1000; performance.now() < end;) {
      for (const { stream } of downloads) stream.resume();
      await after(5);
      for (const { stream } of downloads) stream.pause();
      peak = Math.max(peak, await resident(server.pid));
      await after(100);
    }
    for (const { end } of downloads) end();
    const rise = peak - idle;
    const read = `${(bytes / 1e6).toFixed(0)} MB read`;
    console.log(
      `${DOWNLOADS} slow downloads of ${SIZE / 1e6} MB, ${read}: ${idle.toFixed(0)} MB idle, ${peak.toFixed(0)} MB at most`,
    );
    console.log(`${rise.toFixed(0)} MB above idle; the bar is ${BAR} MB: ${rise < BAR ? "kept" : "MISSED"}`);
  } finally {
    server.kill("SIGKILL");
    await rm(directory, { recursive: true, force: true });
  }
}
