import react from "@vitejs/plugin-react";
import type { HtmlTagDescriptor, Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` asks for data.
const API = process.env.LINEAL_HTTP ?? "http://127.0.0.1:8081";

/**
 * What is loaded with the web UI is one file, and what its entry needs another one: the browser loads six files at a time, and
 * what the entry sends first would wait for a dozen small ones.
 */
function nameChunk(): (id: string, graph: Graph) => string | null {
  const closures = new Map<string, ReadonlySet<string>>();
  const isPartOf = (root: string, id: string, graph: Graph) => {
    const path = `${import.meta.dirname}/src/${root}`;
    const known = closures.get(path) ?? closureOf(path, graph);
    closures.set(path, known);
    return known.has(id);
  };
  return (id, graph) => {
    if (id.endsWith("/src/early.ts")) return null;
    if (isPartOf("early.ts", id, graph)) return "early";
    return isPartOf("main.tsx", id, graph) ? "main" : null;
  };
}

type Graph = Pick<Rolldown.PluginContext, "getModuleInfo">;

/** A module and everything that it imports, without what it loads later. */
function closureOf(root: string, graph: Graph): ReadonlySet<string> {
  const found = new Set([root]);
  for (const id of found) {
    for (const next of graph.getModuleInfo(id)?.importedIds ?? []) if (!PACKAGE_INDEX.test(next)) found.add(next);
  }
  return found;
}

/** It hands on all parts of a package; the few that are used are found from where they are used. */
const PACKAGE_INDEX = /node_modules\/@mantine\/\w+\/esm\/index\.mjs$/;

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
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: nameChunk(), debugName: "main" }] } } },
    chunkSizeWarningLimit: 800,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": API } },
  test: { include: ["tests/**/*.test.{ts,tsx}"], setupFiles: ["tests/setup.ts"], testTimeout: 30_000 },
});
