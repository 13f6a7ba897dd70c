// How far a list was scrolled, for Back and reload. Another filter or order begins at the top.

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

const PREFIX = "lineal.scroll.";

/** Keep and restore the scroll of an element.
 *
 * @param place what is shown; its scroll is remembered under this name.
 * @param height of all rows that are loaded so far: pages load one after the other, until the old place is reached.
 */
export function useScrollMemory(scroller: RefObject<HTMLElement | null>, place: string, height: number): void {
  const wanted = useRef<number | undefined>(undefined);
  const last = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (last.current !== place) {
      wanted.current = last.current === undefined ? remembered(place) : 0;
      last.current = place;
    }
    if (wanted.current === undefined) return;
    element.scrollTop = wanted.current;
    if (height >= wanted.current + element.clientHeight) wanted.current = undefined;
  }, [scroller, place, height]);
  useEffect(() => {
    const element = scroller.current;
    const keep = () => remember(place, element?.scrollTop ?? 0);
    // What a person scrolls counts more than what was remembered.
    const give = () => {
      wanted.current = undefined;
    };
    element?.addEventListener("scrollend", keep);
    element?.addEventListener("wheel", give, { passive: true });
    element?.addEventListener("keydown", give);
    return () => {
      element?.removeEventListener("scrollend", keep);
      element?.removeEventListener("wheel", give);
      element?.removeEventListener("keydown", give);
    };
  }, [scroller, place]);
}

function remembered(place: string): number | undefined {
  try {
    return Number(sessionStorage.getItem(PREFIX + place)) || undefined;
  } catch {
    return undefined;
  }
}

function remember(place: string, scroll: number): void {
  try {
    sessionStorage.setItem(PREFIX + place, String(scroll));
  } catch {
    // No storage, as in some frames: Back leads to the top.
  }
}
