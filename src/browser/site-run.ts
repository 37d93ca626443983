import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorOf } from "../errors.js";
import { withLearned } from "../learn/learned-needs.js";
import type { ManifestEntry, PushManifest } from "../manifest/types.js";
import type { PageNeeds } from "../scanner/types.js";
import type { ServerOptions } from "../server/options/server-options.js";
import type { SiteSource } from "../server/scan/scan-options.js";
import { openScan } from "../server/scan/scan-setting.js";
import type { PemPair } from "../tls/issue/certificate.js";
import { browserEntries, type SeenPage } from "./browser-entries.js";
import type { Driver } from "./driver.js";
import { ObservedSite } from "./observed-site.js";
import type { RunOptions } from "./run-pages.js";
import { inBoth, seenTargets, type SeenTarget } from "./seen-targets.js";
import { commonEntries, SAMPLE_PAGES, type Template } from "./templates.js";

/** What was found out of one page. */
interface Observed {
  readonly seen: readonly SeenTarget[];
  entries: readonly ManifestEntry[];
  readonly mayHaveImportMap: boolean;
}

export interface RunContext {
  readonly site: SiteSource;
  readonly needs: ReadonlyMap<string, PageNeeds>;
  /** Those that are loaded. */
  readonly pages: readonly string[];
  readonly driver: Driver;
  readonly certificate: PemPair;
  readonly options: RunOptions;
}

/** Targets in one line. */
const MAX_NAMED_TARGETS = 10;

