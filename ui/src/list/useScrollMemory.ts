// How far a list was scrolled, for Back and reload. Another filter or order begins at the top.

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { rememberedHere, rememberHere } from "../app/entryMemory";

/** Keep and restore the scroll of an element.
 *
 * @param place what is shown: for something else the scroll begins at the top.
 * @param height of all rows that are loaded so far: pages load one after the other, until the old place is reached.
 */
export function useScrollMemory(scroller: RefObject<HTMLElement | null>, place: string, height: number): void {
  const wanted = useRef<number | undefined>(undefined);
  const last = useRef<string | undefined>(undefined);
  // How far the element is scrolled, from its events: reading it while rendering would force a layout.
  const at = useRef(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (last.current !== place) {
      wanted.current = last.current === undefined ? rememberedHere<number>("scroll") : 0;
      last.current = place;
    }
    if (wanted.current === undefined) return;
    element.scrollTop = wanted.current;
    at.current = element.scrollTop;
    if (height >= wanted.current + element.clientHeight) wanted.current = undefined;
  }, [scroller, place, height]);
  useEffect(() => {
    const element = scroller.current;
    // A selection or preview takes the place of the entry before it.
    if (wanted.current === undefined) rememberHere("scroll", at.current);
    const keep = () => {
      at.current = element?.scrollTop ?? 0;
      rememberHere("scroll", at.current);
    };
    // What a person scrolls counts more than what was remembered.
    const give = () => {
      wanted.current = undefined;
    };
    element?.addEventListener("scroll", keep, { passive: true });
    element?.addEventListener("wheel", give, { passive: true });
    element?.addEventListener("keydown", give);
    return () => {
      element?.removeEventListener("scroll", keep);
      element?.removeEventListener("wheel", give);
      element?.removeEventListener("keydown", give);
    };
  });
}
