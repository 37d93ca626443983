import { expect, test } from "vitest";
import { PatternIndex } from "../../src/rules/pattern-index.js";
import { parseRedirects } from "../../src/rules/redirects/redirects-file.js";
import { applyRedirects, type RuleAction } from "../../src/rules/redirects/redirect.js";

interface Asked {
  readonly host?: string;
  readonly language?: string;
  readonly cookie?: string;
}

function actionFor(file: string, target: string, { host = "localhost", language, cookie }: Asked = {}) {
  const { rules } = parseRedirects(file);
  const fields = { "accept-language": language, cookie };
  return applyRedirects(new PatternIndex(rules), { target, authority: host, fields });
}

/** In short: `301 /there`, `200! /file`. */
function inShort(action: RuleAction | undefined): string | undefined {
  if (action === undefined || action.kind === "unknown") return undefined;
  const where = action.kind === "redirect" ? action.location : action.pathname;
  return `${action.status}${action.forced ? "!" : ""} ${where}`;
}

const netlify = `
# Redirects from what the browser requests to what we serve
/home              /
/blog/my-post.php  /blog/my-post # a comment
/news              /blog
/cuties            https://www.petsofnetlify.com
/authors/c%C3%A9line /authors/about-c%C3%A9line

# Redirect with a 302
/my-redirect       /              302
# Show a custom 404 for this path
/ecommerce         /store-closed  404
# Rewrite a path
/pass-through      /index.html    200
# Forced
/app/*             /app/index.html  200!
/best-pets/dogs    /best-pets/cats.html  200!

/en/*              /en/404.html   404
/de/*              /de/404.html   404

/store id=:id      /blog/:id      301
/articles id=:id tag=:tag /posts/:tag/:id 301
/path/* param1=:value1 param2=:value2 /otherpath/:value1/:value2/:splat 301
/path/* param1=:value1 /otherpath/:value1/:splat 301
/path/* param2=:value2 /otherpath/:value2/:splat 301
/path/*            /otherpath/:splat 301

/jobs/customer-ninja.html  /careers/support
/jobs/*            /careers/:splat
/n/:month/:date/:year/:slug  /blog/:year/:month/:date/:slug

http://blog.yoursite.com/*   https://www.yoursite.com/blog/:splat 301!
https://blog.yoursite.com/*  https://www.yoursite.com/blog/:splat 301!

/israel/*          /israel/he/:splat  302  Country=il Language=he
/spain/*           /spain/es/:splat   302  Language=es,ca
/cookie/*          /fancy/:splat      302  Cookie=fancy,other
/admin/*           200!  Role=admin
/admin/*           /login             302
/stay/*            200!
/*                 /index.html    200
`;

test.each<[target: string, action: string | undefined, asked?: Asked]>([
  ["/home", "301 /"],
  ["/home/", "301 /"],
  ["/home?a=b", "301 /?a=b"],
  ["/blog/my-post.php", "301 /blog/my-post"],
  ["/news", "301 /blog"],
  ["/cuties", "301 https://www.petsofnetlify.com/"],
  ["/cuties?a", "301 https://www.petsofnetlify.com/?a"],
  ["/authors/c%C3%A9line", "301 /authors/about-c%C3%A9line"],
  ["/authors/c%c3%a9line", "301 /authors/about-c%C3%A9line"],
  ["/my-redirect", "302 /"],
  ["/ecommerce", "404 /store-closed"],
  ["/pass-through?x=1", "200 /index.html"],
  ["/app/deep/link", "200! /app/index.html"],
  ["/best-pets/dogs", "200! /best-pets/cats.html"],
  ["/en/gone", "404 /en/404.html"],
  ["/de/a/b", "404 /de/404.html"],
  ["/store?id=my-blog-post", "301 /blog/my-blog-post"],
  ["/store", "200 /index.html"],
  ["/store?id=a&more=b", "200 /index.html"],
  ["/articles?tag=cats&id=7", "301 /posts/cats/7"],
  ["/path/x?param2=b&param1=a", "301 /otherpath/a/b/x"],
  ["/path/x?param1=a", "301 /otherpath/a/x"],
  ["/path/x?param2=b", "301 /otherpath/b/x"],
  ["/path/x", "301 /otherpath/x"],
  ["/path/x?other=1", "301 /otherpath/x?other=1"],
  ["/jobs/customer-ninja.html", "301 /careers/support"],
  ["/jobs/anything/else", "301 /careers/anything/else"],
  ["/n/02/12/2004/my-story", "301 /blog/2004/02/12/my-story"],
  ["/a", "301! https://www.yoursite.com/blog/a", { host: "blog.yoursite.com" }],
  ["/a", "200 /index.html", { host: "www.yoursite.com" }],
  ["/israel/x", "200 /index.html", { language: "he" }],
  ["/spain/x", "302 /spain/es/x", { language: "en;q=0.5, es-MX" }],
  ["/spain/x", "302 /spain/es/x", { language: "ca" }],
  ["/spain/x", "200 /index.html", { language: "en, es;q=0.5" }],
  ["/spain/x", "200 /index.html"],
  ["/cookie/x", "302 /fancy/x", { cookie: "a=1; other=; b=2" }],
  ["/cookie/x", "200 /index.html", { cookie: "a=fancy" }],
  ["/admin/x", "302 /login"],
  ["/stay/x", undefined],
  ["/anything", "200 /index.html"],
  ["/index.html", undefined],
])("Netlify's examples: %s gives %s %j", (target, action, asked) => {
  expect(inShort(actionFor(netlify, target, asked))).toBe(action);
});

