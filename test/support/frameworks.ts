import { createSecureServer } from "node:http2";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { onTestFinished } from "vitest";
import { h2push as forExpress, overHttp2 } from "../../src/adapters/express.js";
import { h2push as forFastify } from "../../src/adapters/fastify.js";
import { h2push as forHono } from "../../src/adapters/hono.js";
import type { OpenSite } from "../../src/index.js";
import { listen } from "./mounted.js";
import { testCertificate } from "./server.js";

/** A page of a route, which names a stylesheet of the site. */
export const routePage = `<!doctype html><title>route</title><link rel="stylesheet" href="/a.css"><p>route`;

/**
 * Applications with a site and with routes of their own: /hello is a page, /slow
 * the same when `whenSlow` says so, POST /form answers "posted". Each resolves with
 * the port of HTTP/2 and HTTP/1.1 over TLS, until the test is finished.
 */
export const frameworks: Record<string, (site: OpenSite, whenSlow?: () => Promise<void>) => Promise<number>> = {
  async express(site, whenSlow) {
    const app = express();
    app.use(forExpress(site));
    app.get("/hello", (_request, response) => void response.send(routePage));
    app.get("/slow", async (_request, response) => {
      await whenSlow?.();
      response.send(routePage);
    });
    app.post("/form", (_request, response) => void response.send("posted"));
    return listen(createSecureServer({ ...(await testCertificate()), allowHTTP1: true }, overHttp2(app)));
  },
  async fastify(site, whenSlow) {
    const app = fastify({ http2: true, https: { ...(await testCertificate()), allowHTTP1: true } });
    await app.register(forFastify, { site });
    app.get("/hello", (_request, reply) => reply.type("text/html").send(routePage));
    app.get("/slow", async (_request, reply) => {
      await whenSlow?.();
      return reply.type("text/html").send(routePage);
    });
    app.post("/form", () => "posted");
    await app.ready();
    return listen(app.server);
  },
  async hono(site, whenSlow) {
    const app = new Hono();
    app.use(forHono(site));
    app.get("/hello", (context) => context.html(routePage));
    app.get("/slow", async (context) => {
      await whenSlow?.();
      return context.html(routePage);
    });
    app.post("/form", (context) => context.text("posted"));
    const serverOptions = { ...(await testCertificate()), allowHTTP1: true };
    return new Promise((resolve) => {
      const options = {
        fetch: app.fetch,
        port: 0,
        hostname: "localhost",
        createServer: createSecureServer,
        serverOptions,
      };
      const server = serve(options, ({ port }) => resolve(port));
      onTestFinished(() => void server.close());
    });
  },
};
