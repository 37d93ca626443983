import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/bench/**"],
    globalSetup: "test/support/build.ts",
    // Machines are shared and noisy: what waits for events may take its time, and what compares growth or depends on
    // a stall of 100 ms gets another chance.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    retry: 2,
  },
});
