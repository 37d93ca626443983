import { expect, test } from "vitest";
import { readLinks, writeLink } from "../../src/delivery/link.js";
import type { ManifestEntry } from "../../src/manifest/types.js";

const read = (field: string) =>
  readLinks(field).map(({ target, rel, attributes }) => ({ ...Object.fromEntries(attributes), target, rel }));

test.each<[string, object[]]>([
  ["</a>; rel=preload", [{ target: "/a", rel: ["preload"] }]],
  ["</a>;rel=preload,</b>;rel=next", [{ target: "/a" }, { target: "/b", rel: ["next"] }]],
  ['</a>; rel="preload"; as="style"', [{ target: "/a", rel: ["preload"], as: "style" }]],
  ['</a>; REL="Next PRELOAD\tx"; As=Style', [{ rel: ["next", "preload", "x"], as: "Style" }]],
  ["</a> ; rel = preload ; as =\tstyle", [{ target: "/a", rel: ["preload"], as: "style" }]],
  ["<>; rel=self", [{ target: "" }]],
  ["< /a >; rel=self", [{ target: "/a" }]],
  ["</a>", [{ target: "/a", rel: [] }]],
  ["</a>; rel=preload; nopush", [{ rel: ["preload"], nopush: "" }]],
  ["</a>; crossorigin; rel=preload", [{ rel: ["preload"], crossorigin: "" }]],
  ["</a>; title*=UTF-8''a%20b; rel=x", [{ "title*": "UTF-8''a%20b", rel: ["x"] }]],
  ["</a>; type=font/woff2; rel=preload", [{ type: "font/woff2", rel: ["preload"] }]],
  ["</a?b=c,d;e>; rel=preload, </f>", [{ target: "/a?b=c,d;e", rel: ["preload"] }, { target: "/f" }]],
  ['</a>; title="x, </b>; rel=next"; rel=preload', [{ target: "/a", rel: ["preload"], title: "x, </b>; rel=next" }]],
  ['</a>; title="a \\"b\\" \\\\c"; rel=x', [{ title: 'a "b" \\c', rel: ["x"] }]],
  ['</a>; title=""; rel=x', [{ title: "", rel: ["x"] }]],
])("reads %s", (field, links) => {
  expect(read(field)).toMatchObject(links);
  expect(read(field)).toHaveLength(links.length);
});

test.each<[why: string, field: string, links: object[]]>([
  ["counts the first of a name", "</a>; rel=preload; rel=next; as=style; as=x", [{ rel: ["preload"], as: "style" }]],
  ["passes over empty members", ", ,</a>; rel=x,,</b>; rel=y,", [{ target: "/a" }, { target: "/b" }]],
  ["passes over empty parameters", "</a>;;; rel=preload;", [{ target: "/a", rel: ["preload"] }]],
  ["passes over a parameter without name", "</a>; =x; rel=preload", [{ rel: ["preload"] }]],
  ["passes over what has no target", "rel=preload, </b>; rel=next", [{ target: "/b" }]],
  ["passes over a quoted member", '"</a>, x", </b>', [{ target: "/b" }]],
  ["finds no link in an unclosed target", "</a; rel=preload", []],
  ["finds no link in nothing", "", []],
  ["takes an unclosed string to the end", '</a>; title="x, </b>; rel=next', [{ target: "/a", rel: [] }]],
  ["finds no link in spaces", " \t ", []],
  ["keeps what stands before rubbish", "</a>; rel=preload garbage=1; as=x, </b>", [{ target: "/a" }, { target: "/b" }]],
  ["keeps what stands before an unclosed string", '</a>; rel=preload; title="x', [{ target: "/a", rel: ["preload"] }]],
  ["keeps the members before an unclosed target", "</a>; rel=x, </b", [{ target: "/a" }]],
])("%s: %s", (_why, field, links) => {
  expect(read(field)).toMatchObject(links);
  expect(read(field)).toHaveLength(links.length);
});

