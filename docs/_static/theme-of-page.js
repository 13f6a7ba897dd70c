// Runs before the first paint, so that a page never flashes in the wrong theme. A file, because servers forbid scripts in
// pages (Content-Security-Policy).
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // A page without storage: the system's theme it is.
  }
  document.body.dataset.theme = chosen || "auto";
})();
