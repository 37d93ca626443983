import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import Repeats from "./support/repeats.js";

const root = new URL("..", import.meta.url).pathname;

/** What takes time is waited for: machines are shared and noisy. */
const timeouts = { testTimeout: 120_000, hookTimeout: 60_000, expect: { poll: { timeout: 40_000 } } };

/** These measure how long something takes. They run alone, and a test that fails may be repeated, which is reported. */
const timed = [
  "test/demo/demo-network.test.ts",
  "test/demo/runs.test.ts",
  "test/server/listen/slow-network/network-line.test.ts",
  "test/server/listen/slow-network/network-simulator.test.ts",
  "test/server/page-delivery/early-hints.test.ts",
];

/** These replace modules, or look at what their whole process has open: each has a process of its own. */
const alone = [
  "test/demo/demo-connection.test.ts",
  "test/demo/demo.test.ts",
  "test/files/coarse-times.test.ts",
  "test/files/exhausted.test.ts",
  "test/files/lookups.test.ts",
  "test/files/swapped-directory.test.ts",
  "test/scanner/scanner.test.ts",
  "test/server/scan/lazy-scanner.test.ts",
];

export default defineConfig({
  test: {
    root,
    globalSetup: "test/support/build.ts",
    reporters: ["default", new Repeats()],
    // Most tests wait for sockets and processes more than they compute.
    maxWorkers: 2 * availableParallelism(),
    // Of what runs in the tests' own processes: what the built program does as a child is not seen.
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/cli/**", "**/*.d.ts"],
      reporter: ["text", "json-summary"],
      reportOnFailure: true,
      reportsDirectory: "node_modules/.cache/coverage",
    },
    projects: [
      {
        test: {
          ...timeouts,
          root,
          name: "untimed",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**", "test/bench/**", ...timed, ...alone],
          // A process, and the modules in it, serve one file after another: to start anew for each takes a second of work.
          isolate: false,
        },
      },
      { test: { ...timeouts, root, name: "alone", include: alone } },
      {
        test: {
          ...timeouts,
          root,
          name: "timed",
          include: timed,
          retry: 2,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
