import { createHash, X509Certificate } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { H2PushError, errorOf, hasSystemCode } from "../errors.js";
import type { Viewport } from "../scanner/css/media-queries.js";
import type { ObservedSite, SeenRequest } from "./observed-site.js";
import { NOTE_SCRIPT, REPORT_SCRIPT, type PageReport } from "./page-report.js";

export interface DriverOptions {
  /** The browser's program. */
  readonly path: string;
  readonly viewport: Viewport;
  /** Without its sandbox: root has to. */
  readonly unconfined: boolean;
  /** For the whole of a load, in milliseconds. */
  readonly timeout: number;
  /** That of the sites (PEM): the browser takes it for a valid one. */
  readonly certificate: string;
  /** Other hosts than this machine do not answer, whatever it can reach. */
  readonly isolated?: boolean;
}

/** One load of a page by a browser that had nothing of it. */
export interface ColdLoad {
  readonly requests: readonly SeenRequest[];
  readonly report: PageReport;
  /** URLs of scripts that were run, and whether as modules. */
  readonly scripts: ReadonlyMap<string, boolean>;
}

/** A load is over when nothing was asked for so long after the load event (milliseconds): what comes then is for later. */
const QUIET_MS = 500;

/** A page that asks again and again has no such pause: its load is over so long after the load event (milliseconds). */
const MAX_LOAD_MS = 5000;

/** A browser that hangs is given so long to end a page (milliseconds). */
const CLOSE_TIMEOUT_MS = 3000;

/** An installed browser, which loads pages without a window. */
export class Driver {
  readonly #options: DriverOptions;
  #browser: Browser | undefined;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /** @throws {H2PushError} "browser" when it doesn't start */
  async start(): Promise<void> {
    const { path, unconfined, certificate, isolated = false } = this.#options;
    const { chromium } = await playwright();
    try {
      this.#browser = await chromium.launch({
        executablePath: path,
        chromiumSandbox: !unconfined,
        args: [
          "--disable-quic",
          `--ignore-certificate-errors-spki-list=${publicKeyHash(certificate)}`,
          ...(isolated ? ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"] : []),
        ],
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
    } catch (error) {
      throw notStarted(path, error);
    }
  }

  /**
   * Loads a page in a profile of its own, to the first pause after its load event.
   *
   * @throws {Error} when that takes too long, or the page crashes, saying so; the signal's reason when it is aborted
   */
  load(site: ObservedSite, pathname: string, signal: AbortSignal): Promise<ColdLoad> {
    return this.inProfile(NOTE_SCRIPT, signal, (context, ended) => loadIn(context, site, pathname, ended));
  }

  /** What the browser calls itself: "Chrome 141.0.7390.37". */
  get version(): string {
    return `${this.#browser?.browserType().name() ?? ""} ${this.#browser?.version() ?? ""}`;
  }

  /**
   * Does something in a profile that has nothing from before, within the time for a load.
   *
   * @param script runs in each document before its own
   * @param act gets a signal that is aborted when the time is over
   * @throws {Error} when that takes too long, saying so; the signal's reason when it is aborted
   */
  async inProfile<T>(
    script: string,
    signal: AbortSignal,
    act: (context: BrowserContext, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    if (this.#browser?.isConnected() !== true) await this.start();
    const { timeout } = this.#options;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`was not loaded within ${timeout / 1000} s`)), timeout);
    const ended = AbortSignal.any([signal, late.signal]);
    const context = this.#profile(script);
    const done = context.then((opened) => act(opened, ended));
    try {
      return await Promise.race([done, rejection(ended)]);
    } finally {
      clearTimeout(timer);
      late.abort();
      const closed = context.then((opened) => opened.close());
      if (!(await within(CLOSE_TIMEOUT_MS, closed))) await this.close();
    }
  }

  async #profile(script: string): Promise<BrowserContext> {
    const { width, height, density, colorScheme } = this.#options.viewport;
    const context = await this.#browser?.newContext({
      viewport: { width, height },
      deviceScaleFactor: density,
      colorScheme,
      serviceWorkers: "block",
    });
    if (context === undefined) throw new Error("the browser has ended");
    await context.addInitScript(script);
    return context;
  }

