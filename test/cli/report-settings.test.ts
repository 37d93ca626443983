import { expect, test } from "vitest";
import type { ReportFlags } from "../../src/cli/commands/report.js";
import { settingsOf } from "../../src/cli/commands/report-settings.js";

const rows: readonly (readonly [ReportFlags, object])[] = [
  [{}, { name: "4g", rtt: 170, kbps: 9000 }],
  [{ network: "slow-4g" }, { name: "slow-4g", rtt: 150, kbps: 1600 }],
  [
    { network: "slow-4g", rtt: "50" },
    { rtt: 50, kbps: 1600 },
  ],
  [
    { network: "slow-4g", kbps: "0" },
    { rtt: 150, kbps: 0 },
  ],
  [
    { network: "slow-4g", rtt: "150", loss: "1" },
    { name: "slow-4g", rtt: 150, kbps: 1600, loss: 1 },
  ],
  [{ rtt: "50" }, { rtt: 50, kbps: 0 }],
];

test.each(rows)("a network with figures of its own has no other's name: %j", (flags, network) => {
  expect(settingsOf(flags).network).toEqual(network);
});

test.each([
  [{}, "1280x720"],
  [{ viewport: "390x844@3" }, "390x844@3"],
])("the window is told as it is given: %j", (flags, viewport) => {
  expect(settingsOf(flags).viewport).toBe(viewport);
});
