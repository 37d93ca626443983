// 500 event streams on 50 connections for a minute: none loses an event, also where a client is killed and resumes; the
// memory stays flat; a reader that stalls is dropped at its bound. Then 200 WebSockets over HTTP/2 on 4 connections: no
// message is lost, and one that reads nothing holds up no other. `npm run bench -- streams --seconds 20`.
import { once } from "node:events";
import { connect, constants } from "node:http2";
import { setTimeout as after } from "node:timers/promises";
import { parseArgs } from "node:util";
import { EventParser } from "../../examples/site/js/event-parser.js";
import { openWebSocket } from "../support/websocket-h2.js";
import { report } from "./bar.js";
import { programHome } from "./program.js";

const CONNECTIONS = 50;
const STREAMS = 10;
const EVERY_MS = 200;
const SOCKET_CONNECTIONS = 4;
const SOCKETS = 50;
const ROUNDS = 20;
/** What a client may not take (seconds): the program's own limit is longer. */
const STALL_S = 5;

async function open(url) {
  const session = connect(url, { rejectUnauthorized: false });
  session.on("error", () => undefined);
  await once(session, "remoteSettings");
  return session;
}

/** Reads a stream of events, and counts those that are not the next one. */
function follow(session, state) {
  const fields = state.last < 0 ? {} : { "last-event-id": String(state.last) };
  const stream = session.request({ ":path": `/demo/events?every=${EVERY_MS}`, ...fields });
  const parser = new EventParser();
  stream.on("error", () => undefined);
  stream.on("data", (piece) => {
    for (const { event, id } of parser.read(piece.toString())) {
      if (event === "start") continue;
      state.lost += Number(id) - state.last - 1;
      state.last = Number(id);
    }
  });
  return state;
}

/** The first third, the second and the last, each divided into parts of a minute at most. */
function partsOf(seconds) {
  const parts = 3 * Math.ceil(seconds / 3 / 60);
  return { parts, ms: (seconds * 1000) / parts };
}

async function events(url, measure, seconds) {
  const sessions = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(url)));
  const begin = (session) => Array.from({ length: STREAMS }, () => follow(session, { last: -1, lost: 0 }));
  const states = sessions.map(begin);
  const { parts, ms } = partsOf(seconds);
  const memory = [];
  for (let part = 1; part <= parts; part += 1) {
    await after(ms);
    memory.push(await measure());
    const [rss, used] = [memory.at(-1).rss, memory.at(-1).used].map((bytes) => (bytes / 1e6).toFixed(1));
    console.log(
      `after ${Math.round((part * ms) / 1000)} s: ${rss} MB, of which ${used} MB are in use after a collection`,
    );
    if (part === parts / 3) sessions[0] = await comeBack(sessions[0], states[0], url);
  }
  const all = states.flat();
  sessions.forEach((session) => session.destroy());
  return {
    growth: (memory.at(-1).used - memory[(parts * 2) / 3 - 1].used) / 1e6,
    lost: all.reduce((sum, { lost }) => sum + Math.abs(lost), 0),
    received: all.reduce((sum, { last }) => sum + last + 1, 0),
    slowest: Math.min(...all.map(({ last }) => last)),
  };
}

/** A client that is killed, and comes back for what it has missed. */
async function comeBack(session, states, url) {
  session.destroy();
  const next = await open(url);
  states.forEach((state) => follow(next, state));
  return next;
}

/** What a WebSocket hears that says nothing before all the others have heard everything. */
async function sockets(url) {
  const sessions = await Promise.all(Array.from({ length: SOCKET_CONNECTIONS }, () => open(url)));
  const members = await Promise.all(
    sessions.flatMap((session) =>
      Array.from({ length: SOCKETS }, async (_, index) => {
        const member = { socket: (await openWebSocket(session, "/demo/socket")).socket, echoes: [] };
        member.socket.on("message", (data) => {
          const { type, text } = JSON.parse(data);
          if (type === "said") member.echoes.push(text);
        });
        return Object.assign(member, { index });
      }),
    ),
  );
  // The slow one: it asks for long answers, and takes nothing.
  const [slow, ...others] = members;
  slow.socket.pause();
  for (let message = 0; message < 200; message += 1)
    slow.socket.send(JSON.stringify({ type: "say", text: "x".repeat(500) }));
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { socket } of others) socket.send(JSON.stringify({ type: "say", text: `${round}` }));
    await after(10);
  }
  while (others.some(({ echoes }) => echoes.length < ROUNDS) && performance.now() - began < 30_000) await after(20);
  const ms = performance.now() - began;
  const wanted = Array.from({ length: ROUNDS }, (_, round) => `${round}`).join();
  const lost = others.filter(({ echoes }) => echoes.join() !== wanted).length;
  slow.socket.resume();
  while (slow.echoes.length < 200 && performance.now() - began < 40_000) await after(20);
  sessions.forEach((session) => session.destroy());
  return { ms, lost, slow: slow.echoes.length };
}

/** Takes nothing of a response that does not end, with a window that is shut: how long until it is reset (seconds). */
async function stalledReader(url) {
  const session = connect(url, { rejectUnauthorized: false, settings: { initialWindowSize: 0 } });
  session.on("error", () => undefined);
  await once(session, "remoteSettings");
  const began = performance.now();
  const stream = session.request({ ":path": "/demo/events?every=20" });
  stream.on("error", () => undefined);
  const closed = once(stream, "close");
  await Promise.race([closed, after(STALL_S * 4000)]);
  const seconds = (performance.now() - began) / 1000;
  const isReset = stream.rstCode === constants.NGHTTP2_CANCEL || session.destroyed;
  session.destroy();
  return isReset ? seconds : Infinity;
}

export async function bench(options) {
  const { values } = parseArgs({ args: options, options: { seconds: { type: "string", default: "60" } } });
  const home = await programHome();
  const site = new URL("../../examples/site", import.meta.url).pathname;
  const args = ["--demo", "--stall-timeout", `${STALL_S}`];
  const { url, memory, close } = await home.start(site, args, { probed: true });
  const streams = await events(url, memory, Number(values.seconds));
  console.log(
    `500 event streams on 50 connections: ${streams.received} events, the slowest stream at ${streams.slowest}`,
  );
  report({ name: "events lost", value: streams.lost, atMost: 0 });
  report({ name: "memory in use that came on top in the last third, MB", value: streams.growth, atMost: 10 });
  report({ name: "a stalled reader is dropped after, s", value: await stalledReader(url), atMost: 2 * STALL_S });
  const { ms, lost, slow } = await sockets(url);
  console.log(`200 WebSockets over HTTP/2 on 4 connections: ${ROUNDS} messages each in ${Math.round(ms)} ms`);
  report({ name: "WebSockets that lost a message", value: lost, atMost: 0 });
  report({ name: "messages that the slow one heard in the end", value: slow, atLeast: 200 });
  await close();
  await home.remove();
}
