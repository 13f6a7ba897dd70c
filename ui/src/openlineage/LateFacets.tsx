// What OpenLineage's events said of a record, loaded when a record has some of it.

import { lazy, Suspense } from "react";
import type { Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { Loading } from "../state/States";

const FacetsPart = lazy(() => loadPart(() => import("./FacetsPart")));
export const JOB = "openlineage.Job";

/** Whether a record has facets: a run also has those of its job. */
export function hasFacets(record: Node): boolean {
  return record.facets.length > 0 || (record.kind === "execution" && record.contexts.some(({ type }) => type === JOB));
}

export function LateFacets({ record }: { record: Node }) {
  if (!hasFacets(record)) return null;
  return (
    <Suspense fallback={<Loading rows={4} label="Loading the facets" />}>
      <FacetsPart record={record} />
    </Suspense>
  );
}

// The properties that a facet decides and the page shows elsewhere (lineal/openlineage/facets.py).
const SAID: Readonly<Record<string, string>> = {
  documentation: "description",
  ownership: "owner",
  tags: "labels",
  sql: "sql sql_dialect",
  sourceCode: "source_code source_language",
  sourceCodeLocation: "source_url source_version",
  jobType: "integration job_type processing_type",
  parent: "parent_run parent_job parent_job_namespace root_run root_job root_job_namespace",
  nominalTime: "nominal_start nominal_end",
  processing_engine: "engine engine_version",
  externalQuery: "external_query",
  executionParameters: "parameters",
  errorMessage: "error_message error_traceback",
  schema: "columns column_names",
  dataSource: "source source_uri",
  storage: "storage format",
  datasetType: "data_set_type",
  catalog: "catalog catalog_type",
  lifecycleStateChange: "change previous_name previous_namespace",
};

/** A record without the properties that its facets say already. What another door says of its own record stays. */
export function withoutSaid(record: Node): Node {
  const said = new Set(record.facets.flatMap((name) => SAID[name]?.split(" ") ?? []));
  if (said.size === 0) return record;
  const unsaid = (properties: Node["properties"]): Node["properties"] =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => !said.has(name)));
  const isMadeByEvents = record.external_id?.startsWith("openlineage:") ?? false;
  return {
    ...record,
    properties: isMadeByEvents ? unsaid(record.properties) : record.properties,
    custom_properties: unsaid(record.custom_properties),
  };
}
