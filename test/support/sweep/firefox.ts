import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bidi } from "../bidi.js";
import { startFirefox } from "../firefox.js";
import { type Look, stateOf, type SweepBrowser, UNTIL, type Visit, type Window } from "./browser.js";

/**
 * Resolves when nothing more has arrived for a moment. That a preload was for nothing Firefox 153 does not tell here,
 * however long one waits.
 */
const QUIET = `(async () => {
  const count = () => performance.getEntriesByType("resource").length;
  for (let before = -1; before !== count(); ) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
})()`;

/** A Firefox that takes every certificate. */
export async function openFirefox(path: string): Promise<SweepBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "h2push-firefox-"));
  const { bidi, close } = await startFirefox(path, { home: profile, profile, acceptInsecureCerts: true });
  await bidi.send("session.subscribe", { events: ["log.entryAdded"] });
  const told = new Map<string, string[]>();
  bidi.onEvent((_, params) => {
    const entry = entryOf(params);
    if (entry !== undefined) told.get(entry.context)?.push(entry.text);
  });
  const open = async (userContext: string, { width = 1280, scale = 1 }: Look): Promise<string> => {
    // A tab in the background would be another thing to a page: each has a window.
    const { context } = await ask(bidi, "browsingContext.create", { type: "window", userContext });
    const viewport = { width, height: 720 };
    await bidi.send("browsingContext.setViewport", { context, viewport, devicePixelRatio: scale });
    return context;
  };
  const windowOf = (context: string, closed: () => Promise<unknown>): Window => ({
    async visit(visit) {
      const lines: string[] = [];
      told.set(context, lines);
      const state = await see(bidi, context, visit);
      told.delete(context);
      return { state, console: lines };
    },
    async close() {
      await bidi.send("browsingContext.close", { context });
      await closed();
    },
  });
  return {
    window: async () => windowOf(await open("default", {}), () => Promise.resolve()),
    async fresh(look) {
      const { userContext } = await ask(bidi, "browser.createUserContext", { acceptInsecureCerts: true });
      return windowOf(await open(userContext, look), () => bidi.send("browser.removeUserContext", { userContext }));
    },
    async close() {
      await close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function see(bidi: Bidi, context: string, { url, probe, between }: Visit): Promise<string> {
  const evaluate = (expression: string) =>
    ask(bidi, "script.evaluate", { expression, target: { context }, awaitPromise: true });
  for (let visit = 0; visit < (probe.visits ?? 1); visit++) {
    if (visit > 0) {
      await evaluate(UNTIL);
      await between();
    }
    // A page that goes elsewhere at once has no load event.
    await bidi.send("browsingContext.navigate", { context, url, wait: "complete" }).catch(() => undefined);
    await evaluate(QUIET).catch(() => undefined);
  }
  // A page that goes elsewhere by itself is asked where it has arrived.
  const { result } = await evaluate(stateOf(probe)).catch(() => evaluate(stateOf(probe)));
  return result.value;
}

/** A command whose result has these members, as the protocol says. */
async function ask(bidi: Bidi, method: string, params: object): Promise<Answer> {
  const answer: unknown = await bidi.send(method, params);
  return Object.assign({ userContext: "", context: "", result: { value: "" } }, answer);
}

interface Answer {
  readonly userContext: string;
  readonly context: string;
  readonly result: { readonly value: string };
}

function entryOf(params: unknown): { readonly context: string; readonly text: string } | undefined {
  if (typeof params !== "object" || params === null || !("level" in params) || !("source" in params)) return undefined;
  const { level, source } = params;
  if (level !== "error" && level !== "warn") return undefined;
  if (typeof source !== "object" || source === null || !("context" in source)) return undefined;
  return { context: String(source.context), text: `${level}: ${"text" in params ? String(params.text) : ""}` };
}
