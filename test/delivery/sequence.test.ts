import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WriteQueue, type Writer } from "../../src/delivery/scheduler.js";

const PIECE = 16 * 1024;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Responses in sequence on a line that takes what it gets, whose course the test decides. */
function responses(names: readonly string[], isBlockedByStreamWindow = () => true) {
  const queue = new WriteQueue();
  const log: string[] = [];
  const writers = new Map<string, Writer>(
    names.map((name, arrival) => [
      name,
      { arrival, priority: { urgency: 3, incremental: false }, isBlockedByStreamWindow },
    ]),
  );
  const writer = (name: string) => writers.get(name) ?? expect.fail(`no ${name}`);
  queue.inSequence([...writers.values()]);
  for (const [name, writer] of writers) void queue.turn(writer).then(() => log.push(name));
  const write = async (name: string) => {
    const taken = await queue.reserve(writer(name), PIECE);
    log.push(`a piece of ${name}`);
    taken();
  };
  const end = (name: string) => queue.done(writer(name));
  return {
    log,
    end,
    write,
    moveBehind: (name: string, other: string) => queue.moveBehind(writer(name), writer(other)),
  };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

test("each begins when the one before it has ended", async () => {
  const { log, end } = responses(["page", "css", "js"]);
  await settled();
  expect(log).toEqual(["page"]);
  end("page");
  await settled();
  expect(log).toEqual(["page", "css"]);
  end("css");
  await settled();
  expect(log).toEqual(["page", "css", "js"]);
});

test("one that ends before its turn holds up nobody", async () => {
  const { log, end } = responses(["page", "css", "js"]);
  end("css");
  end("page");
  await settled();
  expect(log).toContain("js");
});

test("the next begins when one stands still for 100 ms", async () => {
  const { log, write } = responses(["page", "css"]);
  await vi.advanceTimersByTimeAsync(99);
  expect(log).toEqual(["page"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(log).toEqual(["page", "css"]);
  await write("page");
  expect(log.at(-1)).toBe("a piece of page");
});

test("the next waits as long as pieces are taken", async () => {
  const { log, write } = responses(["page", "css"]);
  for (let n = 0; n < 20; n++) {
    await vi.advanceTimersByTimeAsync(99);
    await write("page");
  }
  expect(log).not.toContain("css");
  await vi.advanceTimersByTimeAsync(200);
  expect(log).toContain("css");
});

test("they keep their order, however long it takes, when it is the connection that takes nothing", async () => {
  let held = true;
  const { log } = responses(["page", "css"], () => !held);
  await vi.advanceTimersByTimeAsync(5000);
  expect(log).toEqual(["page"]);
  held = false;
  await vi.advanceTimersByTimeAsync(100);
  expect(log).toEqual(["page", "css"]);
});

test("one that was passed over holds up nobody when it goes on", async () => {
  const { log, write, end } = responses(["page", "css", "js"]);
  await vi.advanceTimersByTimeAsync(100);
  await write("page");
  end("css");
  await settled();
  expect(log).toEqual(["page", "css", "a piece of page", "js"]);
});

test("the first may go on behind another", async () => {
  const { log, end, write, moveBehind } = responses(["page", "css", "js"]);
  await settled();
  await write("page");
  moveBehind("page", "css");
  const rest = write("page");
  await settled();
  expect(log).toEqual(["page", "a piece of page", "css"]);
  end("css");
  await rest;
  end("page");
  await settled();
  expect(log).toEqual(["page", "a piece of page", "css", "a piece of page", "js"]);
});

test("no timer stays behind", async () => {
  const { end } = responses(["page", "css"]);
  end("page");
  end("css");
  await vi.advanceTimersByTimeAsync(100);
  expect(vi.getTimerCount()).toBe(0);
});
