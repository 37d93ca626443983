import { expect, test } from "vitest";
import { serverTiming, summarize } from "../../src/delivery/delivery-summary.js";
import type { DeliveredTarget } from "../../src/delivery/history.js";

const target = (means: DeliveredTarget["means"], more: Partial<DeliveredTarget> = {}): DeliveredTarget => ({
  target: "/a",
  as: "style",
  bytes: 10,
  means,
  ...more,
});

test("counts what was done, what of it was learned, and why the rest was not", () => {
  const targets = [
    target("push"),
    target("push", { by: "traffic" }),
    target("link", { by: "browser" }),
    target("hint"),
    target("skipped", { reason: "seen" }),
    target("skipped", { reason: "seen", by: "traffic" }),
  ];
  expect(summarize(targets)).toEqual({
    push: 2,
    pushBytes: 20,
    hint: 1,
    link: 1,
    learned: { push: 1, hint: 0, link: 1 },
    skipped: new Map([["seen", 2]]),
  });
  expect(serverTiming(targets)).toBe('h2push;desc="push 2, hint 1, link 1, skipped 2"');
  expect(serverTiming([])).toBe('h2push;desc="nothing"');
});
