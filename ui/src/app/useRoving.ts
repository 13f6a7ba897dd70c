// Many buttons as one tab stop: Tab reaches the one that was used last, arrow keys go on from there. Up and down go from
// line to line, left and right from button to button, Home and End to the first and last.

import { type RefObject, useEffect } from "react";

/**
 * The buttons are those of the element that have a tabIndex of -1 or 0; a line of several is marked with data-line.
 *
 * @param box the element that holds the buttons.
 */
export function useRoving(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const stop = new AbortController();
    const keep = () => makeOneStop(element);
    const observer = new MutationObserver(keep);
    observer.observe(element, { childList: true, subtree: true });
    // On a narrow screen the buttons come into sight, and become reachable, when they are asked for.
    const sizes = new ResizeObserver(keep);
    sizes.observe(element);
    keep();
    const { signal } = stop;
    element.addEventListener("keydown", (event) => press(element, event), { signal });
    element.addEventListener("focusin", ({ target }) => makeOneStop(element, target as Element), { signal });
    return () => {
      stop.abort();
      observer.disconnect();
      sizes.disconnect();
    };
  }, [box]);
}

function buttonsOf(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>("button[tabindex]")].filter(
    (button) => button.checkVisibility?.() ?? true,
  );
}

/** @param wanted the button that Tab is to reach; without one, the one that it reached before, or the first. */
function makeOneStop(box: HTMLElement, wanted?: Element): void {
  const buttons = buttonsOf(box);
  const stop =
    buttons.find((button) => button === wanted) ?? buttons.find(({ tabIndex }) => tabIndex === 0) ?? buttons[0];
  for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
}

function press(box: HTMLElement, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const buttons = buttonsOf(box);
  const at = buttons.indexOf(event.target as HTMLElement);
  const next = at < 0 ? undefined : buttons[placeAfter(buttons, at, event.key)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function placeAfter(buttons: readonly HTMLElement[], at: number, key: string): number {
  if (key === "Home") return 0;
  if (key === "End") return buttons.length - 1;
  if (key === "ArrowLeft") return at - 1;
  if (key === "ArrowRight") return at + 1;
  const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (step === 0) return -1;
  const line = lineOf(buttons[at] as HTMLElement);
  let next = at + step;
  while (buttons[next] && lineOf(buttons[next] as HTMLElement) === line) next += step;
  return next;
}

function lineOf(button: HTMLElement): Element {
  return button.closest("[data-line]") ?? button;
}
