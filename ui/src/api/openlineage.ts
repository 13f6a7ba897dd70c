// What OpenLineage's events said: facets of a record, columns of a data set, and where a column comes from.

import { useQuery } from "@tanstack/react-query";
import { api, dataOf, REFRESH_EVERY } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Columns = Schemas["DataSetColumns"];
export type Column = Schemas["DataSetColumn"];
export type Assertion = Schemas["Assertion"];
export type ColumnLink = Schemas["ColumnLink"];
export type Transformation = Schemas["ColumnTransformation"];
export type RecordedFacet = Schemas["RecordedFacet"];
export type FacetDetail = Schemas["FacetDetail"];
export type FacetsOfUse = Schemas["FacetsOfUse"];

type ApiKind = "artifacts" | "executions" | "contexts";

/** The facets of a record; a name means that facet alone, with all of its content. */
export function useFacets(kind: ApiKind, id: string, name?: string) {
  return useQuery({
    queryKey: ["facets", kind, id, name],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET(`/api/v1/${kind as "artifacts"}/{node_id}/facets`, {
          signal,
          params: { path: { node_id: id }, query: name === undefined ? {} : { name } },
        }),
      ),
    refetchInterval: name === undefined && REFRESH_EVERY,
  });
}

export function useColumns(id: string) {
  return useQuery({
    queryKey: ["columns", id],
    queryFn: ({ signal }) =>
      dataOf(api.GET("/api/v1/artifacts/{node_id}/columns", { signal, params: { path: { node_id: id } } })),
    refetchInterval: REFRESH_EVERY,
  });
}

/** One step from a column: up to what it comes from, or down to what became of it. */
export function useColumnLinks(id: string, column: string, direction: "up" | "down") {
  return useQuery({
    queryKey: ["column-lineage", id, column, direction],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET("/api/v1/artifacts/{node_id}/columns/lineage", {
          signal,
          params: { path: { node_id: id }, query: { column, direction, depth: 1 } },
        }),
      ),
  });
}
