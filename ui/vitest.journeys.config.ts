import { defineConfig } from "vitest/config";

// Journeys in real browsers against real servers: two files at a time, since much of each is waiting.
export default defineConfig({
  test: {
    include: ["journeys/**/*.journey.ts", "journeys/**/*.pictures.ts"], // pictures alone: `make pictures`
    globalSetup: [],
    maxWorkers: 2,
    retry: 1, // a browser on a crowded machine may miss a moment; what fails twice is a fault
    testTimeout: 90_000,
    hookTimeout: 300_000,
  },
});
