import { expect, test } from "vitest";
import { canonicalPath } from "../../src/rules/redirects/canonical.js";
import { RuleTarget, UrlPattern } from "../../src/rules/pattern.js";

function captures(source: string, url: string): Record<string, string> | undefined {
  const pattern = UrlPattern.parse(source);
  if (typeof pattern === "string") throw new Error(pattern);
  const [, host = "localhost:8443", pathname = url] = /^https:\/\/([^/]*)(.*)$/.exec(url) ?? [];
  const path = canonicalPath(pathname);
  const found = path === undefined ? undefined : pattern.match(new RuleTarget(host, path));
  return found && Object.fromEntries(found);
}

test.each<[source: string, url: string, captured: Record<string, string> | undefined]>([
  // Splats: what Netlify and Cloudflare say of them.
  ["/news/*", "/news/2004/01/10/my-story", { splat: "2004/01/10/my-story" }],
  ["/news/*", "/news/", { splat: "" }],
  ["/news/*", "/news", { splat: "" }],
  ["/news/*", "/newsletter", undefined],
  ["/*", "/", { splat: "" }],
  ["/*.jpg", "/a/b.jpg", { splat: "a/b" }],
  ["/*.jpg", "/a/b.jpg/c", undefined],
  ["/*.jpg", "/.jpg", { splat: "" }],
  ["/blog/*/comments", "/blog/a/b/comments", { splat: "a/b" }],
  ["/blog/*/comments", "/blog/comments", undefined],
  ["/blog/*/comments", "/blog/a/comments/", { splat: "a" }],
  ["/blog/*/:id.html", "/blog/a/7.html/", { splat: "a", id: "7" }],
  ["/*/", "/a/b/", { splat: "a/b" }],
  ["/*/", "/a/b", undefined],
  ["/*/", "/", undefined],
  ["/a*a", "/a", undefined],
  ["/a*/:file.js", "/ab/c/d.js", { splat: "b/c", file: "d" }],
  ["/:lang/*/:file", "/en/a/b/c", { lang: "en", splat: "a/b", file: "c" }],
  ["/:lang/*/:file", "/en/a", undefined],
  // Placeholders stay within their segment, and take one character at least.
  ["/movies/:title", "/movies/heat", { title: "heat" }],
  ["/movies/:title", "/movies/heat/", { title: "heat" }],
  ["/movies/:title", "/movies/", undefined],
  ["/movies/:title", "/movies/heat/2", undefined],
  [
    "/news/:month/:date/:year/:slug",
    "/news/02/12/2004/my-story",
    { month: "02", date: "12", year: "2004", slug: "my-story" },
  ],
  ["/:year-:month.html", "/2004-02.html", { year: "2004", month: "02" }],
  ["/:a-:b-x", "/1-2-3-x", { a: "1", b: "2-3" }],
  ["/:a.html", "/.html", undefined],
  ["/:a_1b/c", "/x/c", { a_1b: "x" }],
  // Slashes at the end, as at Netlify.
  ["/about", "/about/", {}],
  ["/about/", "/about", {}],
  ["/", "/", {}],
  ["/about", "/About", undefined],
  // One path has many spellings.
  ["/authors/céline", "/authors/c%c3%a9line", {}],
  ["/authors/c%C3%A9line", "/authors/c%C3%A9line", {}],
  ["/admin/*", "/%61dmin/x", { splat: "x" }],
  ["/admin/users/*", "/admin//users///x", { splat: "x" }],
  ["/admin/users/:id", "/admin//%75sers//x", { id: "x" }],
  ["/admin/*", "//admin/x", undefined],
  ["/a+b", "/a%2Bb", {}],
  ["/x/:name", "/x/a%2Fb", { name: "a%2Fb" }],
  ["/x/:name", "/x/%3Cb%3E", { name: "%3Cb%3E" }],
  // Hosts, whatever the scheme and the port.
  ["https://example.com/*", "https://example.com:8443/a", { splat: "a" }],
  ["http://example.com/*", "https://EXAMPLE.com/a", { splat: "a" }],
  ["https://example.com/*", "https://example.org/a", undefined],
  ["https://example.com", "https://example.com/", {}],
  ["https://:project.pages.dev/*", "https://shop.pages.dev/a", { project: "shop", splat: "a" }],
  ["https://:project.pages.dev/*", "https://v2.shop.pages.dev/a", undefined],
  [
    "https://:version.:project.pages.dev/*",
    "https://v2.shop.pages.dev/",
    { version: "v2", project: "shop", splat: "" },
  ],
  // Fragments never reach a server.
  ["/page#top", "/page", {}],
])("%s on %s gives %j", (source, url, captured) => {
  expect(captures(source, url)).toEqual(captured);
});

test.each([
  ["about", "a path begins with a slash"],
  ["/a*b*", "one splat"],
  ["/store?id=:id", "without its query"],
  ["/:a:b", "text between"],
  ["/:a*", "text between"],
  ["/*:a", "text between"],
  ["https://example.com:8443/*", "without port"],
  ["https://*.example.com/", "host of a pattern"],
  ["https:///a", "no host"],
])("%s is no pattern: %s", (source, reason) => {
  expect(UrlPattern.parse(source)).toContain(reason);
});

test("a path of 100,000 characters against patterns made to go back and forth takes milliseconds", () => {
  const path = `/${"a".repeat(100_000)}`;
  const many = "a".repeat(500);
  const sources = [
    "/*ab",
    "/:a-:b-:c-:d-:e",
    "/:a.:b.:c",
    `/:x.${many}b`,
    `/*.${many}b/:c`,
    `/a*a${many}b`,
    `/b${many}/*`,
  ];
  const began = performance.now();
  for (const source of sources) expect(captures(source, path) === undefined).toBe(true);
  expect(performance.now() - began).toBeLessThan(500);
});
