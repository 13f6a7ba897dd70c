// What requests say: pure, so that the first ones can be sent before the web UI is loaded.

import type { LineageSearch, ListSearch } from "../app/search";
import { joinList, splitList, writeOrder } from "../app/search";
import { defaultColumns, isAskedFor, readColumns } from "../list/columns";
import { rememberedColumns, remembersTypes } from "../list/memory";
import type { SearchTerm } from "./searches";
import type { ListKind } from "./shapes";

export const PAGE = 100;
/** All generations: as many as the server walks. */
export const ALL = 10_000;
export const OPENING_LIMIT = 60;
export const WHOLE_LIMIT = 5000;
/** The most nodes that the server answers at once. */
export const MOST_NODES = 20_000;

/** What a list shows and in which order. */
export interface Listing {
  readonly kind: ListKind;
  readonly filter: string;
  /** The server's own filter query, instead of the filter. */
  readonly query: string | undefined;
  readonly sort: string;
  /** Values to fetch: label.K, prop.K, metric.K. */
  readonly columns?: string | undefined;
  readonly context?: string | undefined;
  /** Leave out archived records. */
  readonly unarchived?: boolean | undefined;
}

/** What to load: generations up and down from a node, in a time, inside a context. */
export interface LineageAsk {
  readonly focus: string;
  readonly up: number;
  readonly down: number;
  readonly limit: number;
  readonly asOf?: number | undefined;
  readonly since?: number | undefined;
  readonly inside?: string | undefined;
  readonly internal?: boolean | undefined;
  /** Leave out events that are only declared. */
  readonly undeclared?: boolean | undefined;
  /** Metrics and labels to show on the nodes: metric.auc */
  readonly columns?: readonly string[] | undefined;
}

/** What a list's address asks for; columns that it does not name are those of the one type of its filter, if it has one. */
export function listingOf(
  kind: ListKind,
  search: ListSearch,
  type?: string,
  terms: readonly NamingKeys[] = [],
): Listing {
  const columns = chosenColumns(kind, search.columns, type);
  const hasOwn = kind === "artifacts" || kind === "executions";
  return {
    kind,
    filter: search.filter ?? "",
    query: search.fx,
    sort: search.sort ?? "-created",
    // Where nobody chose columns, the server knows which suit the type that is listed.
    columns: columns ? joinList(columns.map(({ key }) => key).filter(isAskedFor)) : search.filter && hasOwn && SUITING,
    unarchived: leavesOutArchived(kind, search, terms),
  } as Listing;
}

/** What is known of a term: the keys that the server found in it. */
type NamingKeys = Pick<SearchTerm, "named_keys">;

/** Whether a list leaves out archived records: unless its address shows them, or its filter has a key for them. */
export function leavesOutArchived(
  kind: ListKind,
  { archived }: Pick<ListSearch, "archived">,
  terms: readonly NamingKeys[],
): boolean {
  return kind !== "runs" && archived !== "shown" && !terms.some((term) => term.named_keys.includes("archived"));
}

/** Whether only the server can tell if a filter has a key for archived records, since the word is in it. */
export function mayNameArchived(kind: ListKind, { archived, filter = "" }: ListSearch): boolean {
  return kind !== "runs" && archived !== "shown" && /archived/i.test(filter);
}

/** The term that leaves out archived records. */
export const UNARCHIVED = "-has:archived";

/** A filter as it is sent: with a term for what the list leaves out. */
function sentFilter({ filter, unarchived }: Pick<Listing, "filter" | "unarchived">): string {
  return unarchived ? `${filter} ${UNARCHIVED}`.trim() : filter;
}

/** A filter of the server, which has read what was sent, without the term for what the list leaves out. */
export function ownFilter(read: string, unarchived: boolean | undefined): string {
  return unarchived && read.endsWith(UNARCHIVED) ? read.slice(0, -UNARCHIVED.length).trim() : read;
}

