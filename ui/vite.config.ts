import react from "@vitejs/plugin-react";
import type { HtmlTagDescriptor, Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` asks for data.
const API = process.env.LINEAL_HTTP ?? "http://127.0.0.1:8081";

/** Let the browser load the web UI beside the first requests, which its entry (src/early.ts) sends before it is there. */
function preloadWebUi(): Plugin {
  return {
    name: "preload-web-ui",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle = {} }) => {
        const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
        const main = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith("/src/main.tsx"));
        const scripts = main ? [main.fileName, ...main.imports] : [];
        const styles = [...(main?.viteMetadata?.importedCss ?? [])];
        return [
          ...styles.map((file) => linkTo(file, "stylesheet")),
          ...scripts.map((file) => linkTo(file, "modulepreload")),
        ];
      },
    },
  };
}

function linkTo(file: string, rel: string): HtmlTagDescriptor {
  return { tag: "link", attrs: { rel, href: `./${file}` }, injectTo: "head" };
}

export default defineConfig({
  // Relative addresses, so that the web UI works under any path prefix.
  base: "./",
  plugins: [react(), preloadWebUi()],
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
  test: { include: ["tests/**/*.test.{ts,tsx}"], setupFiles: ["tests/setup.ts"], testTimeout: 30_000 },
});
