import { expect, test } from "vitest";

import { createScanner } from "../../src/scanner/scanner.js";
import { locateIn, lookupIn, writeSite } from "../support/site.js";
import { ABUSES } from "../support/abuse.js";

/** Milliseconds; a busy machine takes its time. */
const PATIENCE = 60_000;
/** Seconds of processor time, which a busy machine bears on less than the clock. */
const LIMIT = 5;

test.each(Object.entries(ABUSES))(
  "a page is read within seconds, whatever it has too much of: %s",
  async (_, make) => {
    const root = await writeSite(make());
    const page = await locateIn(root)("/");
    if (page === undefined) throw new Error("the site has no index.html");
    const before = process.cpuUsage();
    await createScanner({ lookup: lookupIn(root) }).page("/", page);
    const { user } = process.cpuUsage(before);
    expect(user / 1_000_000).toBeLessThan(LIMIT);
  },
  PATIENCE,
);
