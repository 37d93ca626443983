import { expect, test } from "vitest";
import { relocatedCookie } from "../../../src/server/proxy/fields/cookie.js";
import { relocated, relocatedLinks, relocatedRefresh } from "../../../src/server/proxy/fields/location.js";
import { parseProxyRule } from "../../../src/server/proxy/proxy-rule.js";
import { ask } from "../../support/ask.js";
import { startServer } from "../../support/server.js";
import { startUpstream } from "../../support/upstream.js";

const KEPT = "/api=http://up:3000";
const MOVED = "/api=http://up:3000/v1";
const DROPPED = "/api=http://up:3000/";
const ALL = "/=http://up:3000/v1";
const us = "localhost:8443";

test.each([
  [KEPT, "http://up:3000/login?x#y", "/login?x#y"],
  [KEPT, "http://up:3000", "/"],
  [KEPT, "HTTP://UP:3000/x", "/x"],
  [KEPT, "//up:3000/x", "/x"],
  [KEPT, "http://up:3000?x", "/?x"],
  // It goes by x-forwarded-proto, and not by x-forwarded-host.
  [KEPT, "https://up:3000/x", "/x"],
  [KEPT, "http://up/x", "http://up/x"],
  [KEPT, "http://up:3000@evil.test/x", "http://up:3000@evil.test/x"],
  [KEPT, "http://a@up:3000/x", "http://a@up:3000/x"],
  [KEPT, "http://up:3000.evil.test/x", "http://up:3000.evil.test/x"],
  [KEPT, "http://[/x", "http://[/x"],
  [KEPT, "https://localhost:8443/x", "https://localhost:8443/x"],
  [KEPT, "next", "next"],
  [KEPT, "/caf\u00c3\u00a9", "/caf\u00c3\u00a9"],
  ["/api=http://up", "http://up:80/x", "/x"],
  ["/api=https://up", "https://up:443/x", "/x"],
  // Another server: to take it for the same would be a loop.
  ["/api=http://up", "https://up/x", "https://up/x"],
  ["/api=http://[::1]:3000/v1", "http://[::1]:3000/v1/x", "/api/x"],
  // This machine by another of its names.
  ["/api=http://localhost:3000/v1", "http://127.0.0.1:3000/v1/x", "/api/x"],
  ["/api=http://127.0.0.1:3000", "http://[::1]:3000/x", "/x"],
  ["/api=http://localhost:3000", "http://127.0.0.1:3001/x", "http://127.0.0.1:3001/x"],
  ["/api=http://localhost:3000", "https://localhost:8443/x", "https://localhost:8443/x"],
  [KEPT, "http://127.0.0.1:3000/x", "http://127.0.0.1:3000/x"],
  [MOVED, "/v1/x?y", "/api/x?y"],
  [MOVED, "/v1?y", "/api?y"],
  [MOVED, "/v10", "/v10"],
  [MOVED, "http://up:3000", "/"],
  // It goes by x-forwarded-host.
  [MOVED, "https://localhost:8443/v1/x", "/api/x"],
  [MOVED, "https://localhost:8443/api/x", "https://localhost:8443/api/x"],
  [MOVED, "https://other.test/v1/x", "https://other.test/v1/x"],
  [DROPPED, "/x", "/api/x"],
  [DROPPED, "http://up:3000", "/api/"],
  [DROPPED, "https://localhost:8443/x", "/api/x"],
  [DROPPED, "https://localhost:8443/api/x", "https://localhost:8443/api/x"],
  [DROPPED, "//other.test/x", "//other.test/x"],
  [ALL, "/v1", "/"],
  [ALL, "/v1?x", "/?x"],
  [ALL, "/v1/x", "/x"],
])("under --proxy %s, %s reads %s", (rule, reference, expected) => {
  expect(relocated(parseProxyRule(rule), reference, us)).toBe(expected);
});

