import type { Driver } from "../browser/driver.js";
import { openDriver, type BrowserChoice } from "../browser/open-driver.js";
import { chooseTemplates } from "../browser/templates.js";
import { errorOf } from "../errors.js";
import { viewportText } from "../scanner/css/media-queries.js";
import type { PageNeeds } from "../scanner/types.js";
import type { SiteSource } from "../server/scan/scan-options.js";
import type { Load } from "./measure/measured-load.js";
import { PUSH, WAYS, type WayName } from "./measure/ways.js";
import { figuresOf, pushFiguresOf, type WayLoads } from "./page-figures.js";
import { ReportProgress } from "./report-progress.js";
import { ReportSite } from "./report-site.js";
import type { PageResult, PushFigures, Report } from "./types.js";
import { isOpen, verdictOf } from "./verdict.js";

export interface ReportOptions extends BrowserChoice {
  /** URL paths; one page of each template without it. */
  readonly pages?: readonly string[] | undefined;
  readonly network: Report["network"];
  readonly runs: number;
  /** Milliseconds. */
  readonly think: number;
  readonly signal: AbortSignal;
  /** Told after each load. */
  readonly onProgress: (count: number, total: number) => void;
  /** Told of each page when it has been measured. */
  readonly onPage: (page: PageResult) => void;
  /** Told of each page that could not be loaded. */
  readonly onLeftOut: (page: string) => void;
}

/** Pages that are loaded without being named. */
const MOST_PAGES = 10;

/** For one load, in milliseconds. */
const LOAD_TIMEOUT = 60_000;

/**
 * Loads pages by each way of serving them, cold and in turn, and compares
 * what comes of it.
 *
 * @param needs of each page, by reading
 * @throws {H2PushError} "browser" when there is none, or it does not start
 */
export async function runReport(
  site: SiteSource,
  needs: ReadonlyMap<string, PageNeeds>,
  options: ReportOptions,
): Promise<Report> {
  const { driver, certificate, viewport } = await openDriver(site, options, { timeout: LOAD_TIMEOUT, isolated: true });
  const { network, runs, think } = options;
  const date = new Date().toISOString();
  const sites: ReportSite[] = [];
  try {
    for (const way of [...WAYS, PUSH]) {
      sites.push(await ReportSite.open(way, { site, certificate, network, think, needs }));
    }
    const pages = await measurePages(choosePages(needs, options), sites, driver, options);
    const conditions = { browser: driver.version, network, viewport: viewportText(viewport), think, runs };
    return { version: 1, date, ...conditions, pages };
  } finally {
    await driver.close();
    await Promise.all(sites.map((site) => site.close()));
  }
}

/** The home page, then one other page of each template, those with the most pages first. */
function choosePages(needs: ReadonlyMap<string, PageNeeds>, { pages, onNotice }: ReportOptions): readonly string[] {
  if (pages !== undefined) return [...needs.keys()];
  const entries = new Map([...needs].map(([page, { entries }]) => [page, entries]));
  const templates = chooseTemplates(entries, { all: false, limit: Number.POSITIVE_INFINITY });
  const [home = "/"] = [...needs.keys()].toSorted((a, b) => a.length - b.length);
  const others = templates
    .toSorted((a, b) => b.pages.length - a.pages.length)
    .flatMap(({ pages }) => pages.find((page) => page !== home) ?? []);
  const firsts = [home, ...others];
  if (firsts.length > MOST_PAGES)
    onNotice(`${MOST_PAGES} of ${firsts.length} templates are loaded: --page names others`);
  return firsts.slice(0, MOST_PAGES);
}