test("reads a field of 100,000 unclosed brackets and quotes in time", () => {
  const started = performance.now();
  for (const rubbish of ["<", '"', "</a>;", '"<', "\\", ";=", ",<"])
    readLinks(rubbish.repeat(100_000 / rubbish.length));
  expect(performance.now() - started).toBeLessThan(5000);
});

const entry = (more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  target: "/a.css",
  rel: "preload",
  as: "style",
  bytes: 1,
  ...more,
});

test.each<[Partial<ManifestEntry>, string]>([
  [{}, "</a.css>; rel=preload; as=style"],
  [{ target: "/a.js?v=1,2", rel: "modulepreload", as: "script" }, "</a.js?v=1,2>; rel=modulepreload; as=script"],
  [
    { target: "/f.woff2", as: "font", type: "font/woff2", crossorigin: "anonymous" },
    '</f.woff2>; rel=preload; as=font; type="font/woff2"; crossorigin=anonymous',
  ],
  [{ integrity: "sha256-x sha384-y" }, '</a.css>; rel=preload; as=style; integrity="sha256-x sha384-y"'],
  [{ media: '(width > 1px), "x"' }, '</a.css>; rel=preload; as=style; media="(width > 1px), \\"x\\""; nopush'],
  [{ fetchpriority: "low" }, "</a.css>; rel=preload; as=style; fetchpriority=low"],
  [
    { target: "/b.jpg", as: "image", imagesrcset: "/a.jpg 1x, /b.jpg 2x", imagesizes: "50vw" },
    '</b.jpg>; rel=preload; as=image; imagesrcset="/a.jpg 1x, /b.jpg 2x"; imagesizes="50vw"; nopush',
  ],
])("writes %j", (more, value) => {
  expect(writeLink(entry(more))).toBe(value);
});

test("writes no link for what no browser can preload", () => {
  expect(writeLink({ target: "/frame.html", as: "document", bytes: 1 })).toBeUndefined();
});

test.each(["(x)\r\nset-cookie: a=b", "é", "a\0", "\u2028"])("writes no link with %j in it", (media) => {
  expect(writeLink(entry({ media }))).toBeUndefined();
});

/** The same row of numbers from 0 to 1 on every run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test("reads what it wrote, whatever stands in it", () => {
  const random = numbers(1);
  const pick = (characters: string) => characters[Math.floor(random() * characters.length)] ?? "";
  const text = () => Array.from({ length: Math.floor(random() * 12) }, () => pick('ab"\\,;=<> \t/')).join("");
  for (let round = 0; round < 2000; round++) {
    const written = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, at) =>
      entry({ target: `/${at}?${pick("a,;=")}`, type: text(), media: text(), imagesrcset: text(), imagesizes: text() }),
    );
    const found = readLinks(written.map(writeLink).join(", "));
    expect(
      found.map(({ target, attributes }) => [
        target,
        ...["type", "media", "imagesrcset"].map((a) => attributes.get(a)),
      ]),
    ).toEqual(written.map(({ target, type, media, imagesrcset }) => [target, type, media, imagesrcset]));
  }
});

test("reads 100,000 fields of any text without failing, and finds only targets that stand in them", () => {
  const random = numbers(2);
  const invented: string[] = [];
  for (let round = 0; round < 100_000; round++) {
    const field = Array.from({ length: 30 }, () => '<>",;= \\\tra/*'[Math.floor(random() * 13)]).join("");
    for (const { target } of readLinks(field)) if (!field.includes(target)) invented.push(field);
  }
  expect(invented).toEqual([]);
});

test.each(["/a>;rel=x,</b", "/<a", "//host/a.js", "/\\host/a.js"])("%s is no target of a link-value", (target) => {
  expect(writeLink({ target, rel: "preload", as: "script", bytes: 0 })).toBeUndefined();
});
