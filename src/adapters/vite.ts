import { resolve } from "node:path";
import envPaths from "env-paths";
import type { Connect, Plugin, PreviewServer, ResolvedConfig, ViteDevServer } from "vite";
import { openSite, type OpenSite } from "../site/open-site.js";
import type { SiteOptions } from "../site/site-options.js";
import { isSignerTrusted, loadStoredPair } from "../tls/store/load-stored-pair.js";
import { answerOrNext, whenDone } from "./middleware.js";
import { entryModules, moduleLinks } from "./vite-modules.js";

export type { SiteOptions };

export interface H2PushOptions extends SiteOptions {
  /** False leaves `server.https` and `preview.https` as they are; else h2push's own pair is used where none is set. */
  readonly https?: boolean;
}

/**
 * Plugin for Vite 8. `vite preview` serves the build as h2push does; pages of
 * the development server name, in a `Link` field, the modules that their
 * scripts import, from the second load on. Both over HTTPS, with a certificate
 * of the authority that `h2push cert trust` makes known to browsers.
 */
export function h2push({ https = true, ...options }: H2PushOptions = {}): Plugin {
  const pages = new Map<string, readonly string[]>();
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
      handler(html, { path, server }) {
        if (server !== undefined) pages.set(path, entryModules(html));
      },
    },
    configureServer(server) {
      server.middlewares.use(linkingPages(server, pages));
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

type Handler = Connect.NextHandleFunction;

/** Puts into the responses for pages what the scripts of the page have imported before. */
function linkingPages({ environments, config }: ViteDevServer, pages: ReadonlyMap<string, readonly string[]>): Handler {
  return (request, response, next) => {
    const path = (request.url ?? "").replace(/[?#].*$/s, "");
    const entries =
      pages.get(path.endsWith("/") ? `${path}index.html` : path) ??
      (config.appType === "spa" ? pages.get("/index.html") : undefined);
    const isPage = request.method === "GET" && request.headers.accept?.includes("text/html") === true;
    if (!isPage || entries === undefined) return next();
    const go = (link: string | undefined) => {
      if (link !== undefined) response.setHeader("link", link);
      next();
    };
    void whenDone(moduleLinks(environments["client"]?.moduleGraph, entries), go, next);
  };
}
