import { gzipSync, brotliCompressSync } from "node:zlib";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { assumedEncoding, encodingIn, JUDGED_BYTES, type TextKind } from "../../../src/io/encoding/charset.js";
import { createScanner } from "../../../src/scanner/scanner.js";
import { scriptInsertion } from "../../../src/server/live-reload/script-insertion.js";
import { withInsertion } from "../../../src/files/representation/insertion.js";
import { contentType } from "../../../src/files/media-type.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { locateIn, lookupIn, writeSite } from "../../support/site.js";

/** Bytes, each a character. */
const bytes = (text: string) => Buffer.from(text, "latin1");
/** "Привет" in windows-1251. */
const HELLO = "\xcf\xf0\xe8\xe2\xe5\xf2";
/** "日本語" in Shift_JIS, and in ISO-2022-JP. */
const SHIFT_JIS = "\x93\xfa\x96\x7b\x8c\xea";
const ISO_2022_JP = "\x1b$BF|K\\8l\x1b(B";

test.each([
  [`<meta charset=windows-1251>`, "windows-1251"],
  [`<meta charset="shift_jis">`, "shift_jis"],
  [`<meta charset='EUC-KR'/>`, "euc-kr"],
  [`<META/CHARSET = " gbk " >`, "gbk"],
  [`<meta charset=latin1>`, "windows-1252"],
  [`<meta charset=iso-8859-1>`, "windows-1252"],
  [`<meta charset=us-ascii>`, "windows-1252"],
  [`<meta charset=iso-8859-2>`, "iso-8859-2"],
  [`<meta charset=iso-8859-16>`, "iso-8859-16"],
  [`<meta charset=x-sjis>`, "shift_jis"],
  [`<meta charset=ks_c_5601-1987>`, "euc-kr"],
  [`<meta charset=gb2312>`, "gbk"],
  [`<meta charset=x-x-big5>`, "big5"],
  [`<meta charset=cp1250>`, "windows-1250"],
  [`<meta charset=koi8-r>`, "koi8-r"],
  [`<meta charset=utf8>`, "utf-8"],
  [`<meta charset=unicode>`, "utf-8"],
  [`<meta charset=utf-16le>`, "utf-8"],
  [`<meta charset=x-user-defined>`, "windows-1252"],
  [`<meta http-equiv="Content-Type" content="text/html; charset=euc-kr">`, "euc-kr"],
  [`<meta content='text/html;charset = "big5"' http-equiv=content-type>`, "big5"],
  [`<meta name=a content="text/html; charset=big5"><meta charset=koi8-r>`, "koi8-r"],
  [`<meta http-equiv=refresh content="0; charset=big5">`, undefined],
  [`<meta charset=nobody-knows><meta charset=koi8-r>`, "koi8-r"],
  [`<!-- <meta charset=koi8-r> --><meta charset=big5>`, "big5"],
  [`<!--><meta charset=big5>-->`, "big5"],
  [`<script>a = "<meta charset=koi8-r>"</script><meta charset=big5>`, "big5"],
  [`<title><meta charset=koi8-r></title><meta charset=big5>`, "big5"],
  [`<p title="<meta charset=koi8-r>"><meta charset=big5>`, "big5"],
  [`</p title="<meta charset=koi8-r>"><? <meta charset=koi8-r><meta charset=big5>`, "big5"],
  [`<metadata charset=koi8-r>`, undefined],
  [`<meta data-charset=koi8-r>`, undefined],
  [`<meta charset=koi8-r charset=big5>`, "koi8-r"],
  [`<meta charset="koi8-r`, undefined],
  [`<meta charset=koi8-r`, undefined],
  [`<!--${"x".repeat(900)}--><meta charset=big5>`, "big5"],
  [`<!--${"x".repeat(1100)}--><meta charset=big5>`, undefined],
  [`<!--${"x".repeat(1008)}--><meta charset=big5>`, undefined],
  [`<?xml version="1.0" encoding="koi8-r"?><!doctype html>`, "koi8-r"],
  [`<?xml version="1.0" encoding="koi8-r"?><meta charset=big5>`, "big5"],
  [`\xef\xbb\xbf<meta charset=big5>`, "utf-8"],
  [`\xff\xfe<\0m\0`, "utf-16le"],
  [`\xfe\xff\0<\0m`, "utf-16be"],
])("a page that begins with %j says that it is in %s", (start, encoding) => {
  // What says nothing is no UTF-8 here either.
  expect(encodingIn(bytes(`${start}<p>\xff`), "html")).toBe(encoding);
});

