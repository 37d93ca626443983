import { pathOf } from "../io/request-target.js";
import type { Destination } from "../manifest/destination.js";
import { versionOf } from "../scanner/site-files/file-version.js";
import type { LookedUp, Lookup } from "../scanner/lookup.js";
import { hasModuleSyntax } from "../scanner/modules/module-syntax.js";
import type { LearnedPage } from "./learned-page.js";
import { linkForm } from "./link-form.js";
import type { PageLoad, Sighting } from "./page-load.js";

/** Targets that a load has asked for, that everybody may have, and that nobody knew of. */
export function newsOf({ sightings, start }: PageLoad, learned: LearnedPage | undefined): readonly Sighting[] {
  if (sightings.size === 0) return [];
  const known = new Set(start.needs.entries.map(({ target }) => target));
  return [...sightings.values()].filter(
    ({ target, shared }) => shared && !known.has(target) && learned?.knows(target) !== true,
  );
}

/**
 * Adds to what is known of a page what a load of it has asked for.
 *
 * @param lookup what the server would answer, to everyone
 * @returns whether the page's stylesheets and scripts are those that it was learned with
 */
export async function learnFrom(
  load: PageLoad,
  news: readonly Sighting[],
  learned: LearnedPage,
  lookup: Lookup,
): Promise<boolean> {
  if (news.length === 0) return true;
  const look = async (sighting: Sighting) => {
    const found = await lookup({ target: sighting.target, navigates: false }, undefined);
    return { sighting, found };
  };
  const code = [...load.sightings.values()].filter((one) => one.shared && /^(?:script|style)$/.test(one.destination));
  for (const { sighting, found } of await Promise.all(code.map(look))) {
    const version = versionIfAny(found);
    // The query may be one person's, and the file does not depend on it.
    if (version !== undefined && !learned.restsOn(pathOf(sighting.target), version)) return false;
  }
  const wasGiven = !load.start.withoutLearned && learned.entries.size > 0;
  for (const { sighting, found } of await Promise.all(news.map(look))) {
    await learnTarget(load, learned, sighting, found);
  }
  // A target with a query is learned from the second load in any case.
  if (wasGiven && news.some(({ target }) => !target.includes("?") && learned.entries.has(target))) learned.doubt();
  return true;
}

async function learnTarget(load: PageLoad, learned: LearnedPage, sighting: Sighting, found: LookedUp): Promise<void> {
  const { target, count } = sighting;
  if (!isForAll(sighting, found)) return;
  // Another query each time, to get past a cache, is another target each time: it would be fetched for nothing.
  const hasToReturn = target.includes("?") || learned.isVaried;
  if (hasToReturn && !learned.isSeenAgain(sighting, load.start.client)) return;
  const isModule = found.kind === "file" && sighting.destination === "script" && (await hasModuleSyntax(found));
  const form = linkForm(sighting, isModule);
  if (form === undefined) return;
  const isAlone = count === 1 && load.start.announced()?.has(target) === false;
  learned.add({
    target,
    ...form,
    bytes: found.kind === "file" ? found.size : 0,
    // Whether the first paint waits for it, nobody can see from here.
    ...(PAINTED.has(form.as) ? { when: "load" } : {}),
    by: "traffic",
    version: versionIfAny(found),
    askedOnceBy: isAlone ? load.start.client.kind : undefined,
  });
}

const PAINTED: ReadonlySet<Destination> = new Set<Destination>(["font", "image"]);

/**
 * Notes what a page has asked for when its load was over.
 *
 * @param lookup what the server would answer, to everyone
 */
export async function noteLater(sighting: Sighting, learned: LearnedPage, lookup: Lookup): Promise<void> {
  const { target } = sighting;
  if (isForAll(sighting, await lookup({ target, navigates: false }, undefined))) learned.addLater(target);
}

const isForAll = ({ isPublic }: Sighting, found: LookedUp) => found.kind === "file" || (isPublic && isRouted(found));

/** A route has answered, whether it says for which targets it does or not. */
const isRouted = (found: LookedUp) =>
  found.kind === "missing" || (found.kind === "other" && found.reason === "answered by a route");

export const versionIfAny = (found: LookedUp) => (found.kind === "file" ? versionOf(found) : undefined);
