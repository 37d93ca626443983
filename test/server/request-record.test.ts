import { once } from "node:events";
import { get } from "node:https";
import { networkInterfaces } from "node:os";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { combinedLine, commonLine } from "../../src/cli/log/access-line.js";
import { jsonLine } from "../../src/cli/log/json-line.js";
import { LineOutput } from "../../src/cli/output/line-output.js";
import type { RequestRecord } from "../../src/index.js";
import { runCli, startCli } from "../support/cli.js";
import { http1 } from "../support/h1.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const record: RequestRecord = {
  time: Date.UTC(2026, 10, 25, 22, 43, 52),
  remoteAddress: "192.0.2.7",
  method: "GET",
  authority: "localhost:8443",
  target: "/docs/?a=b",
  httpVersion: "2",
  status: 200,
  firstByte: 1.25,
  duration: 3.5,
  bytes: 14_200,
  aborted: false,
  failed: false,
  referer: "https://localhost:8443/",
  userAgent: "test/1.0",
  delivery: {
    page: "/docs/",
    time: 0,
    targets: [
      { target: "/a.css", as: "style", bytes: 21, means: "push" },
      { target: "/b.js", as: "script", bytes: 34, means: "push" },
      { target: "/c.png", as: "image", bytes: 55, means: "link" },
      { target: "/d.png", as: "image", bytes: 89, means: "skipped", reason: "seen" },
    ],
  },
};

const bare = { remoteAddress: undefined, referer: undefined, userAgent: undefined, delivery: undefined };
const gone = { ...bare, status: 0, bytes: 0, firstByte: undefined, aborted: true, httpVersion: "1.1" } as const;

/** Local time as Apache writes it, taken apart. */
const TIME = /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/;

test("the common format is Apache's, with times in microseconds and what was delivered behind it", () => {
  expect(commonLine(record).replace(TIME, "TIME")).toBe(
    '192.0.2.7 - - TIME "GET /docs/?a=b HTTP/2.0" 200 14200 1250 3500 "push=2 pushBytes=55 hint=0 link=1 skipped=1"',
  );
  expect(commonLine({ ...record, ...gone }).replace(TIME, "TIME")).toBe(
    '- - - TIME "GET /docs/?a=b HTTP/1.1" - - - 3500 "-"',
  );
});

test("the combined format has referer and user agent before that", () => {
  expect(combinedLine(record).replace(TIME, "TIME")).toMatch(
    /^.* 200 14200 "https:\/\/localhost:8443\/" "test\/1\.0" 1250 3500 "push=2 /,
  );
  expect(combinedLine({ ...record, ...gone })).toContain(' - - "-" "-" - 3500 "-"');
});

test("the time of a line is that of its request, in local time with its offset", () => {
  const at = (time: number) => {
    const [, day, month, year, rest, zone] =
      /\[(\d\d)\/(\w{3})\/(\d{4}):([\d:]{8}) ([+-]\d{4})\]/.exec(commonLine({ ...record, time })) ?? [];
    return Date.parse(`${month} ${day} ${year} ${rest} GMT${zone}`);
  };
  const summer = Date.UTC(2026, 6, 1, 2, 3, 4);
  for (const time of [record.time, record.time + 1000, summer]) expect(at(time)).toBe(time);
});

test.each([
  ['" 200 1 "', '\\" 200 1 \\"'],
  ["a\\", "a\\\\"],
  ["a\r\nb\t", "a\\r\\nb\\t"],
  ["\u0000\u001b[31m\u007f\u009b", "\\x00\\x1b[31m\\x7f\\x9b"],
  ["\u00e9", "\\xe9"],
  ["\u20ac\u{1f600}", "\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80"],
])("what a client sends as %j is written as Apache does it, and ends neither quotes nor line", (text, escaped) => {
  const line = combinedLine({ ...record, target: `/${text}`, referer: text, userAgent: text });
  expect(line).toContain(`"GET /${escaped} HTTP/2.0"`);
  expect(line).toContain(` "${escaped}" "${escaped}" `);
  expect(line).toMatch(/^[ -~]*$/);
});