test.each<[TextKind, string, string | undefined]>([
  ["css", `@charset "gb2312";p{}`, "gbk"],
  ["css", `@charset "utf-16";p{}`, "utf-8"],
  ["css", `@charset 'gb2312';p{}\xff`, undefined],
  ["css", ` @charset "gb2312";\xff`, undefined],
  ["css", `\xef\xbb\xbf@charset "gb2312";`, "utf-8"],
  ["css", `p{}`, "utf-8"],
  ["xml", `<?xml version="1.0" encoding="windows-1251"?><a>${HELLO}</a>`, "windows-1251"],
  ["xml", `<?xml version='1.0' encoding='iso-8859-1'?><a/>`, "windows-1252"],
  ["xml", `<a>\xff</a>`, undefined],
  ["xml", `<a/>`, "utf-8"],
  ["xml", `<\0?\0x\0m\0l\0 \0`, "utf-16le"],
  ["xml", `\0<\0?\0x\0m\0l\0 `, "utf-16be"],
  ["xml", `<html><head><meta charset="big5"/></head>\xff</html>`, undefined],
  ["plain", `<meta charset=big5>\xff`, undefined],
  ["plain", `\xff\xfea\0`, "utf-16le"],
  ["plain", ``, "utf-8"],
  ["plain", `\xc3\xa9`, "utf-8"],
  ["plain", `\xc3`, undefined],
  ["plain", HELLO, undefined],
  ["plain", ISO_2022_JP, undefined],
  ["html", `<p>${ISO_2022_JP}`, undefined],
  ["html", `<!--${"x".repeat(2000)}--><meta charset=big5>`, undefined],
  ["html", `<!--${"x".repeat(2000)}--><meta charset=big5>\xc3\xa9`, "utf-8"],
])("text of the kind %s that begins with %j is in %s", (kind, start, encoding) => {
  expect(encodingIn(bytes(start), kind)).toBe(encoding);
});

describe("a text of more than 64 KB", () => {
  const cut = (character: string, before: number) =>
    Buffer.concat([Buffer.alloc(JUDGED_BYTES - before, 0x61), Buffer.from(character), Buffer.from("b")]);
  test.each([1, 2, 3])("may have a character cut off behind %i of its bytes", (before) => {
    const content = cut("😀", before);
    expect(encodingIn(content, "plain")).toBe("utf-8");
    expect(encodingIn(content.subarray(0, JUDGED_BYTES), "plain", content.length)).toBe("utf-8");
    expect(encodingIn(content.subarray(0, JUDGED_BYTES), "plain")).toBeUndefined();
  });
  test("is judged by its first 64 KB", () => {
    expect(encodingIn(Buffer.concat([Buffer.alloc(JUDGED_BYTES, 0x61), bytes(HELLO)]), "plain")).toBe("utf-8");
    expect(encodingIn(Buffer.concat([Buffer.alloc(JUDGED_BYTES - 6, 0x61), bytes(HELLO)]), "plain")).toBeUndefined();
  });
});

test("what a page says too late for the server, browsers find", () => {
  const page = bytes(`<!--${"x".repeat(2000)}--><meta charset=windows-1251><p>${HELLO}`);
  expect(encodingIn(page, "html")).toBeUndefined();
  expect(assumedEncoding(page, "html")).toBe("windows-1251");
});

