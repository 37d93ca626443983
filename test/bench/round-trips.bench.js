// How many round trips a page with a deep graph of dependencies takes, over a network of 200 ms that is played at the
// listener: with push, and by a client without, which reads the files and asks for what it finds, as a browser does.
import { connect } from "node:http2";
import { createServer } from "../../dist/index.js";
import { median, report } from "./bar.js";
import { deepSite, writeSite } from "./delivery-site.js";

const RTT = 200;
const RUNS = 9;
const WINDOW = 1024 * 1024;

/** A client of HTTP/2 with a window of 1 MB; ready when its settings are known to the server. */
async function open(port, enablePush) {
  const session = connect(`https://localhost:${port}`, {
    rejectUnauthorized: false,
    settings: { enablePush, initialWindowSize: WINDOW },
  });
  session.on("connect", () => session.setLocalWindowSize(WINDOW));
  await new Promise((resolve, reject) => session.once("localSettings", resolve).once("error", reject));
  return session;
}

function body(stream) {
  return new Promise((resolve, reject) => {
    const pieces = [];
    stream.on("data", (piece) => pieces.push(piece));
    stream.on("end", () => resolve(Buffer.concat(pieces).toString("latin1")));
    stream.on("error", reject);
  });
}

/** References as a parser comes upon them; enough for the pages of this file. */
const references = (text) =>
  [...text.matchAll(/(?:href="|src="|@import "|url\(|import "\.)(\/[\w./]+)/g)].map(([found, path]) =>
    found.startsWith('import ".') ? `/js${path}` : path,
  );

/** Loads the page with all that it needs; returns the round trips since its request was sent, and how much came by push. */
async function load(port, enablePush) {
  const session = await open(port, enablePush);
  const targets = new Map();
  const pushes = [];
  session.on("stream", (stream, request) => {
    const content = body(stream);
    pushes.push(request[":path"]);
    targets.set(request[":path"], content);
  });
  const started = performance.now();
  const get = (path) => targets.get(path) ?? targets.set(path, body(session.request({ ":path": path }))).get(path);
  const follow = async (path) => {
    const text = await get(path);
    await Promise.all(references(text).map(follow));
  };
  await follow("/");
  const roundTrips = (performance.now() - started) / RTT;
  session.close();
  return { roundTrips, assets: targets.size - 1, pushed: pushes.length };
}

export async function bench() {
  const { root, remove } = await writeSite(deepSite());
  const server = createServer({ root, port: 0, rtt: RTT });
  const { port } = await server.listen();
  try {
    const push = [];
    const without = [];
    for (let run = 0; run < RUNS; run++) {
      push.push(await load(port, true));
      without.push(await load(port, false));
    }
    const took = (loads) => median(loads.map(({ roundTrips }) => roundTrips));
    report({ name: "assets", value: push[0].assets });
    report({ name: "pushed", value: median(push.map(({ pushed }) => pushed)), atLeast: 12 });
    report({ name: "round trips with push", value: took(push), atMost: 1.15 });
    report({ name: "round trips without", value: took(without), atLeast: 5 });
  } finally {
    await server.close(0);
    await remove();
  }
}
