import { beforeAll, describe, expect, test } from "vitest";
import { createCertificate, type PemPair } from "../../src/index.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { hasPeer, type PeerName } from "../support/peer-servers.js";
import { importMaps } from "../support/probes/import-maps.js";
import { known } from "../support/probes/known.js";
import { images } from "../support/probes/images.js";
import { policies, preloads } from "../support/probes/policies.js";
import type { Probes } from "../support/probes/probe.js";
import { scripts } from "../support/probes/scripts.js";
import { styles } from "../support/probes/styles.js";
import type { SweepBrowser } from "../support/sweep/browser.js";
import { openChromium } from "../support/sweep/chromium.js";
import { FRESH, serveBehind, serveInjected } from "../support/sweep/exported-sites.js";
import { openFirefox } from "../support/sweep/firefox.js";
import { serveProbes } from "../support/sweep/sites.js";
import { type Differences, sweep } from "../support/sweep/sweep.js";

/** Browsers read the 103 and take no push: what these send is what matters. */
const peers: readonly PeerName[] = ["nginx", "apache", "caddy", "h2o", "haproxy"];

const everything: Probes = { ...importMaps, ...scripts, ...styles, ...images, ...policies, ...preloads };

/** A copy is the same for all who ask: a page in a frame that runs no scripts has links to scripts in it, too. */
const knownOfCopies = new Set(["frame-sandboxed"]);

/** PROBES names those to try, as for the sweep; of pages that stay as they are when the list is made. */
const wanted = (process.env["PROBES"] ?? "map-inline,map-deep,style-import,csp-nonce").split(",");
const names = Object.keys(everything).filter((name) => {
  const { change, slow } = everything[name] ?? {};
  if (change !== undefined || slow !== undefined) return false;
  if (wanted.includes("all")) return !Object.hasOwn(known, name) && !knownOfCopies.has(name);
  return wanted.some((start) => name.startsWith(start));
});
if (!wanted.includes("all")) {
  console.log(`exported: ${names.length} of ${Object.keys(everything).length} probes; all of them: PROBES=all`);
}
const probes: Probes = Object.fromEntries(names.map((name) => [name, everything[name] ?? { files: {} }]));

/** In each browser no probe is begun later (milliseconds). */
const TIME = Number(process.env["SWEEP_MINUTES"] ?? 3) * 60_000;

type Open = (path: string, pair: PemPair) => Promise<SweepBrowser>;

const browsers: Readonly<Record<string, readonly [string | undefined, Open]>> = {
  Chromium: [chromiumPath, openChromium],
  Firefox: [firefoxPath, openFirefox],
};

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
  const first = await serveProbes(probes, ["none", FRESH], pair);
  const others = [await serveInjected(probes, pair)];
  for (const name of peers.filter((each) => hasPeer(each))) others.push(await serveBehind(probes, name, pair));
  const browser = await open(path, pair);
  try {
    return await sweep(probes, browser, [first, ...others], TIME);
  } finally {
    await browser.close();
    await Promise.all([first, ...others].map((server) => server.close()));
  }
}

describe.each(Object.entries(browsers))("behind other servers a page is as by h2push in %s", (browser, [path]) => {
  test.skipIf(path === undefined).for(names)("%s", (name, { skip }) => {
    const differences = found[browser]?.[name];
    if (differences === undefined) skip("no time left (SWEEP_MINUTES)");
    expect(differences).toEqual([]);
  });
});