/** What stands for the columns that suit the type of a list. */
export const SUITING = "default";

/** The columns of a list: those of its address, or those that the browser remembers for its type, or else others. */
export function columnsOf(
  kind: ListKind,
  columns: string | undefined,
  type?: string,
  suiting?: readonly string[] | null,
) {
  const pinned = suiting?.map((key) => (key === "name" ? "!name" : key));
  return chosenColumns(kind, columns, type) ?? readColumns(pinned ?? defaultColumns(kind));
}

function chosenColumns(kind: ListKind, columns: string | undefined, type: string | undefined) {
  const written = columns ? splitList(columns) : rememberedColumns(kind, type);
  return written && readColumns(written);
}

/** Whether what a list asks for depends on the terms of its filter, which the server reads: its type, or `archived`. */
export function needsTerms(kind: ListKind, search: ListSearch): boolean {
  const { filter, columns } = search;
  return (Boolean(filter) && !columns && remembersTypes(kind)) || mayNameArchived(kind, search);
}

export function selectionParams(listing: Omit<Listing, "sort">) {
  const { query, context } = listing;
  const q = sentFilter(listing);
  return {
    ...(q && { q }),
    ...(query && { filter_query: query }),
    ...(context && { context_id: context }),
  };
}

export function pageParams(listing: Listing, cursor: string) {
  return {
    ...selectionParams(listing),
    order_by: writeOrder(listing.sort),
    limit: PAGE,
    ...(listing.columns && { columns: listing.columns }),
    ...(cursor && { cursor }),
  };
}

export function lineageParams({ focus, up, down, limit, asOf, since, inside, internal, columns }: LineageAsk) {
  return {
    focus,
    up,
    down,
    limit,
    ...(asOf !== undefined && { as_of: asOf }),
    ...(since !== undefined && { since }),
    ...(inside && { inside }),
    ...(internal && { internal: true }),
    ...(columns && columns.length > 0 && { columns: joinList(columns) }),
  };
}

/** What opens the graph of a node: one generation each way, or as many as the address says. */
export function openingOf(focus: string, search: LineageSearch): LineageAsk {
  const isWhole = search.up === "all" || search.down === "all" || search.context;
  return {
    ...commonOf(search),
    focus,
    up: generations(search.up),
    down: generations(search.down),
    limit: limitOf(search, isWhole ? WHOLE_LIMIT : OPENING_LIMIT),
  };
}

/** How many nodes to ask for: more than at first where the reader went on. */
export function limitOf({ most }: LineageSearch, first: number): number {
  return Math.min(MOST_NODES, Math.max(first, Number(most) || 0));
}

/** What nodes can show that is no column of the server. */
export const FIGURES: readonly string[] = ["aliases", "headline", "evidence"];

/** What proves which code and which bytes a node stands for: the commit of an execution, the digest of an artifact. */
export const EVIDENCE: readonly string[] = ["prop.git.commit", "prop.digest"];

/** The columns of the server for what an address shows on the nodes; a parameter is a property of an execution. */
function nodeColumns(figure: string | undefined): readonly string[] {
  const words = splitList(figure);
  const own = words.filter((word) => !FIGURES.includes(word)).map((word) => word.replace(/^param\./, "prop.param."));
  return words.includes("evidence") ? [...own, ...EVIDENCE] : own;
}

/** What every request of one graph says. */
export function commonOf(search: LineageSearch) {
  return {
    asOf: search.asof ? Number(search.asof) : undefined,
    since: search.since ? Number(search.since) : undefined,
    inside: search.context,
    columns: nodeColumns(search.figure),
    internal: splitList(search.events).includes("internal"),
    undeclared: splitList(search.events).includes("-declared"),
  };
}

function generations(text: string | undefined): number {
  if (text === "all") return ALL;
  return text === undefined ? 1 : Math.min(ALL, Math.max(0, Number(text) || 0));
}
