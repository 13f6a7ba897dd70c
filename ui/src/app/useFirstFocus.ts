// Where the keys act when a page opens: in its list or graph, so that arrow keys work at once. A field that somebody is in
// keeps the focus, and so does whatever is reached or pressed before the list is there.

import { useEffect } from "react";

const MAIN_PART = ".grid[role=grid], .graph[role=application], [role=treegrid]";

/** How long a page may take until its list is there, milliseconds. */
const LONGEST = 15_000;

/** @param path the page: each new one puts the focus once. */
export function useFirstFocus(path: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page puts the focus once
  useEffect(() => {
    const main = document.getElementById("main");
    if (!main) return;
    const stop = new AbortController();
    const tryNow = () => {
      const part = main.querySelector<HTMLElement>(MAIN_PART);
      if (part && isFree(document.activeElement)) part.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(tryNow);
    stop.signal.addEventListener("abort", () => observer.disconnect());
    for (const act of ["pointerdown", "keydown", "wheel"]) {
      addEventListener(act, () => stop.abort(), { signal: stop.signal, passive: true });
    }
    // The page before may still be drawn, and its list would take the focus away with it: so it is looked for until somebody
    // acts, or everything is there.
    const timer = setTimeout(() => stop.abort(), LONGEST);
    stop.signal.addEventListener("abort", () => clearTimeout(timer));
    observer.observe(main, { childList: true, subtree: true });
    tryNow();
    return () => stop.abort();
  }, [path]);
}

/** Nothing has the focus, or only the link that led here, which has done its work. */
function isFree(active: Element | null): boolean {
  if (active === null || active === document.body || active.id === "main") return true;
  return active instanceof HTMLAnchorElement && active.closest("nav, main") !== null;
}

/** What "Skip to the content" leads to: the list or graph, or else the page itself. */
export function focusMain(): void {
  const main = document.getElementById("main");
  const part = main?.querySelector<HTMLElement>(MAIN_PART);
  (part ?? main)?.focus();
}