  async close(): Promise<void> {
    const browser = this.#browser;
    this.#browser = undefined;
    if (browser !== undefined) await within(CLOSE_TIMEOUT_MS, browser.close());
  }
}

/** It is installed with this package, unless that was installed without optional ones. */
async function playwright() {
  try {
    return await import("playwright-core");
  } catch (error) {
    if (!hasSystemCode(error, "ERR_MODULE_NOT_FOUND")) throw error;
    const hint = "install it beside h2push: npm install playwright-core (with -g if h2push is global)";
    throw new H2PushError("browser", "playwright-core, which drives the browser, is not installed", hint);
  }
}

async function loadIn(
  context: BrowserContext,
  site: ObservedSite,
  pathname: string,
  signal: AbortSignal,
): Promise<ColdLoad> {
  const page = await context.newPage();
  const crashed = new Promise<never>((_, reject) => page.once("crash", () => reject(new Error("crashed"))));
  const scripts = await scriptsOf(context, page);
  site.begin();
  return Promise.race([visit(page, site, pathname, signal).then((visited) => ({ ...visited, scripts })), crashed]);
}

async function visit(
  page: Page,
  site: ObservedSite,
  pathname: string,
  signal: AbortSignal,
): Promise<Omit<ColdLoad, "scripts">> {
  const visited = await readPage(page, site, pathname, signal).catch((error: unknown) => ({ error }));
  // Whatever came of it, it is not this page's.
  if (site.requests.filter(isNavigation).length > 1) throw new Error("leads to another page");
  if ("error" in visited) throw visited.error;
  return visited;
}

async function readPage(page: Page, site: ObservedSite, pathname: string, signal: AbortSignal) {
  const response = await page.goto(`${site.origin}${pathname}`, { timeout: 0, waitUntil: "load" });
  if (response?.ok() !== true) throw new Error(`was answered with ${response?.status() ?? "nothing"}`);
  await settle(page, site, signal);
  const requests = [...site.requests];
  const report: PageReport = await page.evaluate(REPORT_SCRIPT);
  return { requests, report };
}

/** Waits for a pause (milliseconds) in which nothing is asked for, and the page has nothing to do. */
export async function settle(page: Page, site: ObservedSite, signal: AbortSignal, pause = QUIET_MS): Promise<void> {
  const latest = performance.now() + MAX_LOAD_MS;
  let before: number;
  do {
    await site.quiet(pause, latest, signal);
    before = site.requests.length;
    await page.evaluate(IDLE_SCRIPT);
  } while (site.requests.length > before && performance.now() < latest);
}

/** A request for a page, and not ahead of the next one. */
export const isNavigation = ({ fields }: SeenRequest) =>
  fields["sec-fetch-dest"] === "document" && fields["sec-purpose"] === undefined;

const IDLE_SCRIPT = "new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: 2000 }))";

/** Whether each script that a page runs is a module: no request says so of a script with CORS. */
async function scriptsOf(context: BrowserContext, page: Page): Promise<ReadonlyMap<string, boolean>> {
  const scripts = new Map<string, boolean>();
  const session = await context.newCDPSession(page);
  session.on("Debugger.scriptParsed", ({ url, isModule }) => scripts.set(url, isModule === true));
  await session.send("Debugger.enable");
  await session.send("Debugger.setSkipAllPauses", { skip: true });
  return scripts;
}

/** By which a browser knows a certificate that it is to take. */
function publicKeyHash(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}

function notStarted(path: string, error: unknown): H2PushError {
  const text = errorOf(error).message;
  if (/no usable sandbox|namespace/i.test(text)) {
    const hint =
      "allow user namespaces (docker run --security-opt seccomp=unconfined), or run this as root of the container";
    return new H2PushError("browser", `the browser can't start its sandbox: ${path}`, hint, { cause: error });
  }
  const said = /\[err\] (.*)/.exec(text)?.[1] ?? text.split("\n", 1)[0];
  const message = `the browser does not start: ${path} (${said})`;
  return new H2PushError("browser", message, "pass another one: --browser PATH", { cause: error });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Whether it is done in that time (milliseconds). */
function within(milliseconds: number, done: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds);
    done
      .then(
        () => resolve(true),
        () => resolve(true),
      )
      .finally(() => clearTimeout(timer));
  });
}
