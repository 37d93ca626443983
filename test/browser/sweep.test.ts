import { beforeAll, describe, expect, test } from "vitest";
import { createCertificate, type PemPair } from "../../src/index.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { importMaps } from "../support/probes/import-maps.js";
import { known } from "../support/probes/known.js";
import { images } from "../support/probes/images.js";
import { policies, preloads, slowPages } from "../support/probes/policies.js";
import type { Probes } from "../support/probes/probe.js";
import { scripts } from "../support/probes/scripts.js";
import { styles } from "../support/probes/styles.js";
import type { SweepBrowser } from "../support/sweep/browser.js";
import { openChromium } from "../support/sweep/chromium.js";
import { openFirefox } from "../support/sweep/firefox.js";
import { type Means, serveProbes } from "../support/sweep/sites.js";
import { type Differences, sweep } from "../support/sweep/sweep.js";

const plain: Means = ["none", { delivery: "none" }];
const means: readonly Means[] = [
  ["auto", { delivery: "auto" }],
  ["link", { delivery: "link" }],
  ["hints", { delivery: "hints" }],
  ["link, all announced", { delivery: "link", announce: "all" }],
];

const everything: Probes = { ...importMaps, ...scripts, ...styles, ...images, ...policies, ...preloads, ...slowPages };

/**
 * PROBES names those to try: `PROBES=map-inline,csp-`, or all but the known ones: `PROBES=all`. Without it a few: the
 * whole sweep takes a quiet machine ten minutes, and Firefox differs with the time that a load takes.
 */
const wanted = (process.env["PROBES"] ?? "map-inline,map-deep,map-scopes").split(",");
const isAll = wanted.includes("all");
const names = Object.keys(everything).filter((name) =>
  isAll ? !Object.hasOwn(known, name) : wanted.some((start) => name.startsWith(start)),
);
if (!isAll) console.log(`sweep: ${names.length} of ${Object.keys(everything).length} probes; all of them: PROBES=all`);
const probes: Probes = Object.fromEntries(names.map((name) => [name, everything[name] ?? { files: {} }]));

/** In each browser no probe is begun later (milliseconds). A machine that is too busy for all of them says which it has left out. */
const TIME = Number(process.env["SWEEP_MINUTES"] ?? 5) * 60_000;

const browsers: Readonly<Record<string, readonly [string | undefined, Open]>> = {
  Chromium: [chromiumPath, openChromium],
  Firefox: [firefoxPath, openFirefox],
};
type Open = (path: string, pair: PemPair) => Promise<SweepBrowser>;

const found: Record<string, Differences> = {};

beforeAll(
  async () => {
    for (const [name, [path, open]] of Object.entries(browsers)) {
      if (path !== undefined) found[name] = await sweepIn(path, open);
    }
  },
  2 * TIME + 600_000,
);

async function sweepIn(path: string, open: Open): Promise<Differences> {
  const pair = await createCertificate();
  const first = await serveProbes(probes, plain, pair);
  const others = await Promise.all(means.map((one) => serveProbes(probes, one, pair)));
  const browser = await open(path, pair);
  try {
    return await sweep(probes, browser, [first, ...others], TIME);
  } finally {
    await browser.close();
    await Promise.all([first, ...others].map((server) => server.close()));
  }
}

describe.each(Object.entries(browsers))("by every means a page is the same as by none in %s", (browser, [path]) => {
  test.skipIf(path === undefined).for(names)("%s", (name, { skip }) => {
    const differences = found[browser]?.[name];
    if (differences === undefined) skip("no time left (SWEEP_MINUTES)");
    expect(differences).toEqual([]);
  });

  test.skip.each(isAll ? Object.entries(known) : [])("%s, which is not yet: %s", () => undefined);
});
