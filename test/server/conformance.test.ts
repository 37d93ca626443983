import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { createServer } from "../../src/index.js";
import { ask, type Protocol } from "../support/ask.js";
import { hasNginx, startNginx } from "../support/nginx.js";
import { testCertificate } from "../support/server.js";

const DATE = "Thu, 15 Jan 2026 12:00:00 GMT";
const BEFORE = "Thu, 15 Jan 2026 11:59:59 GMT";
const AFTER = "Thu, 15 Jan 2026 12:00:01 GMT";

const digits = Array.from({ length: 1000 }, (_, n) => String(n % 10)).join("");
const script = "console.log('the same words again and again');\n".repeat(100);
const files = {
  "index.html": "<!doctype html><title>Home</title>",
  "digits.txt": digits,
  "empty.txt": "",
  "big.js": script,
  "site.css": "body {}",
  "image.bin": "\0\u0001\u0002",
  "docs/index.html": "<!doctype html><title>Docs</title>",
};

interface Expected {
  readonly status: number;
  /** Of these fields; undefined: it is not there. */
  readonly fields?: Readonly<Record<string, string | RegExp | undefined>>;
  readonly body?: string;
}

interface Case {
  readonly title: string;
  readonly path?: string;
  readonly method?: string;
  /** "ETAG" stands for the entity tag of the path. */
  readonly request?: OutgoingHttpHeaders;
  readonly expected: Expected;
  /** What nginx answers instead, and why that differs; without it nginx has to answer the same. */
  readonly nginx?: { readonly why: string; readonly expected?: Expected };
}

const on = (path: string, cases: readonly Case[]) => cases.map((one) => ({ path, ...one }));
const whole: Expected = { status: 200, fields: { "content-length": "1000", "content-range": undefined }, body: digits };
const notModified: Expected = {
  status: 304,
  fields: { "content-length": undefined, "content-type": undefined },
  body: "",
};
const part = (first: number, last: number): Expected => ({
  status: 206,
  fields: { "content-range": `bytes ${first}-${last}/1000`, "content-length": String(last - first + 1) },
  body: digits.slice(first, last + 1),
});
const unsatisfiable: Expected = { status: 416, fields: { "content-range": "bytes */1000" } };
const stricter = { why: "nginx answers a range that is no range with 416; RFC 9110 §14.2 lets a server ignore it" };

