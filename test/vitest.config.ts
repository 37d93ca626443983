import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/bench/**"],
    globalSetup: "test/support/build.ts",
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
