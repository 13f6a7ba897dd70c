// The metrics of one artifact over time, for those that were reported more than once: a few at first, more on demand.

import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Evaluation } from "../api/shapes";
import { metricName } from "../values/humanNames";
import { count, formatCount, toNumber } from "../values/numbers";
import { Plot } from "../values/Plot";

const FIRST = 4;
/** How many more are drawn by one click: each takes time and space. */
const STEP = 12;

interface EvaluationPlotsProps {
  readonly items: readonly Evaluation[];
  readonly names: readonly string[];
}

export default function EvaluationPlots({ items, names }: EvaluationPlotsProps) {
  const [most, setMost] = useState(FIRST);
  const series = useMemo(() => {
    const all = names.map((name) => seriesOf(items, name));
    return all.filter(({ xs }) => xs.length > 1);
  }, [items, names]);
  const rest = series.length - most;
  return (
    <>
      <div className="plots">
        {series.slice(0, most).map(({ name, xs, lines }) => (
          <Plot
            key={name}
            title={metricName(name)}
            exact={name}
            xs={xs}
            lines={lines}
            height={180}
            sync="evaluations"
          />
        ))}
      </div>
      {rest > 0 && (
        <p className="plots-rest">
          <span>
            {formatCount(most)} of {count(series.length, "metric")} drawn
          </span>
          <Button onClick={() => setMost(most + STEP)}>Draw {formatCount(Math.min(STEP, rest))} more</Button>
        </p>
      )}
    </>
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
