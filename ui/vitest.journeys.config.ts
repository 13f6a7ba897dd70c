import { defineConfig } from "vitest/config";

// Journeys in a real browser against a real server: one after the other, since both share the machine.
export default defineConfig({
  test: {
    // `make pictures` says where pictures go; otherwise none are taken
    include: ["journeys/**/*.journey.ts", ...(process.env.LINEAL_PICTURES ? ["journeys/**/*.pictures.ts"] : [])],
    globalSetup: [],
    fileParallelism: false,
    retry: 1, // a browser on a crowded machine may miss a moment; what fails twice is a fault
    testTimeout: 90_000,
    hookTimeout: 300_000,
  },
});
