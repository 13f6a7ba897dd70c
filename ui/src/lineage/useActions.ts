// What can be done in the lineage explorer, by key or by pointer: each act changes the address.

import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { joinList, type LineageSearch, splitList } from "../app/search";
import type { Direction } from "./graph";
import { readExpansions, writeExpansion } from "./view";

export type Change = (changes: LineageSearch, replace?: boolean) => void;
export type Actions = ReturnType<typeof useActions>;

/** @returns a function that changes parts of the address, as an entry of the history or in place of the last one. */
export function useChange(): Change {
  const navigate = useNavigate();
  return useCallback(
    (changes: LineageSearch, replace = false) =>
      void navigate({
        to: "/lineage",
        search: (old) => ({ ...old, ...changes }) as LineageSearch,
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
}

export function useActions(search: LineageSearch, change: Change, selected?: string) {
  const anchor = useRef<string | undefined>(search.focus);
  const fit = useRef<(() => void) | undefined>(undefined);
  useEffect(() => {
    anchor.current = search.focus;
  }, [search.focus]);
  return useMemo(() => {
    const expand = (key: string, direction: Direction, all: boolean) => {
      anchor.current = key;
      change({ more: joinList([...splitList(search.more), writeExpansion({ key, direction, all })]) });
    };
    const fold = (key: string, direction: Direction) => {
      anchor.current = key;
      const kept = readExpansions(search.more).filter((item) => item.key !== key || item.direction !== direction);
      change({ more: joinList(kept.map(writeExpansion)) });
    };
    const select = (key: string | undefined) => {
      anchor.current = key ?? anchor.current;
      change({ sel: key }, true);
    };
    const focus = (key: string) => {
      anchor.current = key;
      if (key.startsWith("s")) select(key);
      else
        change({
          focus: key,
          sel: key,
          more: undefined,
          most: undefined,
          path: undefined,
          only: undefined,
          show: undefined,
        });
    };
    const path = (key: string, from = selected ?? search.focus) => {
      anchor.current = key;
      if (from && from !== key) change({ path: `${from},${key}`, way: undefined });
    };
    const press = (key: string): boolean => {
      const command = commands(search, change, selected)[key];
      if (key === "e" && (selected ?? search.focus)) expandBoth(selected ?? search.focus ?? "");
      command?.();
      return key === "e" || command !== undefined;
    };
    const expandBoth = (key: string) => {
      anchor.current = key;
      const both = [`${key}u`, `${key}d`];
      change({ more: joinList(new Set([...splitList(search.more), ...both])) });
    };
    const open = (key: string) => {
      select(key);
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".lineage-side a, .lineage-side input")?.focus());
    };
    return { anchor, fit, expand, fold, select, focus, path, press, open };
  }, [search, change, selected]);
}

/** What keys do, beside walking and expanding. */
function commands(search: LineageSearch, change: Change, selected?: string): Readonly<Record<string, () => void>> {
  const at = selected ?? search.focus;
  const way = (step: number) => change({ way: String(Math.max(0, Number(search.way ?? 0) + step)) }, true);
  return {
    r: () => at && change({ more: joinList(splitList(search.more).filter((item) => !item.startsWith(at))) }),
    i: () => change({ only: at }),
    h: () => selected && change({ hide: joinList([...splitList(search.hide), selected]), sel: undefined }),
    n: () => way(1),
    p: () => way(-1),
    t: () => change({ view: search.view === "table" ? undefined : "table" }),
    Escape: () => change(search.path ? { path: undefined, way: undefined } : { sel: undefined }),
  };
}
