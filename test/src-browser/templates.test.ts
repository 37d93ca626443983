import { expect, test } from "vitest";
import { chooseTemplates, commonEntries } from "../../src/browser/templates.js";
import type { ManifestEntry } from "../../src/manifest/types.js";

const entry = (target: string, as: ManifestEntry["as"] = "script"): ManifestEntry => ({ target, as, bytes: 1 });

/** So many pages of one folder, with the same script and an image of their own. */
const posts = (count: number) =>
  Array.from(
    { length: count },
    (_, number) => [`/blog/post-${number}/`, [entry("/post.js"), entry(`/${number}.png`, "image")]] as const,
  );

const everything = { all: false, limit: Infinity };
const loaded = (pages: Iterable<readonly [string, readonly ManifestEntry[]]>, choice = everything) =>
  chooseTemplates(new Map(pages), choice).map(({ loaded }) => loaded);

test("of pages with the same folder, stylesheets and scripts three are loaded when they are many", () => {
  expect(loaded([["/", [entry("/post.js")]], ...posts(100)])).toEqual([
    ["/"],
    ["/blog/post-0/", "/blog/post-50/", "/blog/post-99/"],
  ]);
});

test("a few are all loaded, and all are with --all", () => {
  expect(loaded(posts(20))[0]).toHaveLength(20);
  expect(loaded(posts(100), { all: true, limit: Infinity })[0]).toHaveLength(100);
});

test("folders below the top one, another order of scripts, and a script that a page has alone make no other template", () => {
  const pages = Array.from(
    { length: 30 },
    (_, n) => [`/docs/part-${n}/x.html`, [entry("/a.js"), entry("/b.js"), entry(`/text-${n}.js`)]] as const,
  );
  expect(loaded(pages)).toHaveLength(1);
  const turned = pages.map(([page, [a, b]]) => [page, [b, a]] as const);
  expect(loaded([...pages.slice(0, 15), ...turned.slice(15)])).toHaveLength(1);
});

test("--pages takes the first of each template before the second of one", () => {
  expect(loaded([...posts(100), ["/", [entry("/a.js")]]], { all: false, limit: 3 })).toEqual([
    ["/blog/post-0/", "/blog/post-50/"],
    ["/"],
  ]);
});

test("pages have in common what code asks for in all of them in the same form, and no image", () => {
  const one = [entry("/a.js"), entry("/b.js"), entry("/c.js"), entry("/d.png", "image")];
  const other = [{ ...entry("/a.js"), rel: "preload" as const }, ...one.slice(2), entry("/b.js")];
  expect(commonEntries([one, other, one]).map(({ target }) => target)).toEqual(["/b.js", "/c.js"]);
  expect(commonEntries([])).toEqual([]);
});
