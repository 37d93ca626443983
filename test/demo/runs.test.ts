import { constants } from "node:http2";
import { expect, test } from "vitest";
import { EventParser } from "../../examples/site/js/event-parser.js";
import { expectedLoads, totalOf } from "../../examples/site/js/expected.js";
import { verdict } from "../../examples/site/js/verdict.js";
import { filesOf, readSamplePage } from "../../src/demo/network/sample-page.js";
import { demoRoutes } from "../../src/demo/routes.js";
import { connect } from "../support/h2.js";
import { startServer, testCertificate } from "../support/server.js";

interface Told {
  readonly event: string;
  readonly data: Readonly<Record<"index" | "sent" | "first" | "end" | "connection" | "at" | "bytes" | "of", number>> & {
    readonly protocol?: string;
  };
}

async function run(path: string): Promise<Told[]> {
  const { port } = await startServer({ routes: demoRoutes({ certificate: await testCertificate() }) });
  const { status, body } = await (await connect(port)).request(path, { ":method": "POST" }, "");
  expect(status).toBe(200);
  return new EventParser().read(body.toString()).map(({ event, data }) => ({ event, data: JSON.parse(data) }));
}

test("the same requests take one connection over HTTP/2, six over HTTP/1.1, and there longer", async () => {
  const events = await run("/demo/parallel?count=24&ms=150&rtt=0");
  const answers = (protocol: string) =>
    events.flatMap(({ event, data }) => (event === "answered" && data.protocol === protocol ? data : []));
  const [h2, h1] = [answers("h2"), answers("http/1.1")];
  expect([h2.length, h1.length]).toEqual([24, 24]);
  const connections = (all: typeof h2) => new Set(all.map(({ connection }) => connection)).size;
  expect([connections(h2), connections(h1)]).toEqual([1, 6]);
  const total = (all: typeof h2) => Math.max(...all.map(({ end }) => end));
  expect(total(h2)).toBeGreaterThanOrEqual(149);
  // Four rounds of six, each of which waits.
  expect(total(h1)).toBeGreaterThanOrEqual(4 * 149);
  for (const { sent, first, end } of [...h2, ...h1]) {
    expect(sent).toBeLessThanOrEqual(first);
    expect(first).toBeLessThanOrEqual(end);
  }
});

test.each([
  [3, 8],
  [0, 4],
])("a ninth response of urgency %d is there after at most %d of the eight before it", async (urgency, most) => {
  const events = await run(`/demo/priority?urgency=${urgency}`);
  const ends = Array.from({ length: 9 }, (_, index) => events.findLast(({ data }) => data.index === index)?.data);
  expect(ends.every((last) => last !== undefined && last.bytes === last.of)).toBe(true);
  const at = (index: number) => ends[index]?.at ?? Infinity;
  const before = [0, 1, 2, 3, 4, 5, 6, 7].filter((index) => at(index) < at(8)).length;
  expect(before).toBeLessThanOrEqual(most);
  if (urgency === 3) expect(before).toBe(8);
});

test("a run ends with its reader, and another can begin", async () => {
  const { port, errors } = await startServer({ routes: demoRoutes({ certificate: await testCertificate() }) });
  const { session, request } = await connect(port);
  for (const path of ["/demo/priority", "/demo/parallel?ms=1000&count=100"]) {
    const stream = session.request({ ":path": path, ":method": "POST" });
    stream.on("error", () => undefined).end();
    await new Promise((resolve) => stream.once("data", resolve));
    stream.close(constants.NGHTTP2_CANCEL);
    await expect
      .poll(async () => (await request("/demo/parallel?count=1&ms=0", { ":method": "POST" }, "")).status, {
        timeout: 10_000,
      })
      .toBe(200);
  }
  expect(errors).toEqual([]);
});

test("the estimate counts the round trips of the sample page's levels", async () => {
  const files = filesOf(await readSamplePage());
  const loads = expectedLoads(files, { rtt: 100, think: 50 });
  const totals = Object.values(loads).map(totalOf);
  expect(totals.slice(1)).toEqual([250, 200, 150]);
  const depth = (target: string): number => {
    const parent = files.find((file) => file.target === target)?.parent;
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  expect(totals[0]).toBe(150 + 100 * Math.max(...files.map(({ target }) => depth(target))));
  for (const rows of Object.values(loads))
    expect(rows.map(({ target }) => target)).toEqual(files.map(({ target }) => target));
});

const load = (total: number, vain = 0) => ({
  total,
  rows: Array.from({ length: 3 }, (_, index) => (index < vain ? { vain: {} } : {})),
});

test.each([
  [[700, 300, 200], 0, 100, ["verdict.link.gain", "verdict.hints.gain"]],
  [[700, 300, 290], 0, 0, ["verdict.link.gain", "verdict.hints.ready"]],
  [[700, 300, 295], 0, 100, ["verdict.link.gain", "verdict.hints.none"]],
  [[700, 300, 200], 2, 100, ["verdict.link.gain", "verdict.hints.vain"]],
  [[30, 25, 25], 0, 0, ["verdict.link.none", "verdict.hints.ready"]],
] as const)(
  "the verdict on loads of %j ms, %d files twice, %d ms for the page",
  ([none, link, hints], vain, think, keys) => {
    // The texts are the pages' own: their keys say what is meant.
    const said = verdict({ none: load(none), link: load(link), hints: load(hints, vain), push: load(100) }, think);
    expect(said.map(([key]) => key)).toEqual([...keys, "verdict.push.gain"]);
  },
);
