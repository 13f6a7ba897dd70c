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

// The properties that a facet decides (lineal/openlineage/facets.py).
const SAID = new Set(
  (
    "description owner sql sql_dialect source_code source_language source_url source_version integration job_type " +
    "processing_type parent_run parent_job parent_job_namespace root_run root_job root_job_namespace nominal_start " +
    "nominal_end engine engine_version external_query parameters error_message error_traceback"
  ).split(" "),
);

/** A run or job without the properties that its facets say already. */
export function withoutSaid(record: Node): Node {
  if (!record.type.startsWith("openlineage.") || !hasFacets(record)) return record;
  const properties = Object.fromEntries(Object.entries(record.properties).filter(([name]) => !SAID.has(name)));
  return { ...record, properties };
}
