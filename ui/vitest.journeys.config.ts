import { defineConfig } from "vitest/config";

// Journeys in a real browser against a real server: one after the other, since both share the machine.
export default defineConfig({
  test: {
    include: ["journeys/**/*.journey.ts"],
    globalSetup: [],
    fileParallelism: false,
    retry: 1, // a browser on a crowded machine may miss a moment; what fails twice is a fault
    testTimeout: 90_000,
    hookTimeout: 300_000,
  },
});
