import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerResponse } from "node:http";
import { resolve } from "node:path";
import envPaths from "env-paths";
import type { Plugin, PreviewServer, ResolvedConfig } from "vite";
import { openSite, type OpenSite } from "../site/open-site.js";
import type { SiteOptions } from "../site/site-options.js";
import { isSignerTrusted, loadStoredPair } from "../tls/store/load-stored-pair.js";
import { answerOrNext } from "./middleware.js";
import { entryModules, moduleLinks } from "./vite-modules.js";

export type { SiteOptions };

export interface H2PushOptions extends SiteOptions {
  /** False leaves `server.https` and `preview.https` as they are; else h2push's own pair is used where none is set. */
  readonly https?: boolean;
}

/**
 * Plugin for Vite 8. `vite preview` serves the build as h2push does; pages of
 * the development server name, in a `Link` field, the modules that their
 * scripts import: those that Vite has made, which from the second load on are
 * all of them. Both over HTTPS, with a certificate of the authority that
 * `h2push cert trust` makes known to browsers.
 */
export function h2push({ https = true, ...options }: H2PushOptions = {}): Plugin {
  /** The response that is being made. */
  const responses = new AsyncLocalStorage<ServerResponse>();
  let config: ResolvedConfig | undefined;
  let site: OpenSite | undefined;
  return {
    name: "h2push",
    async config({ server, preview }, { command, mode }) {
      if (!https || command !== "serve" || mode === "test") return undefined;
      const pair = await loadStoredPair({ directory: dataDirectory() });
      const own = { cert: pair.cert, key: pair.key };
      return { server: { https: server?.https ?? own }, preview: { https: preview?.https ?? server?.https ?? own } };
    },
    configResolved(resolved) {
      config = resolved;
    },
    transformIndexHtml: {
      order: "post",
      // Called for pages that Vite makes, and for nothing that it passes on or serves as it is.
      async handler(html, { server }) {
        const response = responses.getStore();
        if (server === undefined || response === undefined) return;
        // A plugin may fail to resolve a module: the page goes without the field.
        const link = await moduleLinks(server.environments["client"]?.moduleGraph, entryModules(html)).catch(() => {});
        if (link === undefined || response.headersSent) return;
        response.setHeader("link", [response.getHeader("link") ?? [], link].flat().map(String));
      },
    },
    configureServer({ middlewares }) {
      middlewares.use((_request, response, next) => responses.run(response, next));
    },
    async configurePreviewServer(server) {
      const opened = await openSite(buildOf(server), { ...(await optionsOf(server)), ...options });
      site = opened;
      const isProxied = proxiedBy(server);
      server.middlewares.use((request, response, next) => {
        const target = request.originalUrl ?? request.url ?? "";
        if (isProxied(target)) next();
        else answerOrNext(opened, request, response, target, next);
      });
    },
    async closePreviewServer() {
      await site?.close();
    },
  };

  /** What Vite's configuration says of the site. */
  async function optionsOf({ config: { base, appType, preview } }: PreviewServer): Promise<SiteOptions> {
    const { allowedHosts } = preview;
    return {
      ...(base.startsWith("/") ? { base } : {}),
      header: Object.entries(preview.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((one) => `${name}: ${one}`),
      ),
      single: appType === "spa",
      trusted: https && config?.preview.https !== undefined && (await isSignerTrusted({ directory: dataDirectory() })),
      ...(allowedHosts === true ? {} : { allowHost: allowedHosts.flatMap(hostsOf) }),
    };
  }
}

/** Where the pair and the authority are, which the command line uses too. */
const dataDirectory = () => envPaths("h2push", { suffix: "" }).data;

const buildOf = ({ config: { root, environments } }: PreviewServer) =>
  resolve(root, environments["client"]?.build.outDir ?? "dist");

/** Whether Vite passes a target on to another server: by a prefix, or by a regular expression behind "^". */
function proxiedBy({ config: { preview } }: PreviewServer): (target: string) => boolean {
  const contexts = Object.keys(preview.proxy ?? {});
  return (target) =>
    contexts.some((context) =>
      context.startsWith("^") ? new RegExp(context).test(target) : target.startsWith(context),
    );
}

/** Vite's ".example.com" means the name and all below it. */
const hostsOf = (host: string) => (host.startsWith(".") ? [host.slice(1), `*${host}`] : [host]);
