import { expect, test } from "vitest";
import { EventParser } from "../../examples/site/js/event-parser.js";
import { eventsOf } from "../../examples/site/js/event-reader.js";

const message = (data: string, id = "", event = "message") => ({ event, data, id });

// The cases of the HTML standard (§9.2.6) and of Web Platform Tests (eventsource/format-*).
test.each([
  ["data: a\n\n", [message("a")]],
  ["data:a\r\rdata: b\r\n\r\ndata:  c\n\n", [message("a"), message("b"), message(" c")]],
  ["data: YHOO\ndata: +2\ndata: 10\n\n", [message("YHOO\n+2\n10")]],
  [
    ": comment\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
    [message("first event", "1"), message("second event")],
  ],
  ["data\n\ndata\ndata\n\ndata:", [message(""), message("\n")]],
  ["data:test\n\ndata: test\n\n", [message("test"), message("test")]],
  ["event: x\n\ndata: y\n\n", [message("y")]],
  ["event: x\ndata: y\n\ndata: z\n\n", [message("y", "", "x"), message("z")]],
  ["id: 1\ndata: a\n\ndata: b\n\n", [message("a", "1"), message("b", "1")]],
  ["id: 1\nid: 2\0\ndata: a\n\n", [message("a", "1")]],
  ["\uFEFFdata: a\n\n\uFEFFdata: b\n\n", [message("a")]],
  ["retry: 5\ndata: a: b\nnonsense\nDATA: c\n\n", [message("a: b")]],
  ["data: no end", []],
])("reads %j, in one piece and in every two", (stream, events) => {
  expect(new EventParser().read(stream)).toEqual(events);
  for (let at = 0; at <= stream.length; at += 1) {
    const parser = new EventParser();
    expect([...parser.read(stream.slice(0, at)), ...parser.read(stream.slice(at))]).toEqual(events);
  }
  const parser = new EventParser();
  expect(stream.split("").flatMap((character) => parser.read(character))).toEqual(events);
});

test.each([
  ["retry: 500\n", 500],
  ["retry: 5s\n", undefined],
  ["retry: -1\n", undefined],
  ["retry: 1\nretry: 2\n", 2],
])("takes the time to wait from %j", (stream, retry) => {
  const parser = new EventParser();
  parser.read(stream);
  expect(parser.retry).toBe(retry);
});

test("knows the id of the last whole event", () => {
  const parser = new EventParser();
  parser.read("id: 7\ndata: a\n\nid: 8\ndata: b");
  expect(parser.lastEventId).toBe("7");
});

test("reads a response as it comes, and tells the server when its reader leaves", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: 一\n\ndata: b\n\n")),
    cancel: () => void (cancelled = true),
  });
  for await (const { data } of eventsOf(new Response(body))) {
    expect(data).toBe("一");
    break;
  }
  await expect.poll(() => cancelled).toBe(true);
});
