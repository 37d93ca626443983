import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, type DefaultTreeAdapterTypes as Tree } from "parse5";
import { expect, test } from "vitest";
import { createCertificate } from "../../../src/index.js";
import { orderIn } from "../../../src/server/files/directory-listing.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const awkward = `<img src=x onerror=alert(1)> & "quotes' 100% é #1 ?.txt`;

async function listed(files: Record<string, string>, options = {}) {
  const root = await writeSite(files);
  const { port } = await startServer({ root, list: true, ...options });
  const { request } = await connect(port);
  return { root, request };
}

/** Text and target of each link of a page. */
function links(html: string): [text: string, href: string][] {
  const found: [string, string][] = [];
  const walk = (node: Tree.Node) => {
    if ("tagName" in node && node.tagName === "a") {
      const text = node.childNodes.map((child) => ("value" in child ? child.value : "")).join("");
      found.push([text, node.attrs.find(({ name }) => name === "href")?.value ?? ""]);
    }
    if ("childNodes" in node) node.childNodes.forEach(walk);
  };
  walk(parse(html));
  return found;
}

/** Names in the order of the page, without headings and the way up. */
const names = (html: string) => links(html).flatMap(([text, href]) => (href.startsWith("./") ? [text] : []));

test("names what is there, directories first, and every link leads to what it names", async () => {
  const { request } = await listed({
    "docs/b.txt": "bb",
    "docs/a.txt": "a",
    "docs/sub/x.txt": "x",
    [`docs/${awkward}`]: "y",
  });
  const { status, headers, body } = await request("/docs/");
  expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  const html = body.toString();
  expect(names(html)).toHaveLength(4);
  expect(names(html)).toContain(awkward);
  expect(names(html)[0]).toBe("sub/");
  expect(html).not.toContain("<img");
  expect(links(html)).toContainEqual(["../", "../"]);
  for (const [, href] of links(html).filter(([, href]) => href.startsWith("./"))) {
    expect((await request(new URL(href, "https://localhost/docs/").pathname)).status).toBe(200);
  }
});

test("sorts by name as people count, by size and by time, both ways, without scripts", async () => {
  const { request } = await listed({ "f10.txt": "1", "f9.txt": "333", "f1.txt": "22" });
  const at = async (query: string) => names((await request(`/${query}`)).body.toString());
  expect(await at("")).toEqual(["f1.txt", "f9.txt", "f10.txt"]);
  expect(await at("?sort=name&order=desc")).toEqual(["f10.txt", "f9.txt", "f1.txt"]);
  expect(await at("?sort=size")).toEqual(["f10.txt", "f1.txt", "f9.txt"]);
  expect(await at("?sort=size&order=desc")).toEqual(["f9.txt", "f1.txt", "f10.txt"]);
  const html = (await request("/?sort=size")).body.toString();
  expect(links(html)).toContainEqual(["Size", "?sort=size&order=desc"]);
  expect(html).toContain(`aria-sort="ascending"`);
  expect(html).not.toContain("<script");
});

test("leaves out what is not served: dotfiles, what is hidden, links that lead out", async () => {
  const outside = await writeSite({ "secret.txt": "secret" });
  const root = await writeSite({ "a.txt": "a", ".env": "x", "own.key": (await createCertificate()).key });
  await symlink(join(outside, "secret.txt"), join(root, "out.txt"));
  await symlink("nowhere", join(root, "broken.txt"));
  const { port } = await startServer({ root, list: true, hidden: [join(root, "own.key")] });
  const { request } = await connect(port);
  expect(names((await request("/")).body.toString())).toEqual(["a.txt"]);
});

test("is off by default, and an index page goes before it", async () => {
  const { request } = await listed({ "docs/a.txt": "a" }, { list: false });
  expect((await request("/docs/")).status).toBe(404);
  const other = await listed({ "docs/a.txt": "a", "docs/index.html": "index" });
  expect((await other.request("/docs/")).body.toString()).toBe("index");
});

test("HEAD has the fields of the listing, and a directory without its slash is sent to the one with", async () => {
  const { request, root } = await listed({ "docs/a.txt": "a" });
  await writeFile(join(root, "docs", "b.txt"), "b");
  const { status, headers, body } = await request("/docs/", { ":method": "HEAD" });
  expect([status, body.length]).toEqual([200, 0]);
  expect(Number(headers["content-length"])).toBe((await request("/docs/")).body.length);
  expect((await request("/docs?sort=size")).headers.location).toBe("/docs/?sort=size");
});

test.each([
  ["", "name", false],
  ["?sort=size&order=desc", "size", true],
  ["?sort=time", "time", false],
  ["?sort=__proto__&order=x", "name", false],
])("the query %j sorts by %s", (query, by, descending) => {
  expect(orderIn(query)).toEqual({ by, descending });
});

test.skipIf(process.platform !== "linux")(
  "names with a backslash or without UTF-8 are neither listed nor served",
  async () => {
    const { root, request } = await listed({ "a.txt": "a", "b\\c.txt": "b" });
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9, 0x2e, 0x74, 0x78, 0x74])]), "latin1");
    expect(names((await request("/")).body.toString())).toEqual(["a.txt"]);
    expect((await request("/b%5Cc.txt")).status).toBe(404);
    expect((await request("/%E9.txt")).status).toBe(400);
  },
);

test("what a rule protects is not named: by its directory, by a link to that, or by itself", async () => {
  const { root, request } = await listed({
    "secret/a.txt": "a",
    "open/b.txt": "b",
    "open/c.txt": "c",
    _headers: "/secret/*\n  Basic-Auth: u:p\n/open/c.txt\n  Basic-Auth: u:p\n",
  });
  await symlink("secret", join(root, "pub"));
  const statuses = await Promise.all(["/secret/", "/pub/"].map(async (path) => (await request(path)).status));
  expect(statuses).toEqual([401, 401]);
  expect(names((await request("/open/")).body.toString())).toEqual(["b.txt"]);
  const authorization = `Basic ${Buffer.from("u:p").toString("base64")}`;
  expect(names((await request("/pub/", { authorization })).body.toString())).toEqual(["a.txt"]);
});
