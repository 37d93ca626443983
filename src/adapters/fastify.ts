import type { FastifyPluginAsync } from "fastify";
import type { OpenSite } from "../site/open-site.js";

export type { OpenSite };

export interface H2PushOptions {
  readonly site: OpenSite;
}

/**
 * Plugin for Fastify 5, in all of its contexts: the site answers what no route
 * does, and the pages of routes go with what they need.
 */
export const h2push: FastifyPluginAsync<H2PushOptions> = Object.assign(
  async (fastify: Parameters<FastifyPluginAsync>[0], { site }: H2PushOptions) => {
    fastify.addHook("onRequest", async ({ raw, is404 }, reply) => {
      if (!is404) site.accompany(raw, reply.raw);
      else if (await site.handle(raw, reply.raw)) reply.hijack();
    });
  },
  // What fastify-plugin sets: the hook is for the whole application.
  { [Symbol.for("skip-override")]: true, [Symbol.for("fastify.display-name")]: "h2push" },
);
