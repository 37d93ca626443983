import { H2PushError } from "../errors.js";
import { checkOptions } from "../server/options/check-options.js";
import type { Settings } from "../server/options/options-table.js";
import type { ServerOptions } from "../server/options/server-options.js";

/** Options that are about connections and other answers than files: they are those of the server around a site. */
export const serverOnly = [
  "port",
  "host",
  "redirect",
  "certificate",
  "tlsMin",
  "maxConnections",
  "maxStreams",
  "idleTimeout",
  "headerTimeout",
  "stallTimeout",
  "rtt",
  "kbps",
  "loss",
  "inspect",
  "inspectPublic",
  "routes",
  "proxy",
  "proxyTimeout",
] as const satisfies readonly (keyof ServerOptions)[];

/** What a site is to do: the options of a server that are about files, pages and their delivery. */
export type SiteOptions = Omit<ServerOptions, "root" | (typeof serverOnly)[number]>;

/**
 * The settings among the options of a site, checked.
 *
 * @throws {H2PushError} "usage", naming the option
 */
export function checkSiteOptions(options: SiteOptions): Settings {
  const settings = checkOptions(options);
  const wrong = serverOnly.find((name) => Reflect.get(options, name) !== undefined);
  if (wrong === undefined) return settings;
  throw new H2PushError(
    "usage",
    `not an option of a site: ${wrong}`,
    "set it where the server around the site is made",
  );
}