const cloudflare = `
/home301 / 301
/home302 / 302
/querystrings /?query=string 301
/twitch https://twitch.tv
/trailing /trailing/ 301
/notrailing/ /nottrailing 301
/page/ /page2/#fragment 301
/blog/* https://blog.my.domain/:splat
/products/:code/:name /products?code=:code&name=:name
/movies/:title /media/:title
/a /b 200
/b /c 200
/shop/*.html /store/:splat 307
/keep /kept 308
/see /seen 303
/strip/*/ /strip/:splat 301
/same /other
/same /never
`;

test.each<[target: string, action: string | undefined]>([
  ["/home301", "301 /"],
  ["/home302", "302 /"],
  ["/querystrings", "301 /?query=string"],
  ["/querystrings?mine=1", "301 /?query=string"],
  ["/twitch", "301 https://twitch.tv/"],
  ["/trailing", "301 /trailing/"],
  ["/trailing/", undefined],
  ["/notrailing/", "301 /nottrailing"],
  ["/page/", "301 /page2/#fragment"],
  ["/page/?q", "301 /page2/?q#fragment"],
  ["/blog/2020/post?x=y", "301 https://blog.my.domain/2020/post?x=y"],
  ["/products/a1/caf%C3%A9&x", "301 /products?code=a1&name=caf%C3%A9%26x"],
  ["/movies/heat", "301 /media/heat"],
  ["/a", "200 /b"],
  ["/b", "200 /c"],
  ["/shop/a/b.html", "307 /store/a/b"],
  ["/keep", "308 /kept"],
  ["/see", "303 /seen"],
  ["/strip/a/", "301 /strip/a"],
  ["/strip/a", undefined],
  ["/same", "301 /other"],
  ["/none", undefined],
])("Cloudflare's examples: %s gives %s", (target, action) => {
  expect(inShort(actionFor(cloudflare, target))).toBe(action);
});

test.each<[file: string, line: number, message: string]>([
  ["/a", 1, "no target: /a"],
  ["\n\n/a /b 299", 3, "no such status: 299"],
  ["/a /b x", 1, "no such status: x"],
  ["/a /b 302 !important", 1, "!important is too much"],
  ["/some page /somewhere else", 1, "else is too much: /some page /somewhere else"],
  ["a /b", 1, "a path begins with a slash: a"],
  ["/a b", 1, "neither a path nor a URL of http or https: b"],
  ["/a javascript:alert(1)", 1, "neither a path nor a URL"],
  ["/a https:///b", 1, "no host in https:///b"],
  ["/* //:splat", 1, "a request must not choose the host that it is sent to: //:splat"],
  ["/* https://:splat", 1, "a request must not choose the host"],
  ["/* https://example.com:splat", 1, "a request must not choose the host"],
  ["/a https://user@example.com/", 1, "not a host: user@example.com"],
  ["/a /b 302 Planet=mars", 1, "no such condition: Planet=mars"],
  ["/store?id=:id /blog/:id", 1, "a path is matched without its query"],
  ["/* /a/* 404 x", 1, "x is too much"],
  ["/a 301", 1, "no target: /a 301"],
  [`/a /${"b".repeat(9000)}`, 1, "the line is longer than 8192 characters"],
])("%j is told with its line", (file, line, message) => {
  const { rules, errors } = parseRedirects(`${file}\n/fine /there`);
  expect(errors.map((error) => error.line)).toEqual([line]);
  expect(errors[0]?.message).toContain(message);
  expect(rules.map(({ source }) => source.source)).toEqual(["/fine"]);
});

