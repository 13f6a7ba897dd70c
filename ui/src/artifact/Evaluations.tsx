// The metrics that were reported on an artifact, newest first.

import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useEvaluations } from "../api/details";
import type { Evaluation, Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { joinList } from "../app/search";
import { Empty, Loaded, Loading } from "../state/States";
import { Ago } from "../values/Ago";
import { metricNames } from "../values/humanNames";
import { Labels } from "../values/Labels";
import { count, formatCount, formatNumber, toNumber } from "../values/numbers";

/** As many metrics of all versions as are charted at first. */
const CHARTED = 4;
const EvaluationPlots = lazy(() => loadPart(() => import("./EvaluationPlots")));

export function Evaluations({ artifact }: { artifact: Node }) {
  const evaluations = useEvaluations(artifact.id);
  return (
    <Loaded query={evaluations}>
      {({ items, total }) =>
        items.length === 0 ? (
          <Empty title="No metrics on this artifact">
            <p className="muted">Metrics that name it as their model or data set appear here.</p>
          </Empty>
        ) : (
          <>
            {items.length < total && (
              <p className="muted">
                {formatCount(items.length)} of {count(total, "report")} are shown, those that were written last.
              </p>
            )}
            <EvaluationTable items={items} artifact={artifact} />
          </>
        )
      }
    </Loaded>
  );
}

function EvaluationTable({ items, artifact }: { items: readonly Evaluation[]; artifact: Node }) {
  const names = useMemo(() => [...new Set(items.flatMap(({ values }) => Object.keys(values)))], [items]);
  const called = metricNames(names);
  return (
    <>
      {artifact.name && <ChartAll name={artifact.name} metrics={names} />}
      <Suspense fallback={<Loading rows={4} />}>
        <EvaluationPlots items={items} names={names} />
      </Suspense>
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              <th>When</th>
              <th>Reported by</th>
              <th>Kind</th>
              {names.map((name) => (
                <th key={name} className="end" title={name}>
                  <bdi>{called.get(name)}</bdi>
                </th>
              ))}
              <th>Labels</th>
            </tr>
          </thead>
          <tbody>
            {items.toReversed().map((item) => (
              <tr key={item.reporter.key}>
                <td>
                  <Ago time={item.time} />
                </td>
                <td>
                  <Link to="/artifacts/$id" params={{ id: item.reporter.id }}>
                    <bdi>{item.reporter.name ?? item.reporter.key}</bdi>
                  </Link>
                </td>
                <td>{item.metrics_type ?? "–"}</td>
                {names.map((name) => (
                  <Figure key={name} value={item.values[name]} />
                ))}
                <td>
                  <Labels labels={item.labels} most={3} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The way to the metrics of all versions. */
function ChartAll({ name, metrics }: { name: string; metrics: readonly string[] }) {
  const charted = joinList(metrics.slice(0, CHARTED)) ?? "";
  return (
    <p className="plots-all">
      <Link to="/monitor" search={{ name, metrics: charted, by: "version" }}>
        Chart all versions
      </Link>
      {metrics.length > CHARTED && (
        <span className="muted">
          {" "}
          with {CHARTED} of {count(metrics.length, "metric")}; choose others there
        </span>
      )}
    </p>
  );
}

function Figure({ value }: { value: number | string | undefined }) {
  const number = toNumber(value);
  return (
    <td className="end number" title={value === undefined ? undefined : String(value)}>
      {number === null ? "–" : formatNumber(number)}
    </td>
  );
}