async function measurePages(
  pages: readonly string[],
  all: readonly ReportSite[],
  driver: Driver,
  options: ReportOptions,
): Promise<readonly PageResult[]> {
  const [pushSite] = all.slice(-1);
  const sites = all.slice(0, -1);
  if (pushSite === undefined) return [];
  const progress = new ReportProgress(pages.length, sites.length, options);
  const results: PageResult[] = [];
  for (const page of pages) {
    try {
      const result = await measurePage(page, { sites, pushSite }, driver, options, progress);
      results.push(result);
      options.onPage(result);
    } catch (error) {
      if (options.signal.aborted) break;
      options.onNotice(`${page} ${errorOf(error).message.split("\n", 1)[0]}: it is left out`);
      options.onLeftOut(page);
    }
    progress.pageDone();
  }
  return results;
}

/** A way of serving a page, what it tells, and how the page was loaded so far. */
interface Measured extends WayLoads {
  readonly site: ReportSite;
  readonly tells: string;
  readonly loads: Load[];
}

/** Those whose loads so far leave open if they make a difference, behind that without help; none without any. */
function openOf(measured: readonly Measured[]): readonly Measured[] {
  const open = new Set(
    figuresOf(measured)
      .filter(isOpen)
      .map(({ name }) => name),
  );
  return measured.filter(({ way }, at) => open.has(way.name) || (at === 0 && open.size > 0));
}

async function measurePage(
  page: string,
  { sites, pushSite }: { readonly sites: readonly ReportSite[]; readonly pushSite: ReportSite },
  driver: Driver,
  options: ReportOptions,
  progress: ReportProgress,
): Promise<PageResult> {
  const { signal, runs, think, network } = options;
  const told = new Map<string, ReportSite>();
  const alike: Partial<Record<WayName, WayName>> = {};
  for (const site of sites) {
    const tells = await site.prepare(page, driver, signal);
    progress.loaded();
    const other = told.get(tells);
    if (other === undefined) told.set(tells, site);
    else alike[site.way.name] = other.way.name;
  }
  progress.measuring(told.size);
  const measured: Measured[] = [...told].map(([tells, site]) => ({ site, tells, way: site.way, loads: [] }));
  const measure = async (some: readonly Measured[], runs: number) => {
    for (let run = 0; run < runs; run++) {
      for (const { site, tells, loads } of inTurn(some, run)) {
        loads.push(await site.load(page, driver, signal, tells));
        progress.loaded();
      }
    }
  };
  await measure(measured, runs);
  const open = openOf(measured);
  progress.more(open.length * runs);
  await measure(open, runs);
  const ways = figuresOf(measured);
  const push = await measurePush(ways[0]?.sample, pushSite, options);
  const foreign = [...new Set(measured.flatMap(({ loads }) => loads.flatMap(({ foreign }) => foreign)))];
  const verdict = verdictOf(ways, { ...network, think, runs });
  return { path: page, ways, alike, ...(push === undefined ? {} : { push }), foreign, verdict };
}

/** Loads what a browser has asked for by a client that takes pushes, and by one that does not, in turn. */
async function measurePush(
  asked: Load | undefined,
  site: ReportSite,
  { runs, signal }: ReportOptions,
): Promise<PushFigures | undefined> {
  if (asked === undefined || asked.requests.length < 2) return undefined;
  const load = (name: "without" | "pushed") =>
    site.loadByClient(asked, name === "pushed", signal).catch(unlessAborted(signal));
  const loads: Record<"without" | "pushed", Load[]> = { without: [], pushed: [] };
  // The first load fills what the server keeps.
  await load("pushed");
  for (let run = 0; run < runs; run++) {
    for (const name of inTurn(["without", "pushed"] as const, run)) {
      const loaded = await load(name);
      if (loaded !== undefined) loads[name].push(loaded);
    }
  }
  return pushFiguresOf(loads.without, loads.pushed);
}

/** What the browser has measured does not go for a load by our own client that failed. */
const unlessAborted = (signal: AbortSignal) => (error: unknown) => {
  if (signal.aborted) throw error;
  return undefined;
};

/** Each is the first one as often as the others: what a busy machine takes, it takes from all. */
const inTurn = <T>(all: readonly T[], run: number): readonly T[] => {
  const first = run % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
};