test.each([
  ["text/html", `<meta charset=big5>`, "text/html; charset=big5"],
  ["text/css", HELLO, "text/css"],
  ["text/javascript", "\xc3\xa9", "text/javascript; charset=utf-8"],
  ["image/svg+xml", "<svg/>", "image/svg+xml; charset=utf-8"],
  ["application/rss+xml", `<?xml version="1.0" encoding="koi8-r"?>`, "application/rss+xml; charset=koi8-r"],
  ["text/vtt", "WEBVTT", "text/vtt; charset=utf-8"],
  ["application/json", "{}", "application/json"],
  ["application/manifest+json", "{}", "application/manifest+json"],
  ["image/png", "a", "image/png"],
])("the content-type of %s with %j is %s", (type, content, field) => {
  expect(contentType(type, bytes(content), content.length)).toBe(field);
});

test("hostile markup is looked through in linear time", () => {
  const start = performance.now();
  for (const piece of ["<meta ", "<a b='", "<!--", "<script>", "<meta content=charset ", "< ", "charset=", "a= "]) {
    encodingIn(Buffer.alloc(JUDGED_BYTES, piece), "html");
  }
  expect(performance.now() - start).toBeLessThan(3000);
});

const large = (start: string) => Buffer.concat([bytes(start), Buffer.alloc(300_000, 0x20)]);
const legacy = {
  "index.html": bytes(`<!doctype html><meta charset=windows-1251><link rel=stylesheet href=a.css><p>${HELLO}`),
  "a.css": bytes(`@charset "windows-1251";p::before{content:"${HELLO}"}`),
  "404.html": bytes(`<meta http-equiv=content-type content='text/html; charset=windows-1251'>${HELLO}`),
  "long.html": bytes(`<meta charset=windows-1251>${HELLO.repeat(1000)}`),
  "large.html": large(`<meta charset=windows-1251>${HELLO}`),
  "a.js": bytes(`a = "${HELLO}"`),
  "large.txt": large(HELLO),
  "kept.css": bytes(`p::before{content:"${HELLO}"}`),
  "kept.css.gz": gzipSync(bytes(`p::before{content:"${HELLO}"}`)),
  "pre.html": bytes(`<meta charset=windows-1251>${HELLO}`),
  "pre.html.br": brotliCompressSync(bytes(`<meta charset=windows-1251>${HELLO}`)),
  "utf-8.css": "p::before{content:'é'}",
};