test("a rule that passes requests on to another server is an error, and nobody knows here what that says", () => {
  const file = "/js/* https://example.com/:splat 200\n/gone https://example.com/gone 404!";
  expect(parseRedirects(file).errors.map(({ line, message }) => `${line} ${message}`)).toEqual([
    "1 a rewrite leads to a path of this site: https://example.com/:splat",
    "2 a rewrite leads to a path of this site: https://example.com/gone",
  ]);
  expect(["/js/a.js", "/gone"].map((target) => actionFor(file, target))).toEqual([
    { kind: "unknown", forced: false },
    { kind: "unknown", forced: false },
  ]);
});

test("conditions that can't be told here are named, and their rules never match", () => {
  const { rules, errors, notices } = parseRedirects("/ /anz 302 Country=au,nz\n/x/* 200! Role=admin");
  expect([rules.length, errors]).toEqual([2, []]);
  expect(notices.map(({ line, message }) => `${line} ${message.split(" ")[0]}`)).toEqual([
    "1 Country=au,nz",
    "2 Role=admin",
  ]);
  expect(actionFor("/ /anz 302 Country=au,nz", "/")).toBeUndefined();
});

test("a file may begin with a byte order mark, and end its lines as Windows does", () => {
  expect(inShort(actionFor("\uFEFF/a /b\r\n/c\t/d 302\r\n", "/c"))).toBe("302 /d");
  expect(inShort(actionFor("\uFEFF/a /b\r\n/c\t/d 302\r\n", "/a"))).toBe("301 /b");
});

test("of 10,000 rules the first that matches counts, and what is beyond is told", () => {
  const lines = Array.from({ length: 10_001 }, (_, n) => (n % 2 === 0 ? `/p${n} /q${n}` : `/d${n}/* /e${n}/:splat`));
  const { rules, errors } = parseRedirects(lines.join("\n"));
  expect([rules.length, errors]).toEqual([10_000, [{ line: 10_001, message: "only the first 10000 rules are read" }]]);
  const index = new PatternIndex(rules);
  const action = (target: string) => inShort(applyRedirects(index, { target, authority: "localhost", fields: {} }));
  expect([action("/p9998"), action("/d9999/x"), action("/p10000")]).toEqual(["301 /q9998", "301 /e9999/x", undefined]);
});

test.each([
  // That is the path of the request itself.
  ["/* /:splat", "/x/..//evil.test", undefined],
  ["/* /y/:splat", "/x/..//evil.test", "301 /y/x/../evil.test"],
  ["/* /:splat", "//evil.test", "301 /evil.test"],
  ["/x/* /:splat", "/x/%2F/evil.test", "301 /%2F/evil.test"],
  ["/x/* /:splat", "/x//evil.test", "301 /evil.test"],
  ["/x/* /:splat", "/x/\\evil.test", "301 /%5Cevil.test"],
  ["/x/* /:splat", "/x/%5c/evil.test", "301 /%5C/evil.test"],
  ["/x/* /:splat", "/x/%09/evil.test", "301 /%09/evil.test"],
  ["/x/* /:splat", "/x/https://evil.test", "301 /https:/evil.test"],
  ["/x/:a /\\:a", "/x/evil.test", "301 /%5Cevil.test"],
  ["/x to=:to /:to", "/x?to=/evil.test", "301 /%2Fevil.test"],
  ["/x to=:to /:to", "/x?to=%5C%5Cevil.test", "301 /%5C%5Cevil.test"],
  ["/x/* https://good.test/:splat", "/x/@evil.test", "301 https://good.test/@evil.test"],
  ["/x/* https://good.test:splat", "/x/@evil.test", undefined],
  ["/x/* //good.test/:splat", "/x/a", "301 https://good.test/a"],
  ["/x/* https://archive.test/:splat", "/x/https://good.test/", "301 https://archive.test/https://good.test/"],
  ["/x/* /out?to=:splat", "/x/https://good.test/", "301 /out?to=https%3A%2F%2Fgood.test%2F"],
  ["/x/y/:a https://good.test/:a", "/x//y//z", "301 https://good.test/z"],
  ["/x/* https://archive.test/https://good.test/:splat", "/x/a", "301 https://archive.test/https://good.test/a"],
])("by %s, %s stays on the host that is named: %s", (file, target, action) => {
  expect(inShort(actionFor(file, target))).toBe(action);
});

test.each([
  ["/* /:splat", "/a"],
  ["/* /:splat?x=1", "/a?x=1"],
  ["/a/* /a/:splat 200", "/a/b"],
  ["https://me.test/* https://me.test/:splat", "/a?b"],
  ["/dir/* /dir/:splat/", "/dir/a/"],
])("%s is passed over for %s: it would never end", (file, target) => {
  expect(actionFor(file, target, { host: "me.test" })).toBeUndefined();
});

test.each(["/%zz", "/%ff", "/a\u0001", "/a#b"])("no rule applies to %j, which names nothing", (target) => {
  expect(actionFor("/* /elsewhere 301!", target)).toBeUndefined();
});
