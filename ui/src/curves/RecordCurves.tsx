// The curves of one record, on its page: there only if points of metrics were logged to it.

import { lazy, Suspense, useMemo } from "react";
import { useMetricNames } from "../api/curves";
import { type Node, titleOf } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { Loading } from "../state/States";

const Curves = lazy(() => loadPart(() => import("./Curves")));

export function RecordCurves({ record }: { record: Node }) {
  const isLive = record.state === "RUNNING";
  const records = useMemo(() => [{ key: record.key, name: titleOf(record), isLive }], [record, isLive]);
  const keys = useMemo(() => [record.key], [record.key]);
  const names = useMetricNames(keys, isLive);
  if (!names.data?.items.some(({ is_curve }) => is_curve)) return null;
  return (
    <section className="record-curves" aria-label="Logged metrics">
      <h2>Logged metrics</h2>
      <Suspense fallback={<Loading rows={6} />}>
        <Curves records={records} part="both" />
      </Suspense>
    </section>
  );
}
