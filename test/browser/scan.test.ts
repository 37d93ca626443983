import { describe, expect, test } from "vitest";

import { scanAgainstChromium, startChromium } from "../support/against-chromium.js";
import { chromiumPath } from "../support/browsers.js";
import { encodedSite } from "../support/encoded.js";
import { GENERATED_FILES, nestedPage } from "../support/nested-css.js";
import { writeSite } from "../support/site.js";

/** Of each 200 from a seed on. */
const COUNT = 200;
const PATIENCE = 300_000;

describe.skipIf(chromiumPath === undefined)("held against Chromium", () => {
  test(
    `the scans of ${COUNT} generated pages with nested rules list what it asks for, and nothing else`,
    async () => {
      const from = Number(process.env["H2PUSH_SEED"] ?? 1);
      const pages = Array.from({ length: COUNT }, (_, n) => [`${from + n}.html`, nestedPage(from + n)]);
      const root = await writeSite({ ...GENERATED_FILES, ...Object.fromEntries(pages) });
      expect(await scanAgainstChromium(root, await startChromium())).toEqual([]);
    },
    PATIENCE,
  );

  test(
    "so do the scans of pages and stylesheets in twelve encodings",
    async () => {
      const root = await writeSite(encodedSite());
      expect(await scanAgainstChromium(root, await startChromium())).toEqual([]);
    },
    PATIENCE,
  );
});