const sections: Record<string, readonly Case[]> = {
  "§8 representation data": [
    {
      title: "text has its type and charset",
      path: "/site.css",
      expected: { status: 200, fields: { "content-type": "text/css; charset=utf-8", "content-length": "7" } },
    },
    {
      title: "what is no text has no charset",
      path: "/image.bin",
      expected: { status: 200, fields: { "content-type": "application/octet-stream" } },
    },
    {
      title: "validators: a strong entity tag and a date",
      path: "/digits.txt",
      expected: { status: 200, fields: { etag: /^"[^"]+"$/, "last-modified": DATE, date: /GMT$/ } },
    },
    {
      title: "nothing is guessed of the type",
      path: "/digits.txt",
      expected: { status: 200, fields: { "x-content-type-options": "nosniff" } },
      nginx: { why: "nginx sends no such field by itself" },
    },
    {
      title: "an empty file",
      path: "/empty.txt",
      expected: { status: 200, fields: { "content-length": "0" }, body: "" },
    },
    {
      title: "HEAD has the fields of GET and no content",
      path: "/digits.txt",
      method: "HEAD",
      expected: { status: 200, fields: { "content-length": "1000", etag: /^"/, "accept-ranges": "bytes" }, body: "" },
    },
  ],
  "§12 content negotiation": on("/big.js", [
    {
      title: "gzip where only that is taken, with an entity tag of its own",
      request: { "accept-encoding": "gzip" },
      expected: { status: 200, fields: { "content-encoding": "gzip", vary: /accept-encoding/i }, body: script },
    },
    {
      title: "no coding where none is taken",
      expected: { status: 200, fields: { "content-encoding": undefined, vary: /accept-encoding/i }, body: script },
    },
    {
      title: "no coding that is refused by q=0",
      request: { "accept-encoding": "gzip;q=0" },
      expected: { status: 200, fields: { "content-encoding": undefined }, body: script },
    },
    {
      title: "the coding of the highest weight",
      request: { "accept-encoding": "br;q=0.5, gzip" },
      expected: { status: 200, fields: { "content-encoding": "gzip" }, body: script },
    },
    {
      title: "br before gzip among equals",
      request: { "accept-encoding": "gzip, deflate, br" },
      expected: { status: 200, fields: { "content-encoding": "br" }, body: script },
      nginx: {
        why: "nginx has br in a module of others alone",
        expected: { status: 200, fields: { "content-encoding": "gzip" }, body: script },
      },
    },
    {
      title: "no coding for what is small",
      path: "/site.css",
      request: { "accept-encoding": "gzip" },
      expected: { status: 200, fields: { "content-encoding": undefined }, body: "body {}" },
    },
    {
      title: "no coding for a range",
      request: { "accept-encoding": "gzip", range: "bytes=0-6" },
      expected: {
        status: 206,
        fields: { "content-encoding": undefined, "content-range": /^bytes 0-6\/4700$/ },
        body: "console",
      },
      nginx: {
        why: "nginx compresses first and cannot tell ranges of that",
        expected: { status: 200, fields: { "content-encoding": "gzip" } },
      },
    },
  ]),
  "§13 conditional requests": on("/digits.txt", [
    { title: "if-none-match with the tag", request: { "if-none-match": "ETAG" }, expected: notModified },
    { title: "if-none-match with the tag, weak", request: { "if-none-match": "W/ETAG" }, expected: notModified },
    { title: "if-none-match with a list", request: { "if-none-match": '"x", ETAG' }, expected: notModified },
    { title: "if-none-match: *", request: { "if-none-match": "*" }, expected: notModified },
    { title: "if-none-match with another", request: { "if-none-match": '"x"' }, expected: whole },
    {
      title: "HEAD with if-none-match",
      method: "HEAD",
      request: { "if-none-match": "ETAG" },
      expected: notModified,
    },
    { title: "if-modified-since the date", request: { "if-modified-since": DATE }, expected: notModified },
    {
      title: "if-modified-since a later date",
      request: { "if-modified-since": AFTER },
      expected: notModified,
      nginx: { why: "nginx compares for equality by default (if_modified_since exact)", expected: whole },
    },
    { title: "if-modified-since an earlier date", request: { "if-modified-since": BEFORE }, expected: whole },
    { title: "if-modified-since no date", request: { "if-modified-since": "yesterday" }, expected: whole },
    {
      title: "if-none-match counts, and if-modified-since beside it does not",
      request: { "if-none-match": '"x"', "if-modified-since": DATE },
      expected: whole,
    },
    { title: "if-match with the tag", request: { "if-match": "ETAG" }, expected: whole },
    { title: "if-match: *", request: { "if-match": "*" }, expected: whole },
    { title: "if-match with another", request: { "if-match": '"x"' }, expected: { status: 412 } },
    { title: "if-match with the tag, weak", request: { "if-match": "W/ETAG" }, expected: { status: 412 } },
    { title: "if-unmodified-since the date", request: { "if-unmodified-since": DATE }, expected: whole },
    {
      title: "if-unmodified-since an earlier date",
      request: { "if-unmodified-since": BEFORE },
      expected: { status: 412 },
    },
    {
      title: "if-match counts, and if-unmodified-since beside it does not",
      request: { "if-match": "ETAG", "if-unmodified-since": BEFORE },
      expected: whole,
      nginx: { why: "nginx evaluates both", expected: { status: 412 } },
    },
    {
      title: "if-match fails before if-none-match is looked at",
      request: { "if-match": '"x"', "if-none-match": "ETAG" },
      expected: { status: 412 },
    },
    {
      title: "conditions mean nothing where there is no file",
      path: "/none.txt",
      request: { "if-match": "*", "if-none-match": "*" },
      expected: { status: 404 },
    },
    { title: "if-range with the tag", request: { range: "bytes=0-9", "if-range": "ETAG" }, expected: part(0, 9) },
    { title: "if-range with another", request: { range: "bytes=0-9", "if-range": '"x"' }, expected: whole },
    { title: "if-range with the date", request: { range: "bytes=0-9", "if-range": DATE }, expected: part(0, 9) },
    { title: "if-range with another date", request: { range: "bytes=0-9", "if-range": AFTER }, expected: whole },
  ]),
  "§14 range requests": on("/digits.txt", [
    { title: "the first byte", request: { range: "bytes=0-0" }, expected: part(0, 0) },
    { title: "the last 500", request: { range: "bytes=-500" }, expected: part(500, 999) },
    { title: "more than there is from the end", request: { range: "bytes=-5000" }, expected: part(0, 999) },
    { title: "from a byte on", request: { range: "bytes=990-" }, expected: part(990, 999) },
    { title: "beyond the end", request: { range: "bytes=990-2000" }, expected: part(990, 999) },
    { title: "behind the end", request: { range: "bytes=1000-" }, expected: unsatisfiable },
    {
      title: "the last 0",
      request: { range: "bytes=-0" },
      expected: unsatisfiable,
    },
    { title: "first behind last", request: { range: "bytes=5-2" }, expected: whole, nginx: stricter },
    { title: "rubbish", request: { range: "bytes=x" }, expected: whole, nginx: stricter },
    { title: "another unit", request: { range: "lines=0-1" }, expected: whole },
    {
      title: "ranges that overlap",
      request: { range: "bytes=0-9,5-19" },
      expected: part(0, 19),
      nginx: {
        why: "nginx sends the same bytes twice; RFC 9110 §15.3.7.2 lets a server join them",
        expected: { status: 206, fields: { "content-type": /^multipart\/byteranges; boundary=/ } },
      },
    },
    {
      title: "101 ranges",
      request: { range: `bytes=${Array.from({ length: 101 }, (_, n) => `${n * 4}-${n * 4}`).join(",")}` },
      expected: whole,
      nginx: { why: "nginx has no limit by default (max_ranges)", expected: { status: 206 } },
    },
    {
      title: "a range over HEAD means nothing",
      method: "HEAD",
      request: { range: "bytes=0-9" },
      expected: { status: 200, fields: { "content-length": "1000", "content-range": undefined }, body: "" },
      nginx: {
        why: "nginx answers as for GET; RFC 9110 §14.2 defines ranges for GET alone",
        expected: { status: 206 },
      },
    },
    {
      title: "a range of an empty file",
      path: "/empty.txt",
      request: { range: "bytes=0-0" },
      expected: { status: 416, fields: { "content-range": "bytes */0" } },
      nginx: { why: "nginx sends empty files whole", expected: { status: 200 } },
    },
  ]),
  "§15 status codes": [
    { title: "404 where nothing is", path: "/none.txt", expected: { status: 404 } },
    { title: "400 for a path that is none", path: "/%zz", expected: { status: 400 } },
    {
      title: "405 with what is possible",
      method: "DELETE",
      path: "/digits.txt",
      expected: { status: 405, fields: { allow: "GET, HEAD" } },
      nginx: { why: "nginx sends no allow", expected: { status: 405 } },
    },
    {
      title: "a directory is sent to its slash, with its query",
      path: "/docs?a=b",
      expected: { status: 308, fields: { location: "/docs/?a=b" } },
      nginx: {
        why: "nginx answers 301, which changes POST to GET",
        expected: { status: 301, fields: { location: /\/docs\/\?a=b$/ } },
      },
    },
  ],
};

let ours = 0;
let nginx = "";
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "h2push-conformance-"));
  const date = new Date(DATE);
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await utimes(file, date, date);
  }
  const server = createServer({ port: 0, root, certificate: await testCertificate() });
  ours = (await server.listen()).port;
  const peer = hasNginx ? await startNginx(root) : undefined;
  nginx = peer?.socket ?? "";
  return async () => {
    peer?.stop();
    await server.close(0);
    await rm(root, { recursive: true });
  };
});

