import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`;
const data = Buffer.alloc(700_000, "data");
const files: Readonly<Record<string, string | Buffer>> = {
  "index.html": `<!doctype html><img src=pic.svgz><p>a`,
  "pic.svgz": gzipSync(svg),
  "plain.svgz": svg,
  "game.framework.js.gz": gzipSync("a = 1"),
  "game.wasm.br": brotliCompressSync(Buffer.from("\0asm")),
  "game.data.gz": gzipSync(data, { level: 0 }),
  "game.symbols.json.gz": gzipSync("{}"),
  "no.js.gz": "not compressed at all",
  "archive.tar.gz": gzipSync("tar"),
  "archive.tgz": gzipSync("tar"),
  "file.gz": gzipSync("a"),
  "report.json.gz": gzipSync("{}"),
  "volume.nii.gz": gzipSync("nii"),
  "page.html.gz": gzipSync("<p>"),
  "a.br": brotliCompressSync(Buffer.from("a")),
};

describe("a compressed file that is asked for by its name", () => {
  test.each([
    ["/pic.svgz", "image/svg+xml", "gzip"],
    ["/plain.svgz", "image/svg+xml; charset=utf-8", undefined],
    ["/game.framework.js.gz", "text/javascript", "gzip"],
    ["/game.wasm.br", "application/wasm", "br"],
    ["/game.data.gz", "application/octet-stream", "gzip"],
    ["/game.symbols.json.gz", "application/json", "gzip"],
    ["/archive.tar.gz", "application/gzip", undefined],
    ["/archive.tgz", "application/gzip", undefined],
    ["/file.gz", "application/gzip", undefined],
    ["/report.json.gz", "application/gzip", undefined],
    ["/volume.nii.gz", "application/gzip", undefined],
    ["/page.html.gz", "application/gzip", undefined],
    ["/a.br", "application/octet-stream", undefined],
  ])("%s is %s in the coding %s, whatever the client takes", async (path, type, coding) => {
    const { port } = await startServer({ root: await writeSite(files) });
    const { request } = await connect(port, { settings: { enablePush: false } });
    const bytes = Buffer.from(files[path.slice(1)] ?? "");
    for (const fields of [{ "accept-encoding": "gzip, br" }, {}, { "accept-encoding": "identity" }]) {
      const { status, headers, body } = await request(path, fields);
      expect([status, headers["content-type"], headers["content-encoding"]]).toEqual([200, type, coding]);
      expect(body.equals(bytes)).toBe(true);
    }
    const { headers } = await request(path, { ":method": "HEAD" });
    const named = [headers["content-type"], headers["content-encoding"], headers["content-length"]];
    expect(named).toEqual([type, coding, String(bytes.length)]);
  });

  test("goes out in ranges of its bytes as they are", async () => {
    const { port } = await startServer({ root: await writeSite(files) });
    const { status, headers, body } = await http1(port, "/game.data.gz", { headers: { range: "bytes=2-9" } });
    expect([status, headers["content-encoding"]]).toEqual([206, "gzip"]);
    expect(body.equals(gzipSync(data, { level: 0 }).subarray(2, 10))).toBe(true);
  });

  test("is pushed as that, too", async () => {
    const { port } = await startServer({ root: await writeSite(files) });
    const { pushed } = await (await connect(port)).page("/");
    expect(pushed.get("/pic.svgz")?.headers).toMatchObject({
      "content-type": "image/svg+xml",
      "content-encoding": "gzip",
    });
  });

  test("is a download where it is not what its name says", async () => {
    const { port } = await startServer({ root: await writeSite(files) });
    const { headers } = await http1(port, "/no.js.gz");
    expect(headers["content-encoding"]).toBeUndefined();
  });
});
