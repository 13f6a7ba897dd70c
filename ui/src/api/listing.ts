// Lists and their facets.

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { joinList, writeOrder } from "../app/search";
import { isAskedFor } from "../list/columns";
import { type Listing, ownFilter, pageParams, SUITING, selectionParams } from "./asks";
import { api, BASE, dataOf } from "./client";
import { fetchRuns } from "./runs";
import type { Facet, ListedPage, ListKind, Totals, UnknownInFilter } from "./shapes";

type ApiKind = "artifacts" | "executions" | "contexts";

function apiKind(kind: ListKind): ApiKind {
  return kind === "artifacts" || kind === "executions" ? kind : "contexts";
}

export async function fetchPage(listing: Listing, cursor: string, signal?: AbortSignal): Promise<ListedPage> {
  if (listing.kind === "runs") return fetchRuns(listing.filter, cursor, signal);
  const query = pageParams(listing, cursor);
  const path = listing.kind === "workspaces" && !namesType(listing.filter) ? "workspaces" : apiKind(listing.kind);
  const page = await dataOf(
    api.GET(`/api/v1/${path as "artifacts"}`, { params: { query }, ...(signal && { signal }) }),
  );
  const { items: rows, next_cursor: next, complete, columns, unknown: names, meant } = page;
  return { rows, next, complete, columns, unknown: { names, meant: meant && ownFilter(meant, listing.unarchived) } };
}

