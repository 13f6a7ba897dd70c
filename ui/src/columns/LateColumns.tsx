// The columns of a data set, loaded when they are looked at, and whether a record has any.

import { lazy, Suspense } from "react";
import type { Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { Loading } from "../state/States";

const Columns = lazy(() => loadPart(() => import("./Columns")));
const NAMING = new Set(["schema", "columnLineage", "lineage", "dataQualityMetrics", "dataQualityAssertions"]);

/** Whether events of OpenLineage named columns of a record. */
export function hasColumns(record: Node): boolean {
  return record.facets.some((name) => NAMING.has(name));
}

export function LateColumns({ id }: { id: string }) {
  return (
    <Suspense fallback={<Loading rows={8} label="Loading the columns" />}>
      <Columns id={id} />
    </Suspense>
  );
}
