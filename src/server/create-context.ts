import { errorOf } from "../errors.js";
import { fieldsOf } from "../rules/headers/field.js";
import { openTree, type FileTree } from "../files/tree.js";
import { Representations } from "../files/representation/representations.js";
import type { Connections } from "./listen/connections.js";
import { credentialsFile, readCredentials } from "./middleware/password.js";
import type { HeaderTransform } from "./http/exchange.js";
import { RememberedLinks } from "./page-delivery/early-hints.js";
import { Traffic } from "./page-delivery/traffic.js";
import { openMountedPipeline, openPipeline } from "./pipeline.js";
import { proxied } from "./proxy/proxy-rule.js";
import type { Hosts } from "./middleware/host-check.js";
import type { Live } from "./live-reload/live.js";
import type { LiveChange } from "./live-reload/shared-changes.js";
import type { Settings } from "./options/options-table.js";
import { checkRoot } from "./files/root.js";
import { ruleFiles, SiteRules } from "./middleware/site-rules.js";
import type { ServerOptions } from "./options/server-options.js";
import type { Site } from "./context.js";
import { tellOnce } from "../io/tell-once.js";
import { sitePages } from "./scan/site-pages.js";
import { SiteLookup } from "./files/site-lookup.js";
import { callbacks, type Callbacks } from "./callbacks.js";
import { LazyScanner, type ServerScanner } from "./scan/lazy-scanner.js";

/** The server that a context is opened for. */
export interface ServerParts {
  readonly options: ServerOptions;
  readonly settings: Settings;
  readonly hosts: Hosts;
  readonly connections: Connections;
  /** Aborted when the server begins to close. */
  readonly closing: AbortSignal;
  /** The site is a part of another server, which answers what the site has no answer for. */
  readonly mounted?: { readonly changed: () => void };
}

/** The same with what many of its parts are given. */
interface Opening extends ServerParts {
  readonly told: Callbacks;
  readonly isProxied: Site["isProxied"];
}

/** What requests are answered from: files, rules and pages are looked at until it is closed. */
export interface OpenContext {
  readonly site: Site;
  /** Looks at the rules, and in idle time at the pages, before anybody asks for them. */
  lookAhead(): Promise<void>;
  /** Looks at everything again with the next request. */
  invalidate(): void;
  /** The same at once, and open pages load anew: how many. */
  reload(): number;
  close(): Promise<void>;
}

const MEGABYTE = 1_000_000;

/**
 * Opens what a server answers from.
 *
 * @throws {H2PushError} "root", "manifest", "unavailable" for what the user can put right
 */
export async function openContext(given: ServerParts): Promise<OpenContext> {
  const { options, settings, mounted } = given;
  const server: Opening = { ...given, told: callbacks(options), isProxied: proxied(settings.proxy) };
  if (options.root !== undefined) await checkRoot(options.root);
  const inspect = settings.inspect ? await openInspector(settings) : undefined;
  const [{ steps, close }, headerTransforms] = await Promise.all([
    mounted === undefined
      ? openPipeline(settings, (options.routes ?? []).length > 0, inspect?.step)
      : // Where no hosts are named, the server around it knows its own.
        openMountedPipeline(settings, options.allowHost !== undefined),
    openHeaderTransforms(settings),
  ]);
  const tree = options.root === undefined ? undefined : await openFiles(options.root, server);
  const rules = await openRules(tree, server);
  const lookup = tree && openLookup(tree, rules, server);
  const scanner = lookup && (await openScanner(lookup, server));
  const traffic = lookup && (await openTraffic(lookup, rules, server));
  const live = settings.live && lookup && scanner ? await openLive(lookup, scanner, rules, server) : undefined;
  // Live reload comes last: it looks at the policy that a page has in the end.
  rules.headerTransforms = [...headerTransforms, ...(live === undefined ? [] : [live.headerTransform])];
  const inspector = inspect?.inspector;
  const parts = { lookup, scanner: live?.scanner ?? scanner, live, rules, traffic, inspector, steps };
  const look = onceAtATime(() => lookAhead(parts, server));
  const invalidate = () => {
    tree?.invalidate();
    scanner?.invalidate();
    rules.invalidate();
    live?.changed();
  };
  return {
    site: siteOf(parts, server),
    lookAhead: look,
    invalidate,
    reload() {
      invalidate();
      void look();
      return live?.reload() ?? 0;
    },
    close: async () => {
      close();
      await traffic?.close();
      await scanner?.close();
    },
  };
}

/** What writes down what happens, and what shows it. */
async function openInspector(settings: Settings) {
  const { Inspector, inspectStep } = await import("./inspect/index.js");
  const inspector = new Inspector();
  return { inspector, step: inspectStep(inspector, settings) };
}

/** The rules for the fields of every response that the settings ask for. */
async function openHeaderTransforms({ cors, coi }: Settings): Promise<readonly HeaderTransform[]> {
  if (cors === undefined && !coi) return [];
  const { corsTransform, isolationTransform } = await import("./middleware/cross-origin.js");
  return [cors === undefined ? [] : corsTransform(cors), coi ? isolationTransform : []].flat();
}

