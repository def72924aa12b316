import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/engine/support/announce-engine.ts",
    // No test is about speed, and the machine may be shared by many: only what hangs waits for so long.
    setupFiles: "test/patience.ts",
    expect: { poll: { timeout: 20_000, interval: 10 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The engine suite builds an image and starts containers; two files at once are enough for two cores.
    maxWorkers: 2,
  },
});
