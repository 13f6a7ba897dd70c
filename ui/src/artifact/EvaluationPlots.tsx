// The metrics of one artifact over time, for those that were reported more than once.

import { useMemo } from "react";
import type { Evaluation } from "../api/shapes";
import { toNumber } from "../values/numbers";
import { Plot } from "../values/Plot";

const MOST = 4;

interface EvaluationPlotsProps {
  readonly items: readonly Evaluation[];
  readonly names: readonly string[];
}

export default function EvaluationPlots({ items, names }: EvaluationPlotsProps) {
  const series = useMemo(() => names.map((name) => seriesOf(items, name)), [items, names]);
  const drawn = series.filter(({ xs }) => xs.length > 1).slice(0, MOST);
  return (
    <div className="plots">
      {drawn.map(({ name, xs, lines }) => (
        <Plot key={name} title={name} xs={xs} lines={lines} height={180} sync="evaluations" />
      ))}
    </div>
  );
}

function seriesOf(items: readonly Evaluation[], name: string) {
  const points = items
    .filter(({ values }) => values[name] !== undefined)
    .map(({ time, values }) => ({ x: time / 1000, value: toNumber(values[name]) }))
    .sort((left, right) => left.x - right.x);
  const values = points.map(({ value }) => (value !== null && Number.isFinite(value) ? value : null));
  return { name, xs: points.map(({ x }) => x), lines: [{ name: "value", values }] };
}
