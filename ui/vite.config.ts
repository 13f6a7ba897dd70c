import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` asks for data.
const API = process.env.LINEAL_HTTP ?? "http://127.0.0.1:8081";

export default defineConfig({
  // Relative addresses, so that the page works under any path prefix.
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../src/lineal/ui/static",
    emptyOutDir: true,
    // Inlined assets would be data: addresses, which the Content-Security-Policy forbids for scripts and workers.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": API } },
  test: { include: ["tests/**/*.test.{ts,tsx}"], setupFiles: ["tests/setup.ts"] },
});