describe("a response names the encoding that the file says", () => {
  const CYRILLIC = "text/html; charset=windows-1251";
  test.each([
    ["/", {}, 200, CYRILLIC],
    ["/", { ":method": "HEAD" }, 200, CYRILLIC],
    ["/none", {}, 404, CYRILLIC],
    ["/large", {}, 200, CYRILLIC],
    ["/large", { ":method": "HEAD" }, 200, CYRILLIC],
    ["/long", { "accept-encoding": "gzip" }, 200, CYRILLIC],
    ["/pre", { "accept-encoding": "br" }, 200, CYRILLIC],
    ["/pre", { "accept-encoding": "br", ":method": "HEAD" }, 200, CYRILLIC],
    ["/", { range: "bytes=5-9" }, 206, CYRILLIC],
    ["/large", { range: "bytes=-9" }, 206, CYRILLIC],
    ["/a.css", {}, 200, "text/css; charset=windows-1251"],
    ["/utf-8.css", {}, 200, "text/css; charset=utf-8"],
    ["/a.js", {}, 200, "text/javascript"],
    ["/large.txt", {}, 200, "text/plain"],
    ["/kept.css", { "accept-encoding": "gzip" }, 200, "text/css"],
  ] as const)("%s with %j: %i, %s", async (path, fields, status, type) => {
    const { port } = await startServer({ root: await writeSite(legacy) });
    const { request } = await connect(port, { settings: { enablePush: false } });
    for (const _time of ["first", "from memory"]) {
      const answer = await request(path, fields);
      expect([answer.status, answer.headers["content-type"]]).toEqual([status, type]);
    }
  });

  test("pushed, too", async () => {
    const { port } = await startServer({ root: await writeSite(legacy) });
    const { pushed } = await (await connect(port)).page("/");
    expect(pushed.get("/a.css")?.headers["content-type"]).toBe("text/css; charset=windows-1251");
  });

  test("with --single for other paths, too, and in the parts of several ranges", async () => {
    const { port } = await startServer({ root: await writeSite(legacy), single: true });
    const single = await http1(port, "/some/where", { headers: { accept: "text/html" } });
    expect(single.headers["content-type"]).toBe(CYRILLIC);
    const parts = await http1(port, "/", { headers: { range: "bytes=0-1,5-6" } });
    expect(parts.body.toString()).toContain(`content-type: ${CYRILLIC}`);
  });

  test("of the version that it is now", async () => {
    const root = await writeSite(legacy);
    const { port, invalidate } = await startServer({ root });
    const { request } = await connect(port, { settings: { enablePush: false } });
    expect((await request("/")).headers["content-type"]).toBe(CYRILLIC);
    await writeFile(join(root, "index.html"), "<!doctype html><p>é, and no word of it");
    invalidate();
    expect((await request("/")).headers["content-type"]).toBe("text/html; charset=utf-8");
  });

  test("but where _headers says something else", async () => {
    const root = await writeSite({ ...legacy, _headers: "/a.js\n  Content-Type: text/javascript; charset=koi8-r\n" });
    const { port } = await startServer({ root });
    expect((await http1(port, "/a.js")).headers["content-type"]).toBe("text/javascript; charset=koi8-r");
  });
});

