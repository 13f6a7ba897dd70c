// The curves of the records of a comparison over each other, for those that points of metrics were logged to.

import { lazy, Suspense, useMemo } from "react";
import { useMetricNames } from "../api/curves";
import type { Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { experimentOf } from "../mlflow/run";
import { Loading } from "../state/States";
import type { CompareProps } from "./useCompared";

const Curves = lazy(() => loadPart(() => import("../curves/Curves")));

export function Overlaid({ comparison: { nodes }, names }: Pick<CompareProps, "comparison" | "names">) {
  const keys = useMemo(() => nodes.map(({ key }) => key), [nodes]);
  const records = useMemo(() => recordsOf(nodes, names), [nodes, names]);
  const metrics = useMetricNames(
    keys,
    records.some(({ isLive }) => isLive),
  );
  if (!metrics.data?.items.some(({ is_curve }) => is_curve)) return null;
  return (
    <section className="overlaid" aria-label="Curves">
      <h2>Curves</h2>
      <Suspense fallback={<Loading rows={6} />}>
        <Curves records={records} part="both" />
      </Suspense>
    </section>
  );
}

/** What lines are called: with their experiment where the runs are of several. */
function recordsOf(nodes: readonly Node[], names: readonly string[]) {
  const experiments = nodes.map((node) => experimentOf(node)?.name);
  const isOfMany = new Set(experiments.filter((name) => name !== undefined)).size > 1;
  return nodes.map(({ key, state }, at) => {
    const [name, experiment] = [names[at] ?? key, experiments[at]];
    return { key, name: isOfMany && experiment ? `${experiment} / ${name}` : name, isLive: state === "RUNNING" };
  });
}
