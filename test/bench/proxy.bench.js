// What the proxy holds back: the delay of each event of 100 streams of events at once, and the memory that 1 GB takes
// on its way up and down. Upstream and client are one process, so that one clock tells when an event left and came.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, request as requestHttp } from "node:http";
import { connect } from "node:http2";
import { request as requestHttps } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { median, report } from "./bar.js";

const STREAMS = 100;
const EVENTS = 50;
const EVERY = 100;
/** So long after the last handshake the events begin (milliseconds). */
const SETTLE = 1000;
const SIZE = 1_000_000_000;
const PIECE = Buffer.alloc(64 * 1024, "x");
const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));

/** SIZE bytes, made as they are asked for. */
const content = () =>
  Readable.from(
    (function* () {
      for (let left = SIZE; left > 0; left -= PIECE.length) yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
    })(),
  );

/** Streams that wait for the others, so that no handshake is under way when events are timed. */
let waiting = [];

function allOpen() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length < STREAMS) return;
    for (const go of waiting) go();
    waiting = [];
  });
}

/** Sends events that say when they left, or takes and gives SIZE bytes. */
async function upstream(request, response) {
  if (request.method === "POST") {
    let bytes = 0;
    for await (const piece of request) bytes += piece.length;
    response.end(String(bytes));
  } else if (request.url === "/big") {
    response.writeHead(200, { "content-length": SIZE });
    content().pipe(response);
  } else {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    await allOpen();
    await after(SETTLE);
    for (let n = 0; n < EVENTS; n++) {
      await after(EVERY * (0.5 + Math.random()));
      response.write(`data: ${performance.now()}\n\n`);
    }
    response.end();
  }
}

/** Resident memory of a process in MB; undefined where nobody tells. */
async function resident(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const found = /^VmRSS:\s+(\d+) kB/m.exec(status);
  return found === null ? undefined : Number(found[1]) / 1000;
}

/** The response to a request over either protocol, as a stream; a content of SIZE bytes goes with a POST. */
const clients = {
  "no proxy": async (port, path) => {
    const request = requestHttp({ port, host: "127.0.0.1", path, agent: false }).end();
    const [response] = await once(request, "response");
    return response;
  },
  "HTTP/2": async (port, path, method) => {
    const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false });
    const stream = session.request({ ":path": path, ":method": method });
    stream.on("close", () => session.close());
    if (method === "POST") content().pipe(stream);
    await once(stream, "response");
    return stream;
  },
  "HTTP/1.1": async (port, path, method) => {
    const request = requestHttps({ port, host: "localhost", path, method, rejectUnauthorized: false, agent: false });
    if (method === "POST") content().pipe(request);
    else request.end();
    const [response] = await once(request, "response");
    return response;
  },
};

async function events(port, protocol) {
  const delays = [];
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => clients[protocol](port, "/events", "GET")));
  const read = async (stream) => {
    for await (const piece of stream.setEncoding("utf8")) {
      const now = performance.now();
      for (const [, left] of piece.matchAll(/^data: (.+)$/gm)) delays.push(now - Number(left));
    }
  };
  await Promise.all(streams.map(read));
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (part) => sorted[Math.floor(sorted.length * part)].toFixed(1);
  console.log(`${delays.length} events over ${protocol}: median ${median(delays).toFixed(1)} ms, 99% ${at(0.99)} ms`);
  report({
    name: `events of ${STREAMS} streams that arrive, ${protocol}`,
    value: delays.length,
    atLeast: STREAMS * EVENTS,
  });
  const bar = protocol === "no proxy" ? {} : { atMost: 20 };
  report({ name: `longest delay of an event (ms), ${protocol}`, value: sorted.at(-1), ...bar });
}

async function transfer(port, pid, protocol, method) {
  const idle = await resident(pid);
  let peak = idle;
  const timer = setInterval(async () => {
    peak = Math.max(peak, (await resident(pid)) ?? 0);
  }, 50);
  const started = performance.now();
  let bytes = 0;
  for await (const piece of await clients[protocol](port, "/big", method)) {
    bytes += method === "POST" ? Number(piece) : piece.length;
  }
  clearInterval(timer);
  const name = `${method === "POST" ? "upload" : "download"} of 1 GB over ${protocol}`;
  const rate = SIZE / 1000 / (performance.now() - started);
  console.log(`${name}: ${rate.toFixed(0)} MB/s, ${idle?.toFixed(0)} MB idle`);
  report({ name: `${name}, bytes`, value: bytes, atLeast: SIZE, atMost: SIZE });
  if (idle === undefined) report({ name, skipped: "the memory of another process is told by Linux alone" });
  else report({ name: `${name}, MB above idle`, value: peak - idle, atMost: 60 });
}

export async function bench() {
  const server = createServer((request, response) => void upstream(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const home = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, "data") };
  const proxy = ["--proxy", `/=http://127.0.0.1:${server.address().port}`];
  const child = spawn(process.execPath, [bin, home, "-p", "0", "-q", ...proxy], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(child.stdout, "data");
    const port = Number(/:(\d+)\//.exec(String(line))[1]);
    // What of the delay is this machine's.
    await events(server.address().port, "no proxy");
    for (const protocol of ["HTTP/2", "HTTP/1.1"]) {
      await events(port, protocol);
      for (const method of ["GET", "POST"]) await transfer(port, child.pid, protocol, method);
    }
  } finally {
    child.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
    await rm(home, { recursive: true, force: true });
  }
}
