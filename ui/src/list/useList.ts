// What a list page knows: what its address says, what the server answers to that, and how both are changed.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { columnsOf, leavesOutArchived, listingOf, mayNameArchived, needsTerms } from "../api/asks";
import { useHidden, useListing, useTotal, useTotals } from "../api/listing";
import { Problem } from "../api/problem";
import { fetchTerms, useOwnTerms } from "../api/searches";
import { type ListKind, pageOf, type Row } from "../api/shapes";
import { joinList, type ListSearch, splitList } from "../app/search";
import { MOST_COMPARED } from "../compare/address";
import { onlyType } from "../filter/terms";
import { filledColumns, sortAfter } from "./columns";
import { forgetColumns, rememberColumns, rememberedColumns } from "./memory";
import { useFilterEdits } from "./useFilterEdits";

export type List = ReturnType<typeof useList>;

export function useList(kind: ListKind) {
  const search = useSearch({ strict: false }) as ListSearch;
  const terms = useOwnTerms(search.filter ?? "");
  const type = terms && onlyType(terms);
  const asked = listingOf(kind, search, type, terms);
  const isKnown = terms !== undefined || !mayNameArchived(kind, search);
  const listing = useListing(asked, false, terms !== undefined || !needsTerms(kind, search));
  const counted = useTotal(asked, isKnown);
  const totals = useTotals();
  const records = useMemo(() => listing.data?.pages.flatMap((page) => page.rows) ?? [], [listing.data]);
  const selected = useMemo(() => new Set(splitList(search.selected)), [search.selected]);
  const mayHide = leavesOutArchived(kind, {}, terms ?? []);
  const hidden = useHidden(asked, listing.isSuccess && mayHide && (asked.unarchived || search.archived !== undefined));
  const suiting = listing.data?.pages[0]?.columns;
  const columns = useMemo(() => columnsOf(kind, search.columns, type, suiting), [search.columns, type, kind, suiting]);
  // Columns that nobody chose are left out where they are empty in the whole list, as a table of the command line does.
  const mayLeaveOut = listing.isSuccess && !listing.hasNextPage && !search.columns && !rememberedColumns(kind, type);
  const shown = useMemo(
    () => (mayLeaveOut && records.length > 0 ? filledColumns(columns, records) : columns),
    [mayLeaveOut, columns, records],
  );
  const changes = useChanges(kind, search, type);
  // Where the server does not count, the end of the list tells.
  const loadedTotal = listing.data && !listing.hasNextPage ? records.length : undefined;
  return {
    kind,
    search,
    filter: asked.filter,
    asked,
    /** Whether it is known which records are asked for. */
    isKnown,
    /** How many archived records it leaves out, or shows because its address says so. */
    hidden,
    listing,
    records,
    selected,
    columns,
    /** The columns that the table has: all that are chosen, or of the default ones those that some record fills. */
    shown,
    counted,
    total: counted?.count ?? loadedTotal,
    complete: counted?.complete !== false && !listing.data?.pages.some((page) => !page.complete),
    /** What the server says of the names in this filter, if it finds nothing; not while it cannot know them all. */
    unknown: listing.isPlaceholderData || !listing.data?.pages[0]?.complete ? undefined : listing.data.pages[0].unknown,
    preview: records.find(({ id }) => id === search.preview),
    isEmptyStore: kind === "artifacts" && totals.data?.artifacts === 0 && totals.data.executions === 0,
    // What the filter box is to say; that the server does not answer at all is said in place of the rows.
    problem: changes.editError ?? (isRefused(listing.error) ? listing.error : undefined),
    ...changes,
  };
}

function isRefused(error: unknown): boolean {
  return error instanceof Problem && error.kind === "refused";
}

/** The changes of a list's address. */
function useChanges(kind: ListKind, search: ListSearch, type: string | undefined) {
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
  /** Another filter; columns are kept per type, so that another type has its own. */
  const setFilter = async (next: string, others: ListSearch = {}) => {
    const nextType = await fetchTerms(next).then(onlyType, () => undefined);
    change({ ...others, filter: next || undefined, ...(nextType !== type && { columns: undefined }) });
  };
  const { edit, error: editError } = useFilterEdits(search.filter ?? "", (next) => void setFilter(next));
  const setColumns = (keys: readonly string[]) => {
    rememberColumns(kind, type, keys);
    change({ columns: joinList(keys), ...(search.sort && { sort: sortAfter(search.sort, keys) }) }, true);
  };
  const resetColumns = () => {
    forgetColumns(kind, type);
    change({ columns: undefined }, true);
  };
  return { change, setFilter, setColumns, resetColumns, edit, editError };
}

/** What can be compared, and the letter of its keys. */
const COMPARED: { readonly [Kind in ListKind]?: string } = { artifacts: "a", executions: "e" };

/** The ways from a list to other pages. */
export function useWays({ kind, selected }: Pick<List, "kind" | "selected">) {
  const navigate = useNavigate();
  return {
    open: (row: Row) => void navigate({ to: pageOf(row), params: { id: row.id } }),
    graph: (row: Row) => void navigate({ to: "/lineage", search: { focus: row.key } }),
    lineage: () => void navigate({ to: "/lineage", search: lineageOf(kind, selected) }),
    compare: () => {
      const letter = COMPARED[kind];
      if (letter && selected.size > 1 && selected.size <= MOST_COMPARED)
        void navigate({ to: "/compare", search: { ids: [...selected].map((id) => letter + id).join(",") } });
    },
  };
}

function lineageOf(kind: ListKind, selected: ReadonlySet<string>): { focus: string; show?: string } {
  const letter = kind === "executions" ? "e" : "a";
  const [first, ...others] = [...selected].map((id) => letter + id);
  return { focus: first as string, ...(others.length && { show: others.join(",") }) };
}