function openFiles(root: string, { options, settings }: Opening): Promise<FileTree> {
  const { base, dotfiles, symlinks, compress, auth, learnFile } = settings;
  const hidden = [options.hidden ?? [], credentialsFile(auth) ?? [], learnFile ?? []].flat();
  return openTree(root, { base, hidden, reserved: ruleFiles, dotfiles, symlinks, precompressed: compress });
}

/** What the answers to requests are looked up in, also before there are any. */
function openLookup(tree: FileTree, rules: SiteRules, { options, settings, told, isProxied }: Opening): SiteLookup {
  const routes = options.routes ?? [];
  return new SiteLookup({
    tree,
    rules,
    single: settings.single,
    list: settings.list,
    ...told,
    elsewhere: (target) => {
      if (isProxied(target)) return "passed on to another server";
      return routes.some((route) => route.answers?.(target) === true) ? "answered by a route" : undefined;
    },
  });
}

async function openScanner(lookup: SiteLookup, { settings, mounted, told }: Opening): Promise<ServerScanner> {
  const { manifest, viewport, watch, compress } = settings;
  if (manifest !== undefined) {
    const { manifestScanner } = await import("./scan/manifest-file-scanner.js");
    return manifestScanner(lookup, manifest, compress, told.notice);
  }
  return new LazyScanner(lookup, { viewport, watch, compressed: compress, changed: mounted?.changed, ...told });
}

/** Learns where pages are announced or pushed by it, or it is kept: a manifest that is given stays as it is. */
async function openTraffic(
  lookup: SiteLookup,
  rules: SiteRules,
  { settings, told, isProxied }: Opening,
): Promise<Traffic | undefined> {
  const { learn, learnFile, manifest, delivery, live } = settings;
  if (!learn || (learnFile === undefined && (manifest !== undefined || delivery === "none"))) return undefined;
  const file =
    learnFile === undefined
      ? undefined
      : await (await import("../learn/learn-file.js")).LearnFile.open(learnFile, told.report);
  const load = async () => {
    const { Learner } = await import("../learn/learner.js");
    return new Learner({ lookup: lookup.look, file, judges: !live, ...told });
  };
  return new Traffic({ load, rules, isProxied, ...told });
}

async function openLive(
  lookup: SiteLookup,
  scanner: ServerScanner,
  rules: SiteRules,
  { options, settings, connections, closing, told, isProxied }: Opening,
): Promise<Live> {
  const { watch, liveIgnore, liveDelay: delay } = settings;
  const ignores =
    liveIgnore.length === 0 ? undefined : (await import("./live-reload/ignored-files.js")).ignoredBy(liveIgnore);
  const { createLive } = await import("./live-reload/live.js");
  const changed = (change: LiveChange) => options.onLiveChange?.(change);
  const files = { lookup, scanner, rules, ignores, isProxied };
  return createLive({ ...files, watch, delay, connections, closing, changed, ...told });
}

async function openRules(tree: FileTree | undefined, { settings, told }: Opening): Promise<SiteRules> {
  const { base, header, auth } = settings;
  const credentials = auth === undefined ? undefined : await readCredentials(auth);
  return new SiteRules({ root: tree?.root, base, fields: fieldsOf(header), auth: credentials, ...told });
}

function unreadableTold({ notice }: Callbacks): Site["unreadable"] {
  const tell = tellOnce(notice);
  return (file, code) => tell(file, `not allowed to read ${file} (${code}): who asks for it gets 403`);
}

/** What a site is put together from that was opened for it. */
type OpenedParts = Pick<Site, "lookup" | "scanner" | "rules" | "traffic" | "inspector" | "steps"> & {
  readonly live: Live | undefined;
};

function siteOf(parts: OpenedParts, server: Opening): Site {
  const { options, settings, hosts, connections, closing, mounted, told, isProxied } = server;
  const { delivery, announce, pushCount, pushBytes, serverTiming, memory, compress, cache } = settings;
  return {
    ...parts,
    representations: new Representations({
      memory: memory * MEGABYTE,
      compress,
      // What is swapped or loaded anew has to be asked for.
      cache: parts.live === undefined || cache === "off" ? cache : 0,
      insert: parts.live?.inserter,
    }),
    hosts,
    isMounted: mounted !== undefined,
    routes: options.routes ?? [],
    isProxied,
    limits: { mode: delivery, announce, pushCount, pushBytes },
    serverTiming,
    keepsNothing: parts.live !== undefined || cache === "off" || cache === 0,
    hints: new RememberedLinks(),
    unreadable: unreadableTold(told),
    hintsHelp: delivery === "hints" || (delivery === "auto" && options.trusted === true),
    connections,
    closing,
    ...told,
  };
}

/** Calls while one is under way get that one. */
function onceAtATime(act: () => Promise<void>): () => Promise<void> {
  let under: Promise<void> | undefined;
  return () => (under ??= act().finally(() => (under = undefined)));
}

async function lookAhead(parts: OpenedParts, { options, connections, closing, told }: Opening) {
  const { lookup, scanner, rules } = parts;
  try {
    await rules.look();
    if (options.onScan === undefined || lookup === undefined || scanner === undefined) return;
    const { scanAhead } = await import("./scan/background-scan.js");
    const ruled = rules.scanner(scanner);
    const summary = await scanAhead(sitePages(lookup, rules, told.notice, ruled), ruled, connections, closing);
    if (summary !== undefined) options.onScan(summary);
  } catch (error) {
    told.report(errorOf(error));
  }
}
