import { expect, test } from "vitest";
import { openSite } from "../../src/index.js";
import { pageWithNeeds, testSite } from "../support/mounted.js";

const LINK = "</b.css>; rel=preload; as=style";

test("tells what goes with a page, and its Link field", async () => {
  const site = await testSite();
  const { entries, link } = await site.linksFor("/");
  expect(entries.map(({ target, named }) => [target, named])).toEqual([
    ["/a.css", true],
    ["/b.css", undefined],
  ]);
  expect(link).toBe(LINK);
  expect(await site.linksFor("/")).toBe(await site.linksFor("/"));
});

test.each(["/none", "/a.css", "/%zz", "", "*"])("tells nothing of %j, which is no page", async (path) => {
  expect(await (await testSite()).linksFor(path)).toEqual({ entries: [], link: undefined });
});

test("leaves out what a policy forbids", async () => {
  const site = await testSite();
  expect(await site.linksFor("/", { csp: "style-src 'none'" })).toEqual({ entries: [], link: undefined });
});

test("puts the Link fields of _headers first", async () => {
  const site = await testSite({ ...pageWithNeeds, _headers: "/\n  Link: </c.js>; rel=preload; as=script\n" });
  expect((await site.linksFor("/")).link).toBe(`</c.js>; rel=preload; as=script, ${LINK}`);
});

test.each(["link", "hints", "push", "none"] as const)("goes by delivery: %s", async (delivery) => {
  const { link } = await (await testSite(pageWithNeeds, { delivery })).linksFor("/");
  expect(link).toBe(delivery === "link" || delivery === "hints" ? LINK : undefined);
});

test("answers a Request of Fetch, and leaves what it has nothing for", async () => {
  const site = await testSite({ ...pageWithNeeds, "large.txt": "x".repeat(300_000) });
  const ask = (path: string, init?: RequestInit) => site.fetch(new Request(`https://localhost${path}`, init));
  const page = await ask("/");
  expect([page?.status, page?.headers.get("link"), await page?.text()]).toEqual([
    200,
    LINK,
    pageWithNeeds["index.html"],
  ]);
  expect(await (await ask("/large.txt"))?.text()).toBe("x".repeat(300_000));
  expect(await (await ask("/", { method: "HEAD" }))?.text()).toBe("");
  const etag = page?.headers.get("etag") ?? "";
  expect((await ask("/", { headers: { "if-none-match": etag } }))?.status).toBe(304);
  expect((await ask("/large.txt", { headers: { range: "bytes=-2" } }))?.status).toBe(206);
  expect(await ask("/none")).toBeUndefined();
  expect(await ask("/", { method: "POST" })).toBeUndefined();
});

test("ends a Response that nobody reads any more", async () => {
  const site = await testSite({ "large.txt": "x".repeat(3_000_000) });
  const response = await site.fetch(new Request("https://localhost/large.txt"));
  await response?.body?.cancel();
  const gone = new AbortController();
  gone.abort();
  await expect(site.fetch(new Request("https://localhost/large.txt", { signal: gone.signal }))).rejects.toThrow(
    "abort",
  );
  expect(site.errors).toEqual([]);
});

test.each(["port", "proxy", "routes", "certificate", "maxStreams"])("has no option %s", async (name) => {
  await expect(openSite(".", { [name]: name === "port" ? 1 : [] })).rejects.toMatchObject({ code: "usage" });
});

test("says what is wrong with an option, or with the root", async () => {
  await expect(openSite(".", { delivry: "auto" } as object)).rejects.toThrow("unknown option: delivry");
  await expect(openSite("./none")).rejects.toMatchObject({ code: "root" });
});
