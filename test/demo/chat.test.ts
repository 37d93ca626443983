import { constants, type ClientHttp2Stream } from "node:http2";
import { expect, test } from "vitest";
import { EventParser } from "../../examples/site/js/event-parser.js";
import { demoRoutes } from "../../src/demo/routes.js";
import { connect, type H2Client } from "../support/h2.js";
import { startServer } from "../support/server.js";

const json = { ":method": "POST", "content-type": "application/json" };
const question = (text: string, lang = "en") => JSON.stringify({ question: text, lang });

async function chat(): Promise<H2Client> {
  const { port } = await startServer({ routes: demoRoutes() });
  return connect(port);
}

function ask({ request }: H2Client, content: string, query = "", fields: Record<string, string> = {}) {
  return request(`/demo/chat?every=20${query}`, { ...json, ...fields }, content);
}

async function stateOf(client: H2Client, answer: unknown) {
  const { body } = await client.request(`/demo/chat/answer?number=${String(answer)}`);
  return JSON.parse(body.toString());
}

test.each([
  ["en", "What is a push?", /^With HTTP\/2, a server may send.*\n\nNo current browser/s],
  ["zh", "什么是推送？", /^在 HTTP\/2 中，服务器可以.*。\n\n目前/s],
  ["en", "Who are you?", /^I am not a language model/],
  ["en", "blue", /^I know little/],
])("answers in %s word by word: %s", async (lang, text, expected) => {
  const client = await chat();
  const { status, body, headers } = await ask(client, question(text, lang));
  expect([status, headers["content-type"]]).toEqual([200, "text/event-stream"]);
  const events = new EventParser().read(body.toString());
  const words = events.filter(({ event }) => event === "word");
  expect(words.map(({ data }) => data).join("")).toMatch(expected);
  expect(words.map(({ id }) => Number(id))).toEqual(words.map((_, index) => index + 1));
  const { answer, words: all } = JSON.parse(events[0]?.data ?? "");
  expect([all, events.at(-1)?.event]).toEqual([words.length, "done"]);
  expect(await stateOf(client, answer)).toEqual({ answer, words: all, sent: all, state: "done" });
});

test("breaks off in the middle of an event when it is asked to, and goes on behind Last-Event-ID", async () => {
  const client = await chat();
  const first = new EventParser();
  const before = first.read((await ask(client, question("push"), "&cut=5")).body.toString());
  expect(first.lastEventId).toBe("5");
  const fields = { "last-event-id": first.lastEventId };
  const after = new EventParser().read((await ask(client, question("push"), "&cut=5", fields)).body.toString());
  const textOf = (events: typeof before) =>
    events.flatMap(({ event, data }) => (event === "word" ? data : [])).join("");
  const whole = new EventParser().read((await ask(client, question("push"))).body.toString());
  expect(textOf(before) + textOf(after)).toBe(textOf(whole));
  const { answer } = JSON.parse(before[0]?.data ?? "");
  expect(await stateOf(client, answer)).toMatchObject({ sent: 5, state: "cut" });
});

test("stops when the client has gone, and says at which word", async () => {
  const client = await chat();
  const stream: ClientHttp2Stream = client.session.request({ ":path": "/demo/chat?every=20", ...json });
  stream.on("error", () => undefined);
  stream.end(question("push"));
  const parser = new EventParser();
  const events: ReturnType<EventParser["read"]> = [];
  await new Promise<void>((resolve) =>
    stream.on("data", (piece: Buffer) => {
      events.push(...parser.read(piece.toString()));
      if (parser.lastEventId === "3") resolve();
    }),
  );
  stream.close(constants.NGHTTP2_CANCEL);
  const { answer, words } = JSON.parse(events[0]?.data ?? "");
  const { state, sent } = await stateOf(client, answer);
  expect(state).toBe("cancelled");
  expect(sent).toBeGreaterThanOrEqual(3);
  expect(sent).toBeLessThan(words);
});

test.each([
  ["no JSON", "what?", {}, "the content is not JSON"],
  ["no text", "{}", {}, "question must be a text"],
  ["another language", question("a", "fr"), {}, "lang must be one of en, zh"],
  ["a form", question("a"), { "content-type": "text/plain" }, "a question is application/json"],
  ["a long one", question("x".repeat(5000)), {}, "a question has at most 4096 bytes"],
  ["no number of a word", question("a"), { "last-event-id": "x" }, "Last-Event-ID must be a whole number"],
])("answers %s with 400 and the reason", async (_name, content, fields, detail) => {
  const { status, body } = await ask(await chat(), content, "", fields);
  expect(status).toBe(400);
  expect(JSON.parse(body.toString()).detail).toContain(detail);
});

test("gives 32 answers at a time", async () => {
  const client = await chat();
  const streams = Array.from({ length: 32 }, () => {
    const stream = client.session.request({ ":path": "/demo/chat?every=1000", ...json });
    stream.on("error", () => undefined).resume();
    stream.end(question("push"));
    return new Promise((resolve) => stream.once("response", ({ ":status": status }) => resolve(status)));
  });
  expect(new Set(await Promise.all(streams))).toEqual(new Set([200]));
  expect((await ask(client, question("push"))).status).toBe(503);
});