/** Whether a filter names a type: then contexts of all types are looked through, as jobs of OpenLineage are. */
export function namesType(filter: string): boolean {
  return /(^|[\s(])type\s*[:=]/.test(filter);
}

/**
 * @param refresh milliseconds after which it is asked for again.
 * @param enabled whether all that is asked for is known.
 */
export function useListing(listing: Listing, refresh: number | false = false, enabled = true) {
  return useInfiniteQuery({
    queryKey: ["list", listing],
    queryFn: ({ pageParam, signal }) => fetchPage({ ...listing, ...pageParam.listing }, pageParam.cursor, signal),
    initialPageParam: { cursor: "" } as PageParam,
    getNextPageParam: (page) => nextPage(listing, page),
    refetchInterval: refresh,
    enabled,
    // The last result stays while the next one loads or while the filter has a mistake; never another kind's.
    placeholderData: (old, last) => (sameKind(last?.queryKey[1] as Listing | undefined, listing) ? old : undefined),
  });
}

/** Where a page begins, and what it asks for that the listing leaves to the server. */
interface PageParam {
  readonly cursor: string;
  readonly listing?: Partial<Listing>;
}

/** All pages show the columns that suited the first one. */
function nextPage({ columns }: Listing, page: ListedPage): PageParam | undefined {
  if (!page.next) return undefined;
  if (columns !== SUITING) return { cursor: page.next };
  return { cursor: page.next, listing: { columns: joinList(page.columns?.filter(isAskedFor) ?? []) } };
}

function sameKind(old: Listing | undefined, next: Listing): boolean {
  return old?.kind === next.kind && old.context === next.context;
}

/** The names in a filter of artifacts that none of them has; asked where something else than a list finds nothing. */
export function useUnknown(filter: string, query: string | undefined, enabled: boolean): UnknownInFilter | undefined {
  const found = useQuery({
    queryKey: ["unknown", filter, query],
    queryFn: async ({ signal }) => {
      const params = { query: { ...selectionParams({ kind: "artifacts", filter, query }), limit: 1 } };
      const { complete, unknown: names, meant } = await dataOf(api.GET("/api/v1/artifacts", { signal, params }));
      return complete && names.length > 0 ? { names, meant } : null;
    },
    enabled: enabled && filter !== "",
  });
  return found.data ?? undefined;
}

/** Runs and workspaces are few, and are not counted by the server. */
export function isCounted(kind: ListKind): boolean {
  return kind === "artifacts" || kind === "executions";
}

/** How many there are: up to 10,000 at once, the exact number after that. */
export function useTotal(listing: Omit<Listing, "sort" | "columns">, enabled = true) {
  const { kind, filter, query: fx, context, unarchived } = listing;
  const parts = { kind, filter, query: fx, context, unarchived };
  const ask = (exact: boolean) => ({
    queryKey: ["count", parts, exact],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      dataOf(
        api.GET(`/api/v1/${apiKind(listing.kind) as "artifacts"}/count`, {
          signal,
          params: { query: { ...selectionParams(listing), ...(exact && { exact }) } },
        }),
      ),
  });
  const first = useQuery({ ...ask(false), enabled: enabled && isCounted(listing.kind) });
  const second = useQuery({ ...ask(true), enabled: enabled && first.data?.exact === false });
  return second.data ?? first.data;
}

/** The address of a whole listing as a file; CSV for Excel begins with a byte order mark. */
export function exportAddress(listing: Listing, format: "csv" | "excel" | "json"): string {
  const form = format === "excel" ? "csv" : format;
  const query = new URLSearchParams({ ...selectionParams(listing), order_by: writeOrder(listing.sort), format: form });
  if (format === "excel") query.set("bom", "true");
  if (listing.columns) query.set("columns", listing.columns);
  return `${BASE}/api/v1/${apiKind(listing.kind)}/export?${query}`;
}

/** How many archived records a list leaves out; asked once its rows are there. */
export function useHidden(listing: Listing, enabled: boolean): number {
  const asked = { ...listing, filter: `${listing.filter} has:archived`.trim(), unarchived: false };
  const found = useQuery({
    queryKey: ["hidden", listing.kind, listing.filter, listing.query, listing.context],
    queryFn: async ({ signal }) => {
      if (!isCounted(listing.kind)) return countRows(asked, signal);
      const params = { query: { ...selectionParams(asked), exact: true } };
      return (await dataOf(api.GET(`/api/v1/${apiKind(listing.kind) as "artifacts"}/count`, { signal, params }))).count;
    },
    enabled: enabled && listing.kind !== "runs",
  });
  return found.data ?? 0;
}

/** Count what the server does not count: page by page. */
async function countRows(listing: Listing, signal: AbortSignal): Promise<number> {
  let [number, cursor]: [number, string | null] = [0, ""];
  while (cursor !== null) {
    const page: ListedPage = await fetchPage(listing, cursor, signal);
    number += page.rows.length;
    cursor = page.next;
  }
  return number;
}

export function useFacets(
  kind: ListKind,
  filter: string,
  query: string | undefined,
  unarchived = false,
  enabled = true,
) {
  return useQuery({
    queryKey: ["facets", kind, filter, query, unarchived],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET(`/api/v1/${apiKind(kind) as "artifacts"}/facets`, {
          signal,
          params: { query: selectionParams({ kind, filter, query, unarchived }) },
        }),
      ),
    placeholderData: (old, last) => (last?.queryKey[1] === kind ? old : undefined),
    enabled: enabled && isCounted(kind),
  });
}

/** Fields that the list can show, most filled first. */
export function useFields(
  kind: ListKind,
  filter: string,
  query: string | undefined,
  enabled: boolean,
  unarchived = false,
) {
  return useQuery({
    queryKey: ["columns", kind, filter, query, unarchived],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET(`/api/v1/${apiKind(kind) as "artifacts"}/columns`, {
          signal,
          params: { query: selectionParams({ kind, filter, query, unarchived }) },
        }),
      ),
    enabled: enabled && kind !== "runs",
    placeholderData: keepPreviousData,
  });
}

/** What the whole store holds. */
export function useTotals(refresh?: number) {
  return useQuery({
    queryKey: ["totals"],
    queryFn: (): Promise<Totals> => dataOf(api.GET("/api/v1/totals")),
    ...(refresh !== undefined && { refetchInterval: refresh }),
  });
}

export type { Facet };