/** What is found out of a site in one run. */
export class Run {
  readonly #context: RunContext;
  readonly #observed = new Map<string, Observed>();
  #loads = 0;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Loads each page twice, with nothing announced. */
  async observe(): Promise<void> {
    const { lookup } = await openScan(this.#context.site, () => undefined);
    const look: SeenPage["look"] = (target, navigates) => lookup.look({ target, navigates }, undefined);
    await this.#eachPage(
      { delivery: "none" },
      this.#context.pages,
      async (pathname, site) => {
        const { origin } = site;
        const loads = [await this.#load(pathname, site), await this.#load(pathname, site)] as const;
        const [first, second] = loads.map((load) => seenTargets(load, origin, pathname));
        const { common, differing } = inBoth(first ?? new Map(), second ?? new Map());
        await this.#sayDiffering(pathname, differing, look);
        const file = await look(pathname, true);
        if (file.kind !== "file") return;
        const [load] = loads;
        const entries = await browserEntries(common, { file, origin, load, look });
        this.#observed.set(pathname, { seen: common, entries, mayHaveImportMap: load.report.hasImportMap });
      },
      "it has what reading finds",
    );
  }

  /** Loads each page with what was found announced, and takes the announcement from what is asked for more often then. */
  async check(): Promise<void> {
    const pages = [...this.#observed].filter(([, { entries }]) => entries.some(({ rel }) => rel !== undefined));
    this.#loads = 3 * this.#context.pages.length - pages.length;
    const folder = await mkdtemp(join(tmpdir(), "h2push-"));
    try {
      const manifest = join(folder, "manifest.json");
      await writeFile(manifest, JSON.stringify(this.#manifest()));
      const delivery = { delivery: "link", announce: "all", manifest } as const;
      await this.#eachPage(
        delivery,
        pages.map(([pathname]) => pathname),
        (pathname, site) => this.#checkPage(pathname, site),
        "it was not tried with all of it announced",
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #checkPage(pathname: string, site: ObservedSite): Promise<void> {
    const observed = this.#observed.get(pathname);
    const announced = seenTargets(await this.#load(pathname, site), site.origin, pathname);
    if (observed === undefined) return;
    const before = new Map(observed.seen.map(({ target, count }) => [target, count]));
    const isTwice = (target: string) => (announced.get(target)?.count ?? 0) > (before.get(target) ?? 0);
    observed.entries = observed.entries.map((entry) => (isTwice(entry.target) ? withoutLink(entry) : entry));
  }

  /** What each page needs by reading and by what was observed. */
  needs(templates: readonly Template[]): ReadonlyMap<string, PageNeeds> {
    const all = new Map(this.#context.needs);
    for (const { pages, loaded } of templates) {
      const observed = loaded.flatMap((page) => this.#observed.get(page) ?? []);
      const common = observed.length < SAMPLE_PAGES ? [] : commonEntries(observed.map(({ entries }) => entries));
      for (const pathname of pages) {
        const needs = this.#context.needs.get(pathname);
        if (needs !== undefined) all.set(pathname, this.#merged(pathname, needs, common));
      }
    }
    return all;
  }

  #merged(pathname: string, needs: PageNeeds, common: readonly ManifestEntry[]): PageNeeds {
    const observed = this.#observed.get(pathname);
    if (observed === undefined) return withLearned(needs, this.#context.pages.includes(pathname) ? [] : common, NONE);
    const mayHaveImportMap = needs.mayHaveImportMap || observed.mayHaveImportMap;
    return withLearned({ ...needs, mayHaveImportMap }, observed.entries, NONE);
  }

  #manifest(): PushManifest {
    const pages = [...this.#observed.keys()].flatMap((pathname) => {
      const needs = this.#context.needs.get(pathname);
      return needs === undefined ? [] : [[pathname, this.#merged(pathname, needs, []).entries] as const];
    });
    return { version: 1, pages: Object.fromEntries(pages) };
  }

  /**
   * Opens a server, and does something with each page. One that fails is named.
   *
   * @param otherwise what that means, in words
   */
  async #eachPage(
    delivery: ServerOptions,
    pages: readonly string[],
    act: (pathname: string, site: ObservedSite) => Promise<void>,
    otherwise: string,
  ): Promise<void> {
    const { certificate, options } = this.#context;
    const { signal, onNotice } = options;
    const { root, base = "/", single = false } = this.#context.site;
    if (signal.aborted || pages.length === 0) return;
    // Clients have to ask anew for what they have, so that what they ask for twice is seen.
    const site = await ObservedSite.open({
      root,
      base,
      single,
      certificate,
      cache: 0,
      learn: false,
      ...delivery,
    });
    try {
      for (const pathname of pages) {
        try {
          await act(pathname, site);
        } catch (error) {
          if (signal.aborted) return;
          onNotice(`${pathname} ${firstLineOf(error)}: ${otherwise}`);
        }
      }
    } finally {
      await site.close();
    }
  }

  async #load(pathname: string, site: ObservedSite) {
    const { driver, options, pages } = this.#context;
    const load = await driver.load(site, pathname, options.signal);
    this.#loads += 1;
    options.onProgress(this.#loads, 3 * pages.length);
    return load;
  }

  /** Says what is left out, as far as it is a file of the site that reading has not found. */
  async #sayDiffering(pathname: string, differing: readonly string[], look: SeenPage["look"]): Promise<void> {
    const known = new Set(this.#context.needs.get(pathname)?.entries.map(({ target }) => target));
    const unknown = differing.filter((target) => !known.has(target));
    const found = await Promise.all(unknown.map((target) => look(target, false)));
    const left = unknown.filter((_, at) => found[at]?.kind === "file");
    if (left.length === 0) return;
    const more = left.length > MAX_NAMED_TARGETS ? ` and ${left.length - MAX_NAMED_TARGETS} more` : "";
    const named = left.slice(0, MAX_NAMED_TARGETS).join(" ");
    this.#context.options.onNotice(
      `${pathname} did not ask for this in each load, and it is left out: ${named}${more}`,
    );
  }
}

/** The first line: a driver's error goes on with a log. */
const firstLineOf = (error: unknown) => errorOf(error).message.split("\n", 1)[0];

const NONE: ReadonlySet<string> = new Set();

function withoutLink(entry: ManifestEntry): ManifestEntry {
  const { rel: _, ...unlinked } = entry;
  return unlinked;
}
