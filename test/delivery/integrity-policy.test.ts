import { expect, test } from "vitest";
import { blockedDestinations, withoutBlocked } from "../../src/delivery/integrity-policy.js";
import type { Route, ServerOptions } from "../../src/index.js";
import { connect } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

test.each([
  ["blocked-destinations=(script)", ["script"]],
  ["blocked-destinations=(script style), endpoints=(main)", ["script", "style"]],
  ["sources=(inline), blocked-destinations=(style)", ["style"]],
  ["blocked-destinations=(script), sources=()", []],
  ["blocked-destinations=(script), blocked-destinations=(style)", ["style"]],
  ["blocked-destinations=()", []],
  ["script", []],
])("reads the policy %j", (value, destinations) => {
  expect([...blockedDestinations([value])]).toEqual(destinations);
});

test("a Link field keeps what no policy blocks, and what has integrity and CORS", () => {
  const kept = [
    "</a.css>; rel=preload; as=style",
    '</b.js>; rel=modulepreload; integrity="sha384-x"',
    '</c.js>; rel=preload; as=script; crossorigin; integrity="sha384-x"',
    "</next.html>; rel=next",
    "<https://cdn.test>; rel=preconnect",
  ];
  const blocked = [
    "</d.js>; rel=modulepreload",
    "</e.js>; rel=preload; as=script",
    '</f.js>; rel=preload; as=script; integrity="sha384-x"',
  ];
  const field = [...kept, ...blocked].join(", ");
  expect(withoutBlocked(field, ["blocked-destinations=(script)"])).toBe(kept.join(", "));
  expect(withoutBlocked(field, [])).toBe(field);
});

const site = {
  "index.html": `<link rel=stylesheet href=a.css><script src=a.js></script><script type=module src=m.js></script>`,
  "a.css": "a {}",
  "a.js": "1",
  "m.js": "2",
};

async function announced(policy: string, options: ServerOptions) {
  const root = await writeSite({ ...site, _headers: `/\n  Integrity-Policy: ${policy}` });
  const { port } = await startServer({ root, announce: "all", trusted: true, ...options });
  const { request } = await connect(port, { settings: { enablePush: false } });
  const { headers, informational } = await request("/", navigation);
  return [...informational, headers].map(({ link }) =>
    [...String(link).matchAll(/<(.*?)>/g)].map(([, target]) => target),
  );
}

test.each([
  ["blocked-destinations=(script)", ["/a.css"]],
  ["blocked-destinations=(style)", ["/a.js", "/m.js"]],
])("with %s, neither the 103 nor the response of a page of files names what would be refused", async (policy, left) => {
  expect(await announced(policy, { delivery: "hints" })).toEqual([left, left]);
  expect(await announced(policy, { delivery: "link" })).toEqual([left]);
});

test("what a policy refuses when it is announced is pushed all the same", async () => {
  const root = await writeSite({ ...site, _headers: "/\n  Integrity-Policy: blocked-destinations=(script style)" });
  const { port } = await startServer({ root });
  const { pushed, headers } = await (await connect(port)).page("/");
  expect([[...pushed.keys()].sort(), headers.link]).toEqual([["/a.css", "/a.js", "/m.js"], undefined]);
});

test("what a route's response blocked, the next 103 for its path does not name", async () => {
  const link = "</a.css>; rel=preload; as=style, </a.js>; rel=preload; as=script";
  const route: Route = async ({ url }) => {
    if (!url.endsWith("/slow")) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 60));
    return new Response("", { headers: { link, "integrity-policy": "blocked-destinations=(script)" } });
  };
  const { port } = await startServer({ root: await writeSite(site), routes: [route], trusted: true });
  const { request } = await connect(port, { settings: { enablePush: false } });
  await request("/slow", navigation);
  const { informational } = await request("/slow", navigation);
  expect(informational.map((fields) => fields.link)).toEqual(["</a.css>; rel=preload; as=style"]);
});

test("a 103 that a route sends itself goes by the policy of _headers", async () => {
  const links = ["</a.css>; rel=preload; as=style", "</a.js>; rel=preload; as=script"];
  const route: Route = (_request, context) => new Response(String(context.earlyHints(links)));
  const root = await writeSite({ ...site, _headers: "/*\n  Integrity-Policy: blocked-destinations=(script)" });
  const { port } = await startServer({ root, routes: [route], trusted: true });
  const { request } = await connect(port, { settings: { enablePush: false } });
  const { informational, body } = await request("/", navigation);
  expect([informational.map((fields) => fields.link), String(body)]).toEqual([[links[0]], "true"]);
});
