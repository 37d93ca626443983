import { expect, test } from "vitest";

import { compare, lexedReferences, mutate, randomFrom, SEED_DOCUMENTS } from "../../support/html-fuzz.js";
import { treeReferences } from "../../support/html-oracle.js";

test.each(SEED_DOCUMENTS)("finds what a browser's tree has: %#", (html) => {
  expect(lexedReferences(html)).toEqual(treeReferences(html));
  expect(lexedReferences(html).length).toBeGreaterThan(5);
});

/** `H2PUSH_FUZZ=100000` makes it the full run. */
const DOCUMENTS = Number(process.env["H2PUSH_FUZZ"] ?? 4000);

test(
  "agrees with a tree on all but 0.1 % of mutated documents, and each difference has a name",
  { timeout: 600_000 },
  () => {
    const random = randomFrom(1);
    const counts = new Map<string, number>();
    let different = 0;
    for (let count = 0; count < DOCUMENTS; count += 1) {
      const html = mutate(SEED_DOCUMENTS[count % SEED_DOCUMENTS.length] ?? "", random);
      const difference = compare(html);
      if (difference === undefined) continue;
      different += 1;
      counts.set(difference.kind, (counts.get(difference.kind) ?? 0) + 1);
    }
    expect(counts.get("other") ?? 0).toBe(0);
    expect(different).toBeLessThanOrEqual(DOCUMENTS / 1000);
  },
);
