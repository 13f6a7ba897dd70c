// The API's shapes under short names, and what can be said of a record from its shape alone.

import type { components } from "./schema";

type Schemas = components["schemas"];
export type Card = Schemas["Card"];
export type Row = Schemas["Row"];
export type Node = Schemas["Node"];
export type Value = Row["values"][string];
export type Neighbour = Schemas["Neighbour"];
export type Reference = Schemas["Reference"];
export type Cut = Schemas["Cut"];
export type Lineage = Schemas["Lineage"];
export type LineageNode = Schemas["LineageNode"];
export type Edge = Schemas["Edge"];
export type Evaluation = Schemas["Evaluation"];
export type Facets = Schemas["Facets"];
export type Facet = Schemas["Facet"];
export type FacetValue = Schemas["FacetValue"];
export type Totals = Schemas["Totals"];
export type Run = Schemas["Run"];
export type Series = Schemas["Series"];
export type TypeInfo = Schemas["TypeInfo"];

export type ListKind = "artifacts" | "executions" | "runs" | "workspaces";
export type PageKind = "artifact" | "execution" | "run" | "workspace";

/** The names in a search that no record has, and the filter with the nearest ones; null if none has a nearest. */
export interface UnknownInFilter {
  readonly names: readonly Schemas["UnknownName"][];
  readonly meant: string | null;
}

/** A part of a list. */
export interface ListedPage {
  readonly rows: readonly Row[];
  readonly next: string | null;
  /** Whether the search index had caught up. */
  readonly complete: boolean;
  /** The columns that suit the type that is listed, where the server was asked for them. */
  readonly columns?: readonly string[] | null;
  /** What the server says of a search that finds nothing. */
  readonly unknown?: UnknownInFilter;
}

/** The page of a record. A context that is no run is shown like a workspace; runs have keys of their own. */
export function pageOf(record: { readonly kind: string; readonly key: string }) {
  if (record.kind === "artifact") return "/artifacts/$id";
  if (record.kind === "execution") return "/executions/$id";
  return record.key.startsWith("r") ? "/runs/$id" : "/workspaces/$id";
}

/** The lists in which records stand, by their kind. */
export const LISTS = { artifact: "/artifacts", execution: "/executions", context: "/workspaces" } as const;

/** What to call a record: its name, else its uri, else its id. */
export function titleOf(record: {
  readonly name: string | null;
  readonly uri?: string | null;
  readonly id: string;
}): string {
  return record.name || record.uri || `id ${record.id}`;
}

/**
 * How long an execution took, or has been running until now, in milliseconds; undefined unless its start and end are
 * recorded: when a record was written or changed says nothing of it.
 */
export function durationOf(record: Timed, now = Date.now()): number | undefined {
  if (!record.start_is_recorded || typeof record.started !== "number") return undefined;
  if (record.state === "RUNNING") return Math.max(0, now - record.started);
  return record.end_is_recorded && record.ended ? Math.max(0, record.ended - record.started) : undefined;
}

interface Timed {
  readonly state?: string | null;
  readonly started?: number | null;
  readonly ended?: number | null;
  readonly start_is_recorded?: boolean;
  readonly end_is_recorded?: boolean;
}

/** Whether the properties of an execution say when it started and, if it is over, when it ended. */
export function hasTimes(record: {
  readonly start_is_recorded: boolean;
  readonly end_is_recorded: boolean;
  readonly ended: number | null;
}): boolean {
  return record.start_is_recorded && (record.end_is_recorded || record.ended === null);
}

/** The Python that gets the record, to paste into a notebook. */
export function pythonFor(record: { readonly kind: string; readonly id: string }, url: string): string {
  return `import lineal\n\nstore = lineal.connect("${url}")\n[record] = store.get_${record.kind}s_by_id([${record.id}])\n`;
}
