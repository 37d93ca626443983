// What the clients of a soak run do. Each action resolves when what it began has ended, and throws when an answer is not whole.
import { once } from "node:events";
import { rename, writeFile } from "node:fs/promises";
import { connect, constants } from "node:http2";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";

const ASSETS = 24;
const FILE_SIZE = 40_000;

/** Files of the site: a page with stylesheets, modules and images, each with its length known. */
export function siteFiles() {
  const names = Array.from({ length: ASSETS }, (_, n) => `asset${n}.${["css", "js", "svg"][n % 3]}`);
  const tags = names.map((name) => tagFor(name));
  const page = `<!doctype html><meta charset=utf-8><title>Soak</title>${tags.join("\n")}<p>text</p>`;
  return new Map([["index.html", page], ...names.map((name) => [name, contentOf(name, 0)])]);
}

function tagFor(name) {
  if (name.endsWith(".css")) return `<link rel=stylesheet href=/${name}>`;
  return name.endsWith(".js") ? `<script type=module src=/${name}></script>` : `<img src=/${name} alt="">`;
}

/** As long in every version, so that a torn file shows. */
function contentOf(name, version) {
  const text = `version ${String(version).padStart(8, "0")} `;
  if (name.endsWith(".svg")) return `<svg xmlns="http://www.w3.org/2000/svg"><!-- ${fill(text)} --></svg>`;
  return `/* ${fill(text)} */`;
}

const fill = (text) => text.repeat(Math.ceil(FILE_SIZE / text.length)).slice(0, FILE_SIZE);

/** Waits for an event of a session, stream or request that may end before. */
async function first(emitter, event) {
  const ended = once(emitter, "close").then(() => {
    throw new Error(`ended before "${event}"`);
  });
  return Promise.race([once(emitter, event), ended]);
}

/** A client over HTTP/2, which takes pushes or does not. */
async function withSession({ url }, enablePush, use) {
  const session = connect(url, { rejectUnauthorized: false, settings: { enablePush } });
  session.on("error", () => undefined);
  session.on("stream", (stream) => stream.on("error", () => undefined).resume());
  try {
    await first(session, "remoteSettings");
    return await use(session);
  } finally {
    // What is under way is cut off with it: that is a part of the game.
    session.destroy();
    if (!session.closed) await once(session, "close");
  }
}

/** The status, fields and length of a response over HTTP/2, read to its end. */
function read(session, fields, content) {
  const stream = session.request({ ":path": "/", ...fields }, { endStream: content === undefined });
  if (content !== undefined) stream.end(content);
  return new Promise((resolve, reject) => {
    let headers = {};
    let length = 0;
    stream.on("response", (response) => (headers = response));
    stream.on("data", (chunk) => (length += chunk.length));
    stream.on("error", reject);
    stream.on("close", () => resolve({ status: headers[":status"], headers, length }));
  });
}

function expect(answer, status, length) {
  if (answer.status === status && (length === undefined || answer.length === length)) return answer;
  throw new Error(`status ${answer.status} and ${answer.length} bytes instead of ${status} and ${length ?? "any"}`);
}

/** Waits for the first of some bytes, then leaves the stream. */
async function leaveEarly(session, fields) {
  const stream = session.request({ ":path": "/", ...fields });
  stream.on("error", () => undefined);
  await first(stream, "data");
  stream.close(constants.NGHTTP2_CANCEL);
  if (!stream.closed || !stream.destroyed) await once(stream, "close");
}

const page = (site) =>
  withSession(site, true, async (session) => {
    const pushed = [];
    session.on("stream", (stream) => pushed.push(once(stream, "close")));
    expect(await read(session), 200);
    await Promise.all(pushed);
    await leaveEarly(session, { ":path": "/asset1.js" });
  });

/** Leaves in the middle of a page, with some of its pushes under way. */
const abandonPage = (site) =>
  withSession(site, true, async (session) => {
    for (let request = 0; request < 4; request++) session.request({ ":path": "/" }).on("error", () => undefined);
    await first(session, "stream");
    if (site.random() < 0.5) session.goaway();
  });

/** Refuses every push. */
const refusePushes = (site) =>
  withSession(site, true, async (session) => {
    session.on("stream", (stream) => stream.close(constants.NGHTTP2_CANCEL));
    expect(await read(session), 200);
  });

const files = (site) =>
  withSession(site, false, async (session) => {
    const name = pick(site, [...site.files.keys()].slice(1));
    const { headers } = expect(await read(session, { ":path": `/${name}` }), 200, site.files.get(name).length);
    const again = await read(session, { ":path": `/${name}`, "if-none-match": headers.etag });
    if (again.status !== 200 && again.status !== 304) throw new Error(`status ${again.status} for a reload`);
    expect(await read(session, { ":path": `/${name}`, range: "bytes=100-199" }), 206, 100);
    expect(await read(session, { ":path": `/none-${site.number()}` }), 404);
    expect(await read(session, { ":path": "/echo", ":method": "POST" }, "x".repeat(1000)), 200, 1000);
  });

/** Some events of a stream of them and of live reload's, then no more. */
const eventStream = (site) =>
  withSession(site, false, async (session) => {
    await leaveEarly(session, { ":path": "/events" });
  });

/** An upload that stops half-way. */
const abandonUpload = (site) =>
  withSession(site, false, async (session) => {
    const stream = session.request({ ":path": "/echo", ":method": "POST", "content-length": 5000 });
    stream.on("error", () => undefined);
    await Promise.race([new Promise((resolve) => stream.write("x".repeat(1000), resolve)), once(stream, "close")]);
  });

/** The same site over HTTP/1.1: one answer read, one left. */
const http1 = async (site) => {
  for (const leave of [false, true]) {
    const name = pick(site, [...site.files.keys()].slice(1));
    const request = httpsRequest(new URL(name, site.url), { agent: false, rejectUnauthorized: false });
    request.on("error", () => undefined).end();
    const [response] = await first(request, "response");
    if (leave) request.destroy();
    else response.resume();
    await once(request, "close");
  }
};

/** A new version of a file, put in the place of the one before while others read that. */
const edit = async (site) => {
  const name = pick(site, [...site.files.keys()].slice(1));
  const version = site.number();
  const draft = join(site.root, `.draft-${version}`);
  await writeFile(draft, contentOf(name, version));
  await rename(draft, join(site.root, name));
};

const swapCertificate = (site) => site.ask("certificate");

/** Actions, and how often each is taken beside the others. */
export const actions = {
  page,
  abandonPage,
  refusePushes,
  files,
  eventStream,
  abandonUpload,
  http1,
  edit,
  swapCertificate,
};
const weights = {
  page: 6,
  abandonPage: 3,
  refusePushes: 2,
  files: 6,
  eventStream: 2,
  abandonUpload: 1,
  http1: 3,
  edit: 2,
};

const pick = (site, list) => list[Math.floor(site.random() * list.length)];

/** The name of the next action. */
export function nextAction(site) {
  const bag = Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
  // Making a pair takes a while.
  return site.random() < 0.002 ? "swapCertificate" : pick(site, bag);
}
