// The state of curves in the address of the page that they are on, and its changes.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { type CurveSearch, type CurveView, viewOf } from "./address";

export interface CurveState {
  readonly view: CurveView;
  readonly change: (changes: CurveSearch) => void;
}

export function useCurveView(): CurveState {
  const search = useSearch({ strict: false }) as CurveSearch;
  const navigate = useNavigate();
  const change = useCallback(
    (changes: CurveSearch) =>
      void navigate({
        to: ".",
        search: ((old: object) => ({ ...old, ...changes })) as never,
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const view = useMemo(() => viewOf(search), [search]);
  return { view, change };
}
