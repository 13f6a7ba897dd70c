import { defineConfig } from "vitest/config";

// Journeys in a real browser against a real server: one after the other, since both share the machine.
export default defineConfig({
  test: {
    include: ["journeys/**/*.journey.ts"],
    globalSetup: [],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 300_000,
  },
});
