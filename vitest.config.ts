import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/engine/support/announce-engine.ts",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The engine suite builds an image and starts containers; two files at once are enough for two cores.
    maxWorkers: 2,
  },
});