test("JSON tells everything, in one line", () => {
  expect(JSON.parse(jsonLine(record, false))).toEqual({
    time: "2026-11-25T22:43:52.000Z",
    remoteAddress: "192.0.2.7",
    method: "GET",
    authority: "localhost:8443",
    target: "/docs/?a=b",
    httpVersion: "2",
    status: 200,
    bytes: 14_200,
    firstByte: 1.25,
    duration: 3.5,
    aborted: false,
    failed: false,
    referer: "https://localhost:8443/",
    userAgent: "test/1.0",
    delivery: {
      push: 2,
      pushBytes: 55,
      hint: 0,
      link: 1,
      learned: { push: 0, hint: 0, link: 0 },
      skipped: { seen: 1 },
    },
  });
  expect(JSON.parse(jsonLine({ ...record, ...gone }, false))).toMatchObject({ remoteAddress: null, delivery: null });
  expect(JSON.parse(jsonLine(record, true))).toMatchObject({ delivery: { targets: record.delivery?.targets } });
});

test("JSON has no byte that a terminal or a reader of lines takes for something else", () => {
  const userAgent = "\u001b[31m\n\u007f\u009b\u2028\u2029";
  const line = jsonLine({ ...record, userAgent }, false);
  expect(line).toMatch(/^[ -~]*$/);
  expect(JSON.parse(line)).toMatchObject({ userAgent });
});

/** An output whose reader takes a piece when it is told to. */
class Reader extends Writable {
  text = "";
  #take: (() => void) | undefined;

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(bytes);
    this.#take = done;
  }

  /** Takes everything that waits, and what comes of that. */
  async takeAll(): Promise<void> {
    while (this.writableLength > 0) {
      this.#take?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

test("lines for a reader that stands still are dropped beyond 4 MB, whole, and counted", async () => {
  const reader = new Reader();
  const dropped: number[] = [];
  const output = new LineOutput(reader, (lines) => dropped.push(lines));
  const line = "x".repeat(9_999);
  for (let number = 0; number < 1000; number++) output.add(line);
  expect(reader.writableLength).toBeGreaterThan(4_000_000);
  expect(reader.writableLength).toBeLessThan(4_300_000);
  await reader.takeAll();
  const arrived = reader.text.split("\n").filter((text) => text === line).length;
  expect(reader.text).toBe(`${line}\n`.repeat(arrived));
  expect(dropped).toEqual([1000 - arrived]);
  output.add("again");
  output.flush();
  expect(reader.text.endsWith("\nagain\n")).toBe(true);
});

test("lines that come together are written together, without being asked", async () => {
  const reader = new Reader();
  const output = new LineOutput(reader, () => undefined);
  const written = once(reader, "written");
  reader._write = (bytes: Buffer, _encoding, done) => {
    reader.emit("written", String(bytes));
    done();
  };
  output.add("one");
  output.add("two");
  expect(await written).toEqual(["one\ntwo\n"]);
});

const site = () => writeSite({ "index.html": `<link rel="stylesheet" href="/a.css">`, "a.css": "body {}" });

test("a record says who asked for what, when, and how long the first byte and the last took", async () => {
  const before = Date.now();
  let end: () => void = () => undefined;
  const body = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("first"));
        end = () => controller.close();
      },
    });
  const server = await startServer({ routes: [() => new Response(body())] });
  const { session } = await connect(server.port);
  const stream = session.request({ ":path": "/slow", referer: "https://a.test/", "user-agent": "test/1.0" });
  await once(stream, "data");
  end();
  await once(stream, "end");
  const record = await server.record(() => true);
  expect(record).toMatchObject({
    remoteAddress: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
    authority: `localhost:${server.port}`,
    referer: "https://a.test/",
    userAgent: "test/1.0",
  });
  expect(record.time).toBeGreaterThanOrEqual(before - 1);
  expect(record.time).toBeLessThanOrEqual(Date.now());
  expect(record.firstByte).toBeGreaterThan(0);
  expect(record.firstByte).toBeLessThan(record.duration);
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

