import react from "@vitejs/plugin-react";
import type { HtmlTagDescriptor, Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` asks for data.
const API = process.env.LINEAL_HTTP ?? "http://127.0.0.1:8081";

/** Whether something is imported by the entry, which sends the first requests and so must not wait for the web UI. */
function isForEntry(id: string, graph: Pick<Rolldown.PluginContext, "getModuleInfo">): boolean {
  return graph.getModuleInfo(id)?.importers.some((importer) => importer.endsWith("/src/early.ts")) ?? false;
}

/** Let the browser load the web UI beside the first requests, which its entry (src/early.ts) sends before it is there. */
function preloadWebUi(): Plugin {
  return {
    name: "preload-web-ui",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle = {} }) => {
        const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
        const main = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith("/src/main.tsx")));
        const known = chunks.filter(({ isEntry }) => isEntry).flatMap(({ imports }) => imports);
        const scripts = main ? [main.fileName, ...main.imports].filter((file) => !known.includes(file)) : [];
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
    // Each group takes what its modules import. A browser loads six files at a time from a server: with a dozen files, the
    // requests that the entry sends would wait for them.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: (id, graph) => (isForEntry(id, graph) ? "early" : null), priority: 2, debugName: "early" },
            { name: "main", test: /[\\/]src[\\/]main\.tsx$/, priority: 1 },
          ],
        },
      },
    },
    chunkSizeWarningLimit: 800,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": API } },
  // Files share their modules: loading them anew for each takes three times as long as the tests.
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 30_000,
    isolate: false,
    unstubGlobals: true,
  },
});
