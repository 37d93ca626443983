import { setTimeout as after } from "node:timers/promises";
import { announced } from "../../bench/program.js";
import type { Probe, Probes } from "../probes/probe.js";
import type { Seen, SweepBrowser, Window } from "./browser.js";
import type { ProbeServer } from "./sites.js";

/** What a page came to by one means. */
interface Outcome extends Seen {
  /** Request targets, each as often as it was asked for. */
  readonly asked: readonly string[];
}

/** What is not as by the first means, by probe. */
export type Differences = Readonly<Record<string, readonly string[]>>;

/** Pages that are open at the same time. */
const OPEN = 8;

/** So long a stylesheet is taken from the cache as it was, by every means (milliseconds). */
const FRESH = 2000;

/** A means by which a probe seems to be otherwise. */
interface Suspicion {
  readonly name: string;
  readonly trial: Trial;
  readonly server: ProbeServer;
}

/**
 * Loads every probe by every means, and says where something is not as it is by the first of them. Many pages are
 * loaded at a time; a busy machine may be why one is otherwise, so what seems to be is tried again when all is over,
 * by itself.
 *
 * @param time no probe is begun later (milliseconds); those that were not have no entry
 */
export async function sweep(
  probes: Probes,
  browser: SweepBrowser,
  [first, ...others]: readonly [ProbeServer, ...ProbeServer[]],
  time: number,
): Promise<Differences> {
  const found: Record<string, string[]> = {};
  const suspicions: Suspicion[] = [];
  const waiting = Object.entries(probes);
  const end = performance.now() + time;
  const work = async () => {
    const window = await browser.window();
    for (let next = waiting.shift(); next !== undefined && performance.now() < end; next = waiting.shift()) {
      const [name, probe] = next;
      const trial = new Trial(name, probe, browser, window);
      found[name] = [];
      const differing = await trial.differing(first, others).catch((error: unknown) => failed(found[name], error));
      suspicions.push(...differing.map((server) => ({ name, trial, server })));
    }
    await window.close();
  };
  await Promise.all(Array.from({ length: OPEN }, work));
  for (const { name, trial, server } of suspicions) {
    const lines = await trial.lasting(first, server).catch((error: unknown) => [`failed: ${String(error)}`]);
    found[name]?.push(...lines.map((line) => `${server.means}: ${line}`));
  }
  return found;
}

function failed(lines: string[] | undefined, error: unknown): ProbeServer[] {
  lines?.push(`failed: ${String(error)}`);
  return [];
}

/** One probe in one browser. */
class Trial {
  readonly #name: string;
  readonly #probe: Probe;
  readonly #browser: SweepBrowser;
  readonly #window: Window;
  #stays = true;

  constructor(name: string, probe: Probe, browser: SweepBrowser, window: Window) {
    this.#name = name;
    this.#probe = probe;
    this.#browser = browser;
    this.#window = window;
  }

  /** The servers by which it is otherwise than by the first. */
  async differing(first: ProbeServer, others: readonly ProbeServer[]): Promise<ProbeServer[]> {
    const all = await Promise.all(
      [first, ...others].map(async (server) => [server, await this.#told(server)] as const),
    );
    // By every means as long as by the others: what is fresh for two seconds is asked for again after that.
    this.#stays = /preload/.test(JSON.stringify(this.#probe)) || all.some(([, told]) => told.includes("preload"));
    const expected = await this.#outcome(first);
    const tried = new Set(all.slice(0, 1).map(([, told]) => told));
    const found: ProbeServer[] = [];
    for (const [server, told] of all.slice(1)) {
      // What is told the same can't come out otherwise.
      if (tried.has(told)) continue;
      tried.add(told);
      if (compare(expected, await this.#outcome(server)).length > 0) found.push(server);
    }
    return found;
  }

  /** What is otherwise twice again, in windows that have been nowhere. */
  async lasting(first: ProbeServer, server: ProbeServer): Promise<string[]> {
    let lines: string[] = [];
    for (let time = 0; time < 2; time++) {
      lines = compare(await this.#outcome(first, true), await this.#outcome(server, true));
      if (lines.length === 0) break;
    }
    return lines;
  }

  /** What the documents of the probe announce. */
  async #told({ origin }: ProbeServer): Promise<string> {
    const { files, change, slow } = this.#probe;
    // Later on it may be told otherwise.
    if (change !== undefined || slow !== undefined) return origin;
    const paths = Object.keys(files).filter((path) => path.endsWith("html"));
    const urls = paths.map((path) => `${origin}/${this.#name}/${path === "index.html" ? "" : path}`);
    return (await Promise.all(urls.map((url) => announced(url)))).join("\n");
  }

  async #outcome(server: ProbeServer, again = false): Promise<Outcome> {
    const probe = this.#probe;
    const name = this.#name;
    const { width, scale, dark, files, change } = probe;
    if (change !== undefined) await server.write(name, files);
    const before = server.asked(name).length;
    const between = async () => {
      if (change === undefined) return;
      await after(FRESH);
      await server.write(name, change);
    };
    const fresh = again || (width ?? scale ?? dark) !== undefined;
    const window = fresh ? await this.#browser.fresh(probe) : this.#window;
    const { state, console } = await window.visit({
      url: `${server.origin}/${name}/`,
      probe,
      stays: this.#stays,
      between,
    });
    if (fresh) await window.close();
    const local = (text: string) => text.replaceAll(server.origin, "").replaceAll(/localhost:\d+/g, "");
    return {
      state: probe.unordered === true ? sortOrder(local(state)) : local(state),
      console: console.map(local).sort(),
      // For the script of a service worker it asks again when it sees fit.
      asked: server
        .asked(name)
        .slice(before)
        .filter((target) => !target.endsWith("/sw.js"))
        .sort(),
    };
  }
}

function sortOrder(state: string): string {
  const parsed: unknown = JSON.parse(state);
  if (typeof parsed !== "object" || parsed === null || !("order" in parsed) || !Array.isArray(parsed.order))
    return state;
  return JSON.stringify({ ...parsed, order: parsed.order.map(String).sort() }, undefined, 1);
}

/** What is in one outcome and not in the other, line by line. */
function compare(expected: Outcome, actual: Outcome): string[] {
  const lines = (text: string) => text.split("\n");
  return [
    ...onlyIn("page", lines(expected.state), lines(actual.state)),
    // What is not complained of any more is no harm, and a script that ran for it has left its trace.
    ...without(actual.console, expected.console).map((line) => `console: + ${line}`),
    // From the cache what was asked for twice is asked for once.
    ...without(actual.asked, expected.asked).map((target) => `requests: + ${target}`),
    ...expected.asked.filter((target) => !actual.asked.includes(target)).map((target) => `requests: - ${target}`),
  ];
}

function onlyIn(what: string, expected: readonly string[], actual: readonly string[]): string[] {
  const more = without(actual, expected).map((line) => `${what}: + ${line.trim()}`);
  const less = without(expected, actual).map((line) => `${what}: - ${line.trim()}`);
  const moved = more.length + less.length === 0 && expected.join("\n") !== actual.join("\n");
  return moved ? [`${what}: in another order: ${actual.join(" ")}`] : [...more, ...less];
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