test.skipIf(!hasIpv6)("the client of a server on every address is told by its IPv4 address", async () => {
  const server = await startServer({ host: "::" });
  const request = get({ host: "127.0.0.1", port: server.port, agent: false, rejectUnauthorized: false });
  request.on("error", () => undefined).on("response", (response) => response.resume());
  expect((await server.record(() => true)).remoteAddress).toBe("127.0.0.1");
});

test.each([
  ["common", / "GET \/ HTTP\/2\.0" 200 \d+ \d+ \d+ "push=1 pushBytes=7 hint=0 link=0 skipped=0"\n$/],
  ["combined", / "GET \/ HTTP\/2\.0" 200 \d+ "-" "-" \d+ \d+ "push=1 .*"\n$/],
  [
    "json",
    /"delivery":\{"push":1,"pushBytes":7,"hint":0,"link":0,"learned":\{"push":0,"hint":0,"link":0\},"skipped":\{\}\}\}\n$/,
  ],
])("under --log %s, standard output has the log and nothing else", async (format, line) => {
  const cli = await startCli([await site(), "-p", "0", "--log", format]);
  await cli.says(/1 page needs 1 asset/);
  const port = Number(/https:\/\/localhost:(\d+)\//.exec(cli.stderr)?.[1]);
  await (await connect(port)).page("/");
  await cli.prints(line);
  expect(cli.stdout.split("\n")).toHaveLength(2);
  expect(cli.stderr).toMatch(/^https:\/\/localhost:\d+\/\n {2}root /);
});

test("under --log json --verbose, each line names the targets of its page", async () => {
  const cli = await startCli([await site(), "-p", "0", "--log", "json", "--verbose"]);
  await cli.says(/1 page needs 1 asset/);
  await (await connect(Number(/:(\d+)\//.exec(cli.stderr)?.[1]))).page("/");
  const [line] = await cli.prints(/^.*\n/);
  expect(JSON.parse(line)).toMatchObject({ delivery: { targets: [{ target: "/a.css", means: "push" }] } });
});

test("--log off logs no request, and --quiet goes before every format", async () => {
  for (const [flags, output] of [
    [["--log", "off"], /^https:.*Ctrl\+C\n(?:\n|.*needs.*\n)*$/s],
    [["--log", "json", "--quiet"], /^https:\S+\n$/],
  ] as const) {
    const cli = await startCli([await site(), "-p", "0", ...flags]);
    expect((await http1(await cli.port(), "/a.css")).status).toBe(200);
    cli.child.kill("SIGTERM");
    expect(await cli.exit).toBe(0);
    expect(cli.stdout).toMatch(output);
    expect(cli.stdout).not.toContain("/a.css\n");
    expect(cli.stdout).not.toContain("GET");
  }
});

test("a log format that is none is named", async () => {
  expect(await runCli([".", "--log", "xml"])).toMatchObject({
    code: 2,
    stderr: "error: no such log format: xml\nchoose one of pretty, common, combined, json, off\n",
  });
});

test("a reader of the log that stands still holds up no request, and is told what it missed", async () => {
  const cli = await startCli([await site(), "-p", "0"]);
  const { request } = await connect(await cli.port());
  cli.child.stdout?.pause();
  const target = `/a.css?${"x".repeat(15_000)}`;
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(Array.from({ length: 25 }, () => request(target)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  }
  cli.child.stdout?.resume();
  await cli.says(/^note: \d+ lines are missing in the log: /);
  await request("/a.css?after");
  await cli.prints(/^200 GET \/a\.css\?after /m);
});
