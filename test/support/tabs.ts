import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { chromiumPath, firefoxPath } from "./browsers.js";
import { startFirefox } from "./firefox.js";

/** Keys by their names, and as WebDriver writes them. */
const KEYS = { Tab: "\uE004", Enter: "\uE007", Escape: "\uE00C", ArrowDown: "\uE015", ArrowUp: "\uE013" } as const;

/** A file that a page has had a browser keep. */
export interface Kept {
  readonly name: string;
  readonly text: string;
}

/** The tab of a fresh browser that takes every certificate: steps drive each browser by it alike. */
export interface Tab {
  /** What the browser has complained of: its console, failed requests, answers that are no success. */
  readonly complaints: string[];
  readonly go: (url: string) => Promise<unknown>;
  /** The value of an expression in the page, when it is there; as if somebody had clicked, so that it may open a window. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  readonly press: (key: keyof typeof KEYS) => Promise<unknown>;
  /** Clicks at the middle of the first element of a selector. */
  readonly click: (selector: string) => Promise<unknown>;
  /** What the browser keeps because of that click. */
  readonly keep: (selector: string) => Promise<Kept>;
  readonly resize: (width: number, height: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** How a tab is opened in each browser; undefined for one that is not installed. */
export const openTab = {
  Chromium: chromiumPath === undefined ? undefined : () => openChromium(chromiumPath ?? ""),
  Firefox: firefoxPath === undefined ? undefined : () => openFirefox(firefoxPath ?? ""),
} as const;

/** A stream of events ends with its page. */
const isStream = (url: string) => url.endsWith("/events");

async function openChromium(executablePath: string): Promise<Tab> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
  const browser = await chromium.launch({ executablePath, args });
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => {
    if (!isStream(request.url())) complaints.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => response.ok() || complaints.push(`${response.status()} ${response.url()}`));
  const click = (selector: string) => page.locator(selector).first().click();
  return {
    complaints,
    go: (url) => page.goto(url),
    evaluate: (expression) => page.evaluate(expression),
    press: (key) => page.keyboard.press(key),
    click,
    keep: async (selector) => {
      const [download] = await Promise.all([page.waitForEvent("download"), click(selector)]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    },
    resize: (width, height) => page.setViewportSize({ width, height }),
    close: () => browser.close(),
  };
}

/** What events of WebDriver BiDi say, as far as it is used. */
interface BidiEvent {
  readonly level?: string;
  readonly text?: string;
  readonly errorText?: string;
  readonly request?: { readonly url: string };
  readonly response?: { readonly status: number };
  readonly status?: string;
  readonly filepath?: string;
}

async function openFirefox(path: string): Promise<Tab> {
  const home = await mkdtemp(join(tmpdir(), "h2push-firefox-"));
  // The panel of downloads would take the keys.
  const preferences = { "focusmanager.testmode": true, "browser.download.alwaysOpenPanel": false };
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${value});`);
  await writeFile(join(home, "user.js"), lines.join("\n"));
  const { bidi, close } = await startFirefox(path, { home, profile: home, acceptInsecureCerts: true });
  // A button hears keys in an active window alone: without a screen, it takes that setting and a tab of its own.
  const { context }: { context?: string } = Object(await bidi.send("browsingContext.create", { type: "tab" }));
  const downloads = "browsingContext.downloadEnd";
  const events = ["log.entryAdded", "network.fetchError", "network.responseCompleted", downloads];
  await bidi.send("session.subscribe", { events });
  const complaints: string[] = [];
  const kept = new EventTarget();
  bidi.onEvent((method, params) => {
    const event: BidiEvent = Object(params);
    if (method === downloads) kept.dispatchEvent(new CustomEvent("kept", { detail: event }));
    else complaints.push(...complaintOf(method, event));
  });
  const evaluate = async (expression: string): Promise<unknown> => {
    const written = `(async () => JSON.stringify(await (${expression})))()`;
    const options = { expression: written, target: { context }, awaitPromise: true, userActivation: true };
    const told: { result?: { value?: string }; exceptionDetails?: { text: string } } = Object(
      await bidi.send("script.evaluate", options),
    );
    if (told.exceptionDetails) throw new Error(`${told.exceptionDetails.text}: ${expression}`);
    return told.result?.value === undefined ? undefined : JSON.parse(told.result.value);
  };
  const perform = (actions: object) => bidi.send("input.performActions", { context, actions: [actions] });
  const click = async (selector: string) => {
    const at = await evaluate(middleOf(selector));
    const moved = { type: "pointerMove", ...Object(at), origin: "viewport" };
    const pointer = [moved, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
    return perform({ type: "pointer", id: "pointer", actions: pointer });
  };
  return {
    complaints,
    go: (url) => bidi.send("browsingContext.navigate", { context, url, wait: "complete" }),
    evaluate,
    press: (key) =>
      perform({ type: "key", id: "keys", actions: ["keyDown", "keyUp"].map((type) => ({ type, value: KEYS[key] })) }),
    click,
    keep: async (selector) => {
      const [[event]] = await Promise.all([once(kept, "kept"), click(selector)]);
      const { filepath = "" }: BidiEvent = event.detail;
      return { name: filepath.slice(filepath.lastIndexOf("/") + 1), text: await readFile(filepath, "utf8") };
    },
    resize: (width, height) => bidi.send("browsingContext.setViewport", { context, viewport: { width, height } }),
    close: async () => {
      await close();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function complaintOf(method: string, { level, text, errorText, request, response }: BidiEvent): string[] {
  const url = request?.url ?? "";
  switch (method) {
    case "log.entryAdded":
      return [`${level}: ${text}`];
    case "network.fetchError":
      return isStream(url) ? [] : [`${url}: ${errorText}`];
    default:
      return (response?.status ?? 0) < 400 ? [] : [`${response?.status} ${url}`];
  }
}

/** The middle of an element, brought into view: where a pointer would click. */
const middleOf = (selector: string) => `(() => {
  const found = document.querySelector(${JSON.stringify(selector)});
  found.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const { x, y, width, height } = found.getClientRects()[0];
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
})()`;