test.each([
  [MOVED, "a=1", "a=1"],
  [
    MOVED,
    "a=1; Path=/v1/x; Secure; SameSite=None; Partitioned",
    "a=1; Path=/api/x; Secure; SameSite=None; Partitioned",
  ],
  [MOVED, "a=1; path=/v1", "a=1; path=/api"],
  [MOVED, "a=1;Path=/v1/ ;HttpOnly", "a=1;Path=/api/;HttpOnly"],
  [MOVED, "a=1; Path=/v10", "a=1; Path=/v10"],
  [MOVED, "a=1; Path=/", "a=1; Path=/"],
  [MOVED, "a=1; Path=v1", "a=1; Path=v1"],
  [MOVED, "a=Path=/v1; Path=/v1", "a=Path=/v1; Path=/api"],
  [KEPT, "a=1; Path=/api/x", "a=1; Path=/api/x"],
  [DROPPED, "a=1; Path=/x", "a=1; Path=/api/x"],
  // Everywhere is everywhere: pages of ours read it too.
  [DROPPED, "a=1; Path=/", "a=1; Path=/"],
  [ALL, "a=1; Path=/v1", "a=1; Path=/"],
  [DROPPED, "__Host-a=1; Secure; Path=/", "__Host-a=1; Secure; Path=/"],
  [KEPT, "a=1; Domain=up; Secure", "a=1; Secure"],
  [KEPT, "a=1; domain=.UP;Path=/", "a=1;Path=/"],
  [KEPT, "a=1; Domain=localhost; Path=/", "a=1; Domain=localhost; Path=/"],
  [KEPT, "a=caf\u00c3\u00a9; Domain=up", "a=caf\u00c3\u00a9"],
])("under --proxy %s, the cookie %s reads %s", (rule, cookie, expected) => {
  expect(relocatedCookie(parseProxyRule(rule), cookie, us)).toBe(expected);
});

test("a domain that covers us too stays", () => {
  const rule = parseProxyRule("/api=https://api.example.test");
  expect(relocatedCookie(rule, "a=1; Domain=example.test", "app.example.test")).toBe("a=1; Domain=example.test");
  expect(relocatedCookie(rule, "a=1; Domain=example.test", us)).toBe("a=1");
});

test.each([
  ["5", "5"],
  ["5; url=http://up:3000/v1/x", "5; url=/api/x"],
  ["0;URL='/v1/x'", "0;URL='/api/x'"],
  ["0; url=https://other.test/v1", "0; url=https://other.test/v1"],
])("a refresh field %s reads %s", (field, expected) => {
  expect(relocatedRefresh(parseProxyRule(MOVED), field, us)).toBe(expected);
});

test.each([
  ["<http://up:3000/v1/items?page=2>; rel=next", "</api/items?page=2>; rel=next"],
  [
    '</v1/a>; rel="prev"; title="a, <b>", <https://other.test/v1>; rel=next',
    '</api/a>; rel="prev"; title="a, <b>", <https://other.test/v1>; rel=next',
  ],
  // The content names it so too.
  [
    "<http://up:3000/v1/a.css>; rel=preload; as=style, </v1/b.js>; rel=modulepreload",
    "<http://up:3000/v1/a.css>; rel=preload; as=style, </v1/b.js>; rel=modulepreload",
  ],
  ["<broken", "<broken"],
])("a link field %s reads %s", (field, expected) => {
  expect(relocatedLinks(parseProxyRule(MOVED), field, us)).toBe(expected);
});

test.each(["HTTP/2", "HTTP/1.1"] as const)("cookies and references lead back here over %s", async (protocol) => {
  const upstream = await startUpstream((_request, response) => {
    response.writeHead(201, {
      location: `${upstream.origin}/v1/made`,
      "content-location": "/v1/made",
      refresh: `1; url=${upstream.origin}/v1/made`,
      link: `<${upstream.origin}/v1/next>; rel=next`,
      "set-cookie": ["a=1; Domain=127.0.0.1; Path=/v1", "b=2; Path=/; HttpOnly"],
    });
    response.end();
  });
  const { port } = await startServer({ proxy: [`/api=${upstream.origin}/v1`] });
  const { headers } = await ask(port, protocol, "/api/make");
  expect(headers).toMatchObject({
    location: "/api/made",
    "content-location": "/api/made",
    refresh: "1; url=/api/made",
    link: "</api/next>; rel=next",
    "set-cookie": ["a=1; Path=/api", "b=2; Path=/; HttpOnly"],
  });
});
