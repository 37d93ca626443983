import { once } from "node:events";
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import type { Load, Timing } from "./load.js";
import type { Progress } from "./progress.js";

type OnProgress = (progress: Progress) => void;

/** Bytes that the server may send ahead, as wide as browsers open it: Node's 64 KB would be a round trip of their own. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** As browsers send it: each means has the same bytes to carry. */
const ACCEPTED_CODINGS = "gzip, deflate, br, zstd";

/**
 * Loads a page over a new connection, and takes whatever is pushed with it.
 *
 * @param url of a server in this very process, whose certificate need not be checked therefore
 * @throws the session's error; the signal's reason when it is aborted
 */
export async function loadWithPush(
  url: string,
  stop: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<Load> {
  stop.throwIfAborted();
  const session = connect(url, { rejectUnauthorized: false, settings: { initialWindowSize: WINDOW_BYTES } });
  const over = new AbortController();
  const ended = new Promise<never>((_resolve, reject) => {
    session.once("error", reject);
    const onStop = () => reject(stop.reason instanceof Error ? stop.reason : new Error("stopped"));
    stop.addEventListener("abort", onStop, { once: true, signal: over.signal });
  });
  try {
    await Promise.race([once(session, "connect"), ended]);
    session.setLocalWindowSize(WINDOW_BYTES);
    return await Promise.race([load(session, new URL(url).pathname, onProgress), ended]);
  } finally {
    ended.catch(() => undefined);
    // Node 20 may not end a session while it reads from it.
    setImmediate(() => session.destroy());
    over.abort();
  }
}

async function load(session: ClientHttp2Session, base: string, onProgress: OnProgress): Promise<Load> {
  const asked = performance.now();
  const now = () => performance.now() - asked;
  const told = async (stream: ClientHttp2Stream, answered: "push" | "response", path: string) => {
    // As everywhere in the demo, targets are told below the page's own path.
    const target = path.startsWith(base) ? path.slice(base.length - 1) : path;
    onProgress({ event: "asked", target, start: now() });
    const timing = await timed(stream, answered, target, now);
    onProgress({ event: "got", target, start: timing.start, end: timing.end });
    return timing;
  };
  const pushed: Promise<Timing>[] = [];
  session.on("stream", (stream: ClientHttp2Stream, request) => {
    const timing = told(stream, "push", String(request[":path"]));
    // When the page fails first, nobody waits for it.
    timing.catch(() => undefined);
    pushed.push(timing);
  });
  const request = session.request({ ":path": base, "accept-encoding": ACCEPTED_CODINGS });
  const page = await told(request, "response", base);
  // All promises come before the end of the page that they belong to (RFC 9113 §8.4.1).
  return { page, assets: await Promise.all(pushed) };
}

/** Reads a stream to its end; from when on it is known, its first and its last byte. */
function timed(
  stream: ClientHttp2Stream,
  answered: "push" | "response",
  target: string,
  now: () => number,
): Promise<Timing> {
  return new Promise((resolve, reject) => {
    const start = now();
    let first = start;
    let bytes = 0;
    stream.once(answered, () => (first = now()));
    stream.on("data", (piece: Buffer) => (bytes += piece.length));
    stream.once("end", () => resolve({ target, start, first, end: now(), bytes }));
    stream.once("error", reject);
    stream.once("close", () => reject(new Error(`${target} was reset with ${stream.rstCode}`)));
  });
}
