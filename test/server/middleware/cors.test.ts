import { expect, test } from "vitest";
import type { Route } from "../../../src/index.js";
import { ask, type Protocol } from "../../support/ask.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";
import { startUpstream } from "../../support/upstream.js";

const protocols: readonly Protocol[] = ["HTTP/2", "HTTP/1.1"];
const files = {
  "index.html": `<link rel="stylesheet" href="/a.css">`,
  "a.css": "a {} ".repeat(1000),
  "docs/b.html": "b",
};
const origin = { origin: "https://app.example" };

const route: Route = (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/route") return new Response("route");
  if (pathname !== "/own") return undefined;
  return new Response("own", {
    headers: {
      "access-control-allow-origin": "https://own.example",
      vary: "Accept",
      "cross-origin-opener-policy": "unsafe-none",
    },
  });
};

async function serve(options: object) {
  const upstream = await startUpstream((request, response) => {
    response.setHeader("vary", "origin");
    if (request.url === "/api/own") response.setHeader("access-control-allow-origin", "https://up.example");
    response.end("upstream");
  });
  return startServer({ root: await writeSite(files), routes: [route], proxy: [`/api=${upstream.origin}`], ...options });
}

const everywhere = ["/", "/a.css", "/docs", "/none", "/route", "/api/x"];

test.each(protocols)("without --cors nothing is said of other origins over %s", async (protocol) => {
  const { port } = await serve({});
  for (const target of everywhere) {
    const { headers } = await ask(port, protocol, target, "GET", origin);
    expect(Object.keys(headers).filter((name) => /^access-control|^cross-origin/.test(name))).toEqual([]);
  }
  const preflight = { ...origin, "access-control-request-method": "PUT" };
  const { status, headers } = await ask(port, protocol, "/a.css", "OPTIONS", preflight);
  expect([status, Object.keys(headers).filter((name) => name.startsWith("access-control"))]).toEqual([204, []]);
});

test.each(protocols)("with --cors every response may be read over %s", async (protocol) => {
  const { port } = await serve({ cors: true });
  for (const target of everywhere) {
    const { headers } = await ask(port, protocol, target, "GET", origin);
    expect([target, headers["access-control-allow-origin"]]).toEqual([target, "*"]);
    expect(headers["access-control-expose-headers"]).toBe("*");
  }
});

test.each(protocols)("with an origin, that one may read over %s, and caches are told so", async (protocol) => {
  const { port } = await serve({ cors: "https://app.example" });
  for (const target of everywhere) {
    const { headers } = await ask(port, protocol, target);
    expect([target, headers["access-control-allow-origin"]]).toEqual([target, "https://app.example"]);
    expect(
      headers.vary
        ?.toLowerCase()
        .split(/, */)
        .filter((name) => name === "origin"),
    ).toEqual(["origin"]);
  }
  const { headers } = await ask(port, protocol, "/a.css");
  expect(headers.vary).toBe("accept-encoding, origin");
});

test("what a route or an upstream says itself stands", async () => {
  const { port } = await serve({ cors: true, coi: true });
  const { headers } = await http1(port, "/own");
  expect(headers).toMatchObject({
    "access-control-allow-origin": "https://own.example",
    vary: "Accept",
    "cross-origin-opener-policy": "unsafe-none",
    "cross-origin-embedder-policy": "require-corp",
  });
  expect((await http1(port, "/api/own")).headers["access-control-allow-origin"]).toBe("https://up.example");
});

test("what is pushed may be read too, and into an isolated page", async () => {
  const { port } = await serve({ cors: true, coi: true });
  const { headers, pushed } = await (await connect(port)).page("/");
  const fields = {
    "access-control-allow-origin": "*",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "cross-origin",
  };
  expect(headers).toMatchObject(fields);
  expect(pushed.get("/a.css")?.headers).toMatchObject(fields);
});

test.each(protocols)("a preflight is answered over %s with what it asks for", async (protocol) => {
  const { port } = await serve({ cors: "https://app.example" });
  for (const target of everywhere) {
    const { status, headers, body } = await ask(port, protocol, target, "OPTIONS", {
      ...origin,
      "access-control-request-method": "PUT",
      "access-control-request-headers": "content-type, x-own",
      "access-control-request-private-network": "true",
    });
    expect([target, status, body.length]).toEqual([target, 204, 0]);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "content-type, x-own",
      "access-control-allow-private-network": "true",
      "access-control-max-age": "7200",
    });
  }
});

test("a preflight needs no password, as none comes with it; what follows does, and says so to the page", async () => {
  const { port } = await serve({ cors: true, auth: "me:secret" });
  const fields = {
    ...origin,
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization",
  };
  expect((await http1(port, "/", { method: "OPTIONS", headers: fields })).status).toBe(204);
  const { status, headers } = await http1(port, "/", { headers: origin });
  expect([status, headers["access-control-allow-origin"]]).toEqual([401, "*"]);
});

test.each([[{ origin: "https://app.example" }], [{ "access-control-request-method": "PUT" }], [{}]])(
  "OPTIONS with %j is no preflight",
  async (headers) => {
    const { port } = await serve({ cors: true });
    const { status, headers: fields } = await http1(port, "/a.css", { method: "OPTIONS", headers });
    expect([status, fields.allow, fields["access-control-allow-methods"]]).toEqual([
      204,
      "GET, HEAD, OPTIONS",
      undefined,
    ]);
  },
);

test.each(["app.example", "https://app.example/path", "./site", "", "https://", "data:x"])(
  "--cors %j is refused at the start",
  async (cors) => {
    await expect(startServer({ cors })).rejects.toMatchObject({ code: "usage", message: `not an origin: ${cors}` });
  },
);
