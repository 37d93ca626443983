import { expect, test } from "vitest";
import { fieldsOf, parseField } from "../../src/rules/headers/field.js";
import { changeFields, changesFor } from "../../src/rules/headers/fields.js";
import { readHeaders } from "../../src/rules/rule-set.js";

/** The fields that a file's rules give to the response for a URL, beside those it has. */
function fieldsFor(file: string, url: string, own: Record<string, string> = {}, status = 200) {
  const [, authority = "", target = ""] = /^https:\/\/([^/]*)(.*)$/.exec(url) ?? [];
  const changes = changesFor(readHeaders(file).rules.all, [], { target, authority });
  return changes === undefined ? own : changeFields(changes, status, own);
}

const cloudflare = `# This is a comment
/secure/page
  X-Frame-Options: DENY
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer

/static/*
  Access-Control-Allow-Origin: *
  X-Robots-Tag: nosnippet

https://myproject.pages.dev/*
  X-Robots-Tag: noindex
`;

test.each<[url: string, fields: Record<string, string>]>([
  [
    "https://custom.domain/secure/page",
    { "x-frame-options": "DENY", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" },
  ],
  ["https://custom.domain/static/image.jpg", { "access-control-allow-origin": "*", "x-robots-tag": "nosnippet" }],
  ["https://myproject.pages.dev/home", { "x-robots-tag": "noindex" }],
  [
    "https://myproject.pages.dev:8443/secure/page?a=b",
    {
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
    },
  ],
  [
    "https://myproject.pages.dev/static/styles.css",
    { "access-control-allow-origin": "*", "x-robots-tag": "nosnippet, noindex" },
  ],
  ["https://custom.domain/other", {}],
])("Cloudflare's table: %s has %j", (url, fields) => {
  expect(fieldsFor(cloudflare, url)).toEqual(fields);
});

test.each<[what: string, file: string, url: string, fields: Record<string, string>]>([
  [
    "Cloudflare: a field is taken away again",
    "/*\n  Content-Security-Policy: default-src 'self';\n\n/*.jpg\n  ! Content-Security-Policy",
    "https://a.test/x.jpg",
    {},
  ],
  [
    "Cloudflare: and stays elsewhere",
    "/*\n  Content-Security-Policy: default-src 'self';\n\n/*.jpg\n  ! Content-Security-Policy",
    "https://a.test/x.png",
    { "content-security-policy": "default-src 'self';" },
  ],
  [
    "Cloudflare: a placeholder in a value",
    `/movies/:title\n  x-movie-name: You are watching ":title"`,
    "https://a.test/movies/the%20heat%22",
    { "x-movie-name": `You are watching "the%20heat%22"` },
  ],
  [
    "Cloudflare: a placeholder of the host in a value",
    "https://:project.pages.dev/*\n  Access-Control-Allow-Origin: https://staging.:project.pages.dev/",
    "https://shop.pages.dev/a",
    { "access-control-allow-origin": "https://staging.shop.pages.dev/" },
  ],
  ["Cloudflare: a splat in a value", "/a/*\n  x-rest: :splat", "https://a.test/a/b/c", { "x-rest": "b/c" }],
  [
    "Netlify: paths with their fields",
    "# a path:\n/templates/index.html\n  # fields for that path:\n  X-Frame-Options: DENY\n# another path:\n/templates/index2.html\n  X-Frame-Options: SAMEORIGIN",
    "https://a.test/templates/index2.html",
    { "x-frame-options": "SAMEORIGIN" },
  ],
  [
    "Netlify: a field of several values",
    "/*\n  cache-control: max-age=0\n  cache-control: no-cache\n  cache-control: no-store\n  cache-control: must-revalidate",
    "https://a.test/",
    { "cache-control": "max-age=0, no-cache, no-store, must-revalidate" },
  ],
  [
    "Netlify: wildcards and placeholders",
    "/templates/:placeholder/tmpl.html\n  X-A: 1\n/*\n  X-B: 2",
    "https://a.test/templates/x/tmpl.html",
    { "x-a": "1", "x-b": "2" },
  ],
  ["Netlify: a splat for no segment", "/*/payload.json\n  X-A: 1", "https://a.test/payload.json", { "x-a": "1" }],
  ["and for two", "/*/payload.json\n  X-A: 1", "https://a.test/a/b/payload.json", { "x-a": "1" }],
  ["and no more than that", "/*/payload.json\n  X-A: 1", "https://a.test/a/xpayload.json", {}],
  ["no space is needed in front of a field", "/a\nX-A:1", "https://a.test/a", { "x-a": "1" }],
  ["a name that no placeholder has stays", "/:a\n  x: https://b :a :b", "https://a.test/1", { x: "https://b 1 :b" }],
])("%s", (_what, file, url, fields) => {
  expect(fieldsFor(file, url)).toEqual(fields);
});

test.each<[rule: string, status: number, own: Record<string, string>, fields: Record<string, string>]>([
  ["cache-control: max-age=9", 200, { "cache-control": "no-cache" }, { "cache-control": "max-age=9" }],
  ["cache-control: max-age=9", 304, { "cache-control": "no-cache" }, { "cache-control": "max-age=9" }],
  ["cache-control: max-age=9", 404, { "cache-control": "no-cache" }, { "cache-control": "no-cache" }],
  ["cache-control: max-age=9", 301, { "cache-control": "no-cache" }, { "cache-control": "no-cache" }],
  ["content-type: text/plain", 200, { "content-type": "text/html" }, { "content-type": "text/plain" }],
  ["content-type: text/plain", 304, {}, {}],
  ["content-type: text/plain", 404, { "content-type": "text/html" }, { "content-type": "text/html" }],
  [
    "content-type: a/b",
    206,
    { "content-type": "multipart/byteranges; boundary=x" },
    { "content-type": "multipart/byteranges; boundary=x" },
  ],
  ["vary: origin", 200, { vary: "accept-encoding" }, { vary: "accept-encoding, origin" }],
  ["! vary", 200, { vary: "accept-encoding" }, { vary: "accept-encoding" }],
  ["! etag", 200, { etag: `"1"`, x: "y" }, { x: "y" }],
  ["link: </a.css>; rel=preload", 200, {}, { link: "</a.css>; rel=preload" }],
  [
    "link: </a.css>; rel=preload",
    200,
    { link: "</b.js>; rel=preload" },
    { link: "</b.js>; rel=preload, </a.css>; rel=preload" },
  ],
  [
    "link: </a.css>; rel=preload",
    200,
    { link: "</a.css>; rel=preload, </b.js>" },
    { link: "</a.css>; rel=preload, </b.js>" },
  ],
  ["link: </a.css>; rel=preload", 404, {}, {}],
  ["! link", 200, { link: "</b.js>; rel=preload" }, { link: "</b.js>; rel=preload" }],
  ["x-a: b", 404, {}, { "x-a": "b" }],
])("%s with %i makes %j into %j", (rule, status, own, fields) => {
  expect(fieldsFor(`/*\n  ${rule}`, "https://a.test/x", own, status)).toEqual(fields);
});

test("each cookie is a field line of its own", () => {
  const changed = fieldsFor("/*\n  set-cookie: a=1, 2\n  set-cookie: b=2", "https://a.test/", {
    "set-cookie": "own=1",
  });
  expect(changed).toEqual({ "set-cookie": ["own=1", "a=1, 2", "b=2"] });
});

test("the command line goes before the file, and leaves its other fields", () => {
  const { rules } = readHeaders("/*\n  x-a: 1\n  x-b: 1");
  const changes = changesFor(rules.all, fieldsOf(["x-a: 2", "x-a: 3"]), { target: "/", authority: "" });
  expect(changes && changeFields(changes, 200, {})).toEqual({ "x-a": "2, 3", "x-b": "1" });
});

test.each<[lines: string, line: number, message: string]>([
  ["X-A: 1\n", 1, "no path above X-A: 1"],
  ["/x\nhello", 2, "neither a path nor a field: hello"],
  ["/x\n  X A: 1", 2, "not the name of a field: x a"],
  ["/x\n  : 1", 2, "not a field: : 1"],
  ["/x\n  X-A:", 2, "no value for x-a"],
  ["/x\n  X-A: é", 2, "characters that a field can't hold: X-A: é"],
  ["/x\n  X-A: a\u0000b", 2, "characters that a field can't hold"],
  ["/x\n  Content-Length: 5", 2, "content-length is the server's to set"],
  ["/x\n  ! Content-Encoding", 2, "content-encoding is the server's to set"],
  ["/x\n  :status: 500", 2, "not a field: :status: 500"],
  ["/x\n  Location: /y", 2, "location is set by _redirects"],
  ["/x\n  Basic-Auth: someuser", 2, "basic-auth takes name:password"],
  ["/x\n  Basic-Auth:", 2, "basic-auth takes name:password"],
  ["/x\n  ! Basic-Auth", 2, "basic-auth is no field of a response"],
  ["/a*b*\n  X-A: 1", 1, "a pattern has one splat (*) at most: /a*b*"],
  ["https://a.test:80/\n  X-A: 1", 1, "without port"],
  ["/x\n  ETag: mine", 2, "not an entity tag, quotes included: ETag: mine"],
  ["/x\n", 1, "no fields below /x"],
  [`/x\n  X-B: 1\n  X-A: ${"b".repeat(9000)}`, 3, "the line is longer"],
])("%j is told with its line", (lines, line, message) => {
  const { errors } = readHeaders(`${lines}\n/fine\n  X-Fine: 1`);
  expect(errors.map((error) => error.line)).toEqual([line]);
  expect(errors[0]?.message).toContain(message);
  expect(fieldsFor(`${lines}\n/fine\n  X-Fine: 1`, "https://a.test/fine")).toEqual({ "x-fine": "1" });
});

test.each(["connection", "date", "trailer", "transfer-encoding", "upgrade", "keep-alive", "content-range"])(
  "%s can't be set",
  (name) => {
    expect(parseField(`${name}: x`)).toBe(`${name} is the server's to set`);
  },
);