const protocols: Protocol[] = ["HTTP/2", "HTTP/1.1"];
const all = Object.entries(sections).flatMap(([section, cases]) =>
  cases.flatMap((one) => protocols.map((protocol) => ({ section, protocol, ...one }))),
);

async function answerTo(place: number | string, protocol: Protocol, { path = "/", method, request = {} }: Case) {
  const needed = Object.values(request).some((value) => String(value).includes("ETAG"));
  const etag = needed ? ((await ask(place, protocol, path)).headers.etag ?? "") : "";
  const fields = Object.fromEntries(
    Object.entries(request).map(([name, value]) => [name, String(value).replace("ETAG", etag)]),
  );
  return ask(place, protocol, path, method, fields);
}

function check(answer: { status: number; headers: IncomingHttpHeaders; body: Buffer }, expected: Expected): void {
  expect(answer.status).toBe(expected.status);
  for (const [name, value] of Object.entries(expected.fields ?? {})) {
    if (value instanceof RegExp) expect(answer.headers[name], name).toMatch(value);
    else expect(answer.headers[name], name).toBe(value);
  }
  if (expected.body !== undefined) expect(decoded(answer)).toBe(expected.body);
}

function decoded({ headers, body }: { headers: IncomingHttpHeaders; body: Buffer }): string {
  if (headers["content-encoding"] === "br") return brotliDecompressSync(body).toString();
  return (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
}

describe("h2push", () => {
  test.each(all)("$section, $protocol: $title", async (one) => {
    check(await answerTo(ours, one.protocol, one), one.expected);
  });
});

// What others do is no defect of ours: it is here so that each difference is known, and has its reason.
describe.skipIf(!hasNginx)("nginx", () => {
  test.each(all)("$section, $protocol: $title", async (one) => {
    const expected = one.nginx === undefined ? one.expected : one.nginx.expected;
    if (expected !== undefined) check(await answerTo(nginx, one.protocol, one), expected);
  });
});

test.each(protocols)("several ranges come as parts, each with its own fields, over %s", async (protocol) => {
  const answer = await ask(ours, protocol, "/digits.txt", "GET", { range: "bytes=0-4,500-504,-5" });
  expect(answer.status).toBe(206);
  expect(answer.headers["content-length"]).toBe(String(answer.body.length));
  const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(answer.headers["content-type"] ?? "")?.[1] ?? "";
  const [, ...parts] = answer.body.toString().split(`\r\n--${boundary}`);
  expect(parts.pop()).toBe("--\r\n");
  expect(parts).toEqual(
    ["0-4", "500-504", "995-999"].map((range) => {
      const [first, last] = range.split("-").map(Number);
      const bytes = digits.slice(first, (last ?? 0) + 1);
      return `\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes ${range}/1000\r\n\r\n${bytes}`;
    }),
  );
});

test("each coding has an entity tag of its own, and is asked for again by that", async () => {
  const tags = new Set<string>();
  for (const coding of ["br", "gzip", "identity"]) {
    const request = { "accept-encoding": coding };
    const { headers } = await ask(ours, "HTTP/2", "/big.js", "GET", request);
    const etag = headers.etag ?? "";
    tags.add(etag);
    const again = await ask(ours, "HTTP/2", "/big.js", "GET", { ...request, "if-none-match": etag });
    expect([again.status, again.headers.vary]).toEqual([304, "accept-encoding"]);
    const other = await ask(ours, "HTTP/2", "/big.js", "GET", { "accept-encoding": "x", "if-none-match": etag });
    expect(other.status).toBe(coding === "identity" ? 304 : 200);
  }
  expect(tags.size).toBe(3);
});
