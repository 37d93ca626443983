import { fieldsOf } from "../rules/field.js";
import { openTree, type FileTree } from "../static/tree.js";
import { Representations } from "../static/representations.js";
import type { Connections } from "./connection.js";
import { credentialsFile } from "./credentials.js";
import { openDressers } from "./dressers.js";
import { LearnedLinks } from "./early-hints.js";
import { openGates, proxied } from "./gate.js";
import type { Hosts } from "./hosts.js";
import type { Live } from "./live/live.js";
import type { Settings } from "./options.js";
import { checkRoot } from "./root.js";
import { ruleFiles, SiteRules } from "./rules.js";
import type { ServerOptions } from "./server-options.js";
import type { Site } from "./site.js";
import { siteScanner, type ServerScanner } from "./site-scanner.js";

/** The server that a site is opened for. */
export interface Surroundings {
  readonly options: ServerOptions;
  readonly settings: Settings;
  readonly hosts: Hosts;
  readonly connections: Connections;
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal;
}

/** A site whose files, rules and pages are looked at, until it is closed. */
export interface OpenSite {
  readonly site: Site;
  /** Looks at the rules, and in idle time at the pages, before anybody asks for them. */
  lookAhead(): Promise<void>;
  /** Looks at everything again with the next request. */
  lookAgain(): void;
  close(): Promise<void>;
}

const MEGABYTE = 1_000_000;

/**
 * Opens what a server answers from.
 *
 * @throws {H2PushError} "root", "manifest", "unavailable" for what the user can put right
 */
export async function openSite(server: Surroundings): Promise<OpenSite> {
  const { options, settings } = server;
  if (options.root !== undefined) await checkRoot(options.root);
  const tree = options.root === undefined ? undefined : await openFiles(options.root, server);
  const scanner = tree === undefined ? undefined : await openScanner(tree, server);
  const live = settings.live && tree && scanner ? await openLive(tree, scanner, server) : undefined;
  const rules = openRules(tree, server);
  const [gates, dressers] = await Promise.all([openGates(settings), openDressers(settings)]);
  // Live reload comes last: it looks at the policy that a page has in the end.
  const all = [rules.dresser, ...dressers, ...(live === undefined ? [] : [live.dresser])];
  const parts = { tree, scanner: live?.scanner ?? scanner, live, rules, gates, dressers: all };
  return {
    site: siteOf(parts, server),
    lookAhead: () => lookAhead(parts, server),
    lookAgain() {
      tree?.lookAgain();
      scanner?.lookAgain();
      rules.lookAgain();
      live?.changed();
    },
    close: async () => scanner?.close(),
  };
}

function openFiles(root: string, { options, settings }: Surroundings): Promise<FileTree> {
  const { dotfiles, symlinks, compress, auth } = settings;
  const hidden = [options.hidden ?? [], credentialsFile(auth) ?? []].flat();
  return openTree(root, { hidden, reserved: ruleFiles, dotfiles, symlinks, precompressed: compress });
}

async function openScanner(tree: FileTree, { options, settings }: Surroundings): Promise<ServerScanner> {
  const { manifest, viewport, watch } = settings;
  if (manifest !== undefined) return (await import("./manifest-scanner.js")).manifestScanner(tree, manifest);
  return siteScanner(tree, { viewport, watch, ...told(options) });
}

async function openLive(tree: FileTree, scanner: ServerScanner, server: Surroundings): Promise<Live> {
  const { options, settings, connections, closing } = server;
  const { single, watch } = settings;
  const { createLive } = await import("./live/live.js");
  return createLive({ tree, scanner, single, watch, connections, closing, ...told(options) });
}

function openRules(tree: FileTree | undefined, { options, settings }: Surroundings): SiteRules {
  return new SiteRules({ root: tree?.root, fields: fieldsOf(settings.header), ...told(options) });
}

/** Who is told what the user should know of, and what went wrong. */
const told = ({ onNotice, onError }: ServerOptions) => ({
  notice: (text: string) => onNotice?.(text),
  report: (error: Error) => onError?.(error),
});

/** What a site is put together from that was opened for it. */
type Parts = Pick<Site, "tree" | "scanner" | "rules" | "gates" | "dressers"> & { readonly live: Live | undefined };

function siteOf(parts: Parts, { options, settings, hosts, connections, closing }: Surroundings): Site {
  const { delivery, pushCount, pushBytes, serverTiming, single, list, memory, compress, cache } = settings;
  return {
    ...parts,
    representations: new Representations({
      memory: memory * MEGABYTE,
      compress,
      // What is swapped or loaded anew has to be asked for.
      cache: parts.live === undefined || cache === "off" ? cache : 0,
      insert: parts.live?.inserter,
    }),
    single,
    list,
    hosts,
    routes: options.routes ?? [],
    isProxied: proxied(settings.proxy),
    limits: { mode: delivery, pushCount, pushBytes },
    serverTiming,
    hints: new LearnedLinks(),
    hintsHelp: delivery === "hints" || (delivery === "auto" && options.trusted === true),
    connections,
    closing,
    ...told(options),
  };
}

async function lookAhead({ tree, scanner, rules }: Parts, { options, settings, connections, closing }: Surroundings) {
  const { onScan, onError } = options;
  try {
    await rules.look(performance.now());
    if (onScan === undefined || tree === undefined || scanner === undefined) return;
    const { scanAhead } = await import("./scan-ahead.js");
    const summary = await scanAhead(tree.root, rules.scanner(scanner), connections, closing);
    // What an upstream answers is not missing.
    const isProxied = proxied(settings.proxy);
    const missing = summary?.missing.filter(({ target }) => !isProxied(target)) ?? [];
    if (summary !== undefined) onScan({ ...summary, missing });
  } catch (error) {
    onError?.(error instanceof Error ? error : new Error(String(error)));
  }
}
