import { writeFile } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http2";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect, type Answer } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const page = `<!doctype html><title>t</title><link rel="stylesheet" href="/a.css">`;
const site = { "index.html": page, "a.css": `@import "/b.css";`, "b.css": "" };

/** A site on a connection without pushes, and the validators of its page. */
async function warm(files: Readonly<Record<string, string>> = site) {
  const server = await startServer({ root: await writeSite(files) });
  const client = await connect(server.port, { settings: { enablePush: false } });
  const { headers } = await client.request("/");
  return { ...client, etag: String(headers.etag), date: String(headers["last-modified"]) };
}

const shown = ({ status, headers, body }: Answer) => [status, headers["link"] !== undefined, body.toString()];

test("an answer from memory is that of its own kind of request, whatever was asked a moment before", async () => {
  const { request, etag, date } = await warm();
  const early = "Thu, 01 Jan 2015 00:00:00 GMT";
  const asked: readonly (readonly [OutgoingHttpHeaders, ReturnType<typeof shown>])[] = [
    [{}, [200, true, page]],
    [{ "if-none-match": etag }, [304, true, ""]],
    [{ "if-none-match": '"another"' }, [200, true, page]],
    [{ "if-none-match": "", "if-modified-since": date }, [200, true, page]],
    [{ "if-modified-since": date }, [304, true, ""]],
    [{ "if-modified-since": early }, [200, true, page]],
    [{ "if-match": etag }, [200, true, page]],
    [{ ":method": "HEAD" }, [200, true, ""]],
    [{ range: "bytes=0-3" }, [206, false, page.slice(0, 4)]],
    [{ range: "bytes=0-3", "if-range": '"another"' }, [200, true, page]],
    [{ "save-data": "on" }, [200, true, page]],
    [{ "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, [200, true, page]],
  ];
  for (const kinds of [asked, asked.toReversed(), asked]) {
    for (const [fields, expected] of kinds)
      expect([fields, ...shown(await request("/", fields))]).toEqual([fields, ...expected]);
  }
  const refused = [{ "if-match": '"another"' }, { "if-unmodified-since": early }, { "if-match": "" }];
  for (const fields of refused) {
    await request("/");
    expect((await request("/", fields)).status).toBe(412);
  }
});

test("a page in memory goes with what it needs by now, and by the rules of now", async () => {
  const root = await writeSite({ ...site, "c.css": "" });
  const server = await startServer({ root });
  const { request } = await connect(server.port, { settings: { enablePush: false } });
  const linkNow = async () => (await request("/")).headers["link"];
  for (let time = 0; time < 3; time++) expect(await linkNow()).toBe("</b.css>; rel=preload; as=style");
  await writeFile(join(root, "a.css"), `@import "/c.css";`);
  server.invalidate();
  for (let time = 0; time < 3; time++) expect(await linkNow()).toBe("</c.css>; rel=preload; as=style");
  await writeFile(join(root, "_headers"), "/\n  Link: </b.css>; rel=preload; as=style\n");
  server.invalidate();
  for (let time = 0; time < 3; time++) expect(await linkNow()).toContain("</b.css>; rel=preload; as=style");
});

test("a query changes nothing about what a page goes with", async () => {
  const link = "</b.css>; rel=preload; as=style";
  const { request } = await warm();
  for (const target of ["/?a=1", "/?a=2", "/", "/?a=1"]) expect((await request(target)).headers["link"]).toBe(link);
});
