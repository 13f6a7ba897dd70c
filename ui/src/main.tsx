import "./app/styles";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/client";
import { colorSchemeMemory } from "./app/colorScheme";
import { basePath, router } from "./app/router";
import { theme } from "./app/theme";

// Links of the original Artifact Store are #/artifacts/7, and those of MLflow's clients #/experiments/0/runs/ID.
if (location.hash.startsWith("#/")) {
  history.replaceState(null, "", basePath() + location.hash.slice(2));
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    {/* The variables are in style sheets: a style element at run time would need a looser Content-Security-Policy. */}
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeMemory}
      withCssVariables={false}
      withGlobalClasses={false}
      withStaticClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
