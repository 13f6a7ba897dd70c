// What a list page knows: what its address says, what the server answers to that, and how both are changed.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { columnsOf, listingOf } from "../api/asks";
import { useListing, useTotal, useTotals } from "../api/listing";
import { type ListKind, pageOf, type Row } from "../api/shapes";
import { joinList, type ListSearch, splitList } from "../app/search";
import { onlyType } from "../filter/write";
import { sortAfter } from "./columns";
import { rememberColumns } from "./memory";

export type List = ReturnType<typeof useList>;

export function useList(kind: ListKind) {
  const search = useSearch({ strict: false }) as ListSearch;
  const asked = listingOf(kind, search);
  const listing = useListing(asked);
  const counted = useTotal(asked);
  const totals = useTotals();
  const records = useMemo(() => listing.data?.pages.flatMap((page) => page.rows) ?? [], [listing.data]);
  const selected = useMemo(() => new Set(splitList(search.selected)), [search.selected]);
  const columns = useMemo(
    () => columnsOf(kind, { columns: search.columns, filter: search.filter }),
    [search.columns, search.filter, kind],
  );
  // Where the server does not count, the end of the list tells.
  const loadedTotal = listing.data && !listing.hasNextPage ? records.length : undefined;
  return {
    kind,
    search,
    filter: asked.filter,
    asked,
    listing,
    records,
    selected,
    columns,
    counted,
    total: counted?.count ?? loadedTotal,
    complete: counted?.complete !== false && !listing.data?.pages.some((page) => !page.complete),
    preview: records.find(({ id }) => id === search.preview),
    isEmptyStore: kind === "artifacts" && totals.data?.artifacts === 0 && totals.data.executions === 0,
    ...useChanges(kind, search),
  };
}

/** The changes of a list's address. */
function useChanges(kind: ListKind, search: ListSearch) {
  const navigate = useNavigate();
  const change = useCallback(
    (changes: ListSearch, replace = false) =>
      void navigate({
        to: ".",
        search: ((old: ListSearch) => ({ ...old, ...changes })) as never,
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  const type = onlyType(search.filter ?? "");
  /** Another filter; columns are kept per type, so that another type has its own. */
  const setFilter = (next: string, others: ListSearch = {}) =>
    change({
      ...others,
      filter: next || undefined,
      ...(onlyType(next) !== type && { columns: undefined }),
    });
  const setColumns = (keys: readonly string[]) => {
    rememberColumns(kind, type, keys);
    change({ columns: joinList(keys), ...(search.sort && { sort: sortAfter(search.sort, keys) }) }, true);
  };
  return { change, setFilter, setColumns };
}

/** The ways from a list to other pages. */
export function useWays({ kind, selected }: Pick<List, "kind" | "selected">) {
  const navigate = useNavigate();
  return {
    open: (row: Row) => void navigate({ to: pageOf(row), params: { id: row.id } }),
    graph: (row: Row) => void navigate({ to: "/lineage", search: { focus: row.key } }),
    lineage: () => void navigate({ to: "/lineage", search: lineageOf(kind, selected) }),
    compare: () => {
      if (selected.size > 1)
        void navigate({ to: "/compare", search: { ids: [...selected].map((id) => `a${id}`).join(",") } });
    },
  };
}

function lineageOf(kind: ListKind, selected: ReadonlySet<string>): { focus: string; show?: string } {
  const letter = kind === "executions" ? "e" : "a";
  const [first, ...others] = [...selected].map((id) => letter + id);
  return { focus: first as string, ...(others.length && { show: others.join(",") }) };
}
