// One metric: its plot, which way it is better, its threshold, and what the plot does not show.

import { NumberInput } from "@mantine/core";
import { useMemo } from "react";
import type { useSeries } from "../api/metrics";
import { type MonitorSearch, splitList, toggledItem } from "../app/search";
import { Empty, Failed, Loading } from "../state/States";
import { DirectionMark } from "../values/DirectionMark";
import { metricName } from "../values/humanNames";
import { metricDirection } from "../values/metricDirection";
import { count } from "../values/numbers";
import { Plot } from "../values/Plot";
import { samplingNotes, thresholdOf, withThreshold } from "./address";
import { type Axis, bestSoFar, byTime, byVersion, notFinite } from "./lines";

interface MetricPlotProps {
  readonly search: MonitorSearch;
  readonly change: (changes: MonitorSearch) => void;
  readonly metric: string;
  readonly query: ReturnType<typeof useSeries>[number] | undefined;
  readonly axis: Axis;
}

export function MetricPlot({ metric, query, axis, search, change }: MetricPlotProps) {
  const drawn = useMemo(() => {
    const series = query?.data?.series ?? [];
    return search.by === "version" ? byVersion(series, axis.versions, axis.looks) : byTime(series, axis.looks);
  }, [query?.data, search.by, axis]);
  const direction = metricDirection(metric, new Set(splitList(search.turned)));
  const best = useMemo(() => bestSoFar(drawn.lines, direction), [drawn, direction]);
  if (query?.error && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query?.data) return <Loading rows={4} />;
  if (drawn.xs.length === 0) return <Empty title={`No values of ${metricName(metric)} here`} />;
  const odd = notFinite(query.data.series);
  const zoom = (from: number, to: number) =>
    change({ from: String(Math.floor(from * 1000)), to: String(Math.ceil(to * 1000)) });
  return (
    <div className="plot-panel">
      <Plot
        title={metricName(metric)}
        exact={metric}
        tools={
          <>
            <DirectionMark
              metric={metric}
              direction={direction}
              onTurn={() => change({ turned: toggledItem(search.turned, metric) })}
            />
            <Threshold metric={metric} search={search} change={change} />
          </>
        }
        xs={drawn.xs}
        lines={drawn.lines}
        threshold={thresholdOf(search, metric)}
        best={search.best ? best : undefined}
        sync="monitor"
        {...(search.by === "version"
          ? { ticks: drawn.ticks, range: [-0.2, Math.max(0.2, drawn.ticks.length - 0.8)] }
          : { onZoom: zoom, range: axis.extent })}
      />
      {odd > 0 && (
        <p className="muted">
          {count(odd, "value")} {odd === 1 ? "is" : "are"} NaN or infinite, and not drawn.
        </p>
      )}
      {samplingNotes(query.data, count).map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
    </div>
  );
}

function Threshold({ metric, search, change }: Pick<MetricPlotProps, "metric" | "search" | "change">) {
  const value = thresholdOf(search, metric);
  const enter = (text: string) => {
    const next = text.trim() === "" ? undefined : Number(text);
    if (next !== value && !Number.isNaN(next)) change({ threshold: withThreshold(search, metric, next) });
  };
  return (
    <NumberInput
      key={value ?? "none"}
      size="xs"
      className="threshold"
      aria-label={`Threshold of ${metricName(metric)}`}
      placeholder="Threshold"
      defaultValue={value ?? ""}
      hideControls
      onBlur={(event) => enter(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && enter(event.currentTarget.value)}
    />
  );
}