describe("a page in another encoding", () => {
  /** "ж" in windows-1251, in Shift_JIS the same byte begins another character. */
  const scan = async (files: Readonly<Record<string, string | Buffer>>) => {
    const root = await writeSite(files);
    const file = await locateIn(root)("/");
    if (file === undefined) throw new Error("no page");
    const { entries } = await createScanner({ lookup: lookupIn(root) }).page("/", file);
    return entries.map(({ target, rel }) => `${decodeURI(target)} ${rel ?? "not linked"}`);
  };
  const image = { "ж.png": "", "日.png": "" };

  test.each([
    ["by meta", bytes(`<meta charset=windows-1251><img src="\xe6.png">`)],
    ["by meta, late", bytes(`<!--${"x".repeat(1500)}--><meta charset=windows-1251><img src="\xe6.png">`)],
    ["by its byte order mark", Buffer.from(`\ufeff<img src="ж.png">`, "utf16le")],
    ["not at all, as UTF-8", Buffer.from(`<img src="ж.png">`)],
  ])("that it says %s has its references read in it", async (_how, page) => {
    expect(await scan({ ...image, "index.html": page })).toEqual(["/ж.png preload"]);
  });

  test("has its stylesheets read in theirs, else in its own", async () => {
    const page = (href: string) => bytes(`<meta charset=shift_jis><link rel=stylesheet href=${href}><p>a`);
    const image = (name: string) => bytes(`p{background:url("${name}.png")}`);
    const own = { "a.css": bytes(`@charset "windows-1251";p{background:url("\xe6.png")}`), "ж.png": "" };
    expect(await scan({ ...own, "index.html": page("a.css") })).toEqual(["/a.css preload", "/ж.png preload"]);
    const of = { "a.css": image("\x93\xfa"), "日.png": "", "index.html": page("a.css") };
    expect(await scan(of)).toEqual(["/a.css not linked", "/日.png preload"]);
    const utf8 = { "a.css": `p{background:url("日.png")}`, "日.png": "", "index.html": page("a.css") };
    expect(await scan(utf8)).toEqual(["/a.css preload", "/日.png preload"]);
    const charset = bytes(`@charset "shift_jis";@import "b.css";`);
    const imported = { "a.css": charset, "b.css": image("\x93\xfa"), "日.png": "", "index.html": page("a.css") };
    expect(await scan(imported)).toEqual(["/a.css preload", "/b.css not linked", "/日.png preload"]);
  });

  test("has no links to scripts that name no encoding: announced, they would be taken in UTF-8", async () => {
    const scripts = { "a.js": bytes(`a="${SHIFT_JIS}"`), "b.js": "b=1", "m.js": bytes(`"${SHIFT_JIS}"`) };
    const tags = `<script type=module src=m.js></script><script src=a.js></script><script src=b.js></script>`;
    const expected = ["/a.js not linked", "/b.js preload", "/m.js preload"];
    expect(await scan({ ...scripts, "index.html": bytes(`<meta charset=shift_jis>${tags}`) })).toEqual(expected);
    const inUtf8 = ["/a.js preload", "/b.js preload", "/m.js preload"];
    expect(await scan({ ...scripts, "index.html": bytes(`<meta charset=utf-8>${tags}`) })).toEqual(inUtf8);
  });

  test("has its queries in its own bytes, and no link where that can't be told", async () => {
    const tags = `<img src="a.png?\xe6"><img src="b.png?z#\xe6">`;
    const entries = async (encoding: string) => {
      const root = await writeSite({
        "a.png": "",
        "b.png": "",
        "index.html": bytes(`<meta charset=${encoding}>${tags}`),
      });
      const file = await locateIn(root)("/");
      if (file === undefined) throw new Error("no page");
      const { entries } = await createScanner({ lookup: lookupIn(root) }).page("/", file);
      return entries.map(({ target, rel }) => `${target} ${rel}`);
    };
    expect(await entries("windows-1251")).toEqual(["/a.png?%E6 preload", "/b.png?z preload"]);
    expect(await entries("iso-2022-jp")).toEqual(["/b.png?z preload"]);
  });
});

describe("live reload", () => {
  const inserted = (content: Buffer, charset?: string) => {
    const type = charset === undefined ? "text/html" : `text/html; charset=${charset}`;
    return withInsertion(content, scriptInsertion(content, type));
  };
  test("puts its script into a page whose other characters are bytes above ASCII", () => {
    const page = `<!doctype html><!-- ${SHIFT_JIS} --><head>`;
    expect(inserted(bytes(page), "shift_jis").toString("latin1")).toBe(
      `${page}<script src="/.h2push/live.js" async></script>`,
    );
  });
  test("leaves a page alone where ASCII may be parts of other characters", () => {
    const page = bytes(`<!doctype html><!-- ${ISO_2022_JP} --><head>`);
    expect(inserted(page, "iso-2022-jp")).toEqual(page);
  });
  test("writes its script into XML in UTF-16 without byte order mark as it is written", () => {
    const page = Buffer.from(`<?xml version="1.0"?><html><head/></html>`, "utf16le");
    const type = "application/xhtml+xml; charset=utf-16le";
    const text = withInsertion(page, scriptInsertion(page, type)).toString("utf16le");
    expect(text).toMatch(/^<\?xml version="1.0"\?><html><script [^>]*><\/script><head\/>/);
  });
  test("keeps the encoding of a page that it is put into, though its meta element moves", async () => {
    const page = bytes(`<!doctype html><!--${"x".repeat(960)}--><meta charset=windows-1251>${HELLO}`);
    const { port } = await startServer({ root: await writeSite({ "index.html": page }), live: true });
    const { headers, body } = await http1(port, "/");
    expect(headers["content-type"]).toBe("text/html; charset=windows-1251");
    expect(body.includes("/.h2push/live.js")).toBe(true);
  });
});
