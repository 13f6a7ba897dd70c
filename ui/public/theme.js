// Runs before the first paint, so that the web UI never flashes in the wrong theme.
(() => {
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("lineal.theme") || "auto";
  } catch {
    // A frame without storage: the system's theme it is.
  }
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
