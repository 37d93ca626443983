// The server of a soak run, in a process of its own (`--expose-gc`). It is asked by messages, each of which has one answer.
import { readdirSync, readlinkSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { createCertificate, createServer } from "../../dist/index.js";

const [root] = process.argv.slice(2);

/** Sends an event each 20 ms until the client leaves. */
function events(signal) {
  const encoder = new TextEncoder();
  let timer;
  const body = new ReadableStream({
    start(controller) {
      let id = 0;
      timer = setInterval(() => controller.enqueue(encoder.encode(`id: ${id}\ndata: ${id++}\n\n`)), 20);
      signal.addEventListener("abort", () => clearInterval(timer));
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** An event stream, and what sends a request's content back. */
async function route(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/events") return events(request.signal);
  return pathname === "/echo" ? new Response(await request.text()) : undefined;
}

const problems = [];
const server = createServer({
  root,
  port: 0,
  live: true,
  // Full after the first part.
  memory: 4,
  certificate: await createCertificate(),
  routes: [route],
  onError: (error) => problems.push(error.message),
  onRequest: () => undefined,
});

/** What each open descriptor leads to: a file's path, or the kind of another thing. */
function descriptors() {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`).replace(/:\[\d+\]$/, "")];
    } catch {
      // The one with which the directory was read.
      return [];
    }
  });
}

/** Bytes in use after a collection, and descriptors that are open. */
async function measure() {
  for (let times = 0; times < 4; times++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { memory: heapUsed + external, heapUsed, external, descriptors: descriptors(), problems };
}

const answers = {
  measure,
  certificate: async () => server.useCertificate(await createCertificate()),
  close: () => server.close(1000),
};

process.on("message", async ({ id, name }) => process.send({ id, value: await answers[name]() }));
process.on("disconnect", () => process.exit());
process.send({ id: 0, value: await server.listen() });
