// Metrics of what a name or filter finds, on one axis of time or of versions; model and system metrics together.

import { useMemo } from "react";
import { useFields, useUnknown } from "../api/listing";
import { useSeries } from "../api/metrics";
import { useFilterWith } from "../api/searches";
import type { Series } from "../api/shapes";
import { type MonitorSearch, quoteItem, splitList } from "../app/search";
import { UnknownNames } from "../filter/UnknownNames";
import { Empty, Failed, Loading } from "../state/States";
import { groupKey, lineNames, MOST_LINES, metricsOf, plottedMetrics, READABLE } from "./address";
import { Choices } from "./Choices";
import { LinePicker } from "./LinePicker";
import { type Axis, extentOf, versionsOf } from "./lines";
import { MetricPlot } from "./MetricPlot";

export interface MetricPanelProps {
  readonly search: MonitorSearch;
  readonly change: (changes: MonitorSearch) => void;
  readonly refresh: number | false;
}

/** Spans of time of a line: more than there are pixels for a line of a screen is of no use. */
const BUCKETS = 250;

export function MetricPanel({ search, change, refresh }: MetricPanelProps) {
  const filter = useFilterWith(search.filter ?? "", search.name ? [["name", search.name]] : []);
  const fields = useFields("artifacts", "", undefined, true);
  const known = useMemo(() => metricsOf(fields.data?.columns), [fields.data]);
  const metrics = plottedMetrics(search, known);
  const group = groupKey(search);
  const chosen = splitList(search.lines);
  const common = {
    q: filter.data ?? "",
    query: search.fx,
    groupBy: group ? [quoteItem(group)] : [],
    lines: chosen.length > 0 ? MOST_LINES : READABLE,
    only: chosen,
    buckets: BUCKETS,
    since: search.from ? Number(search.from) : undefined,
    until: search.to ? Number(search.to) : undefined,
  };
  const series = useSeries(filter.data === undefined ? [] : metrics.map((metric) => ({ metric, ...common })), refresh);
  const answers = series.map(({ data }) => data);
  const isEmpty = answers.length > 0 && answers.every((answer) => answer?.series.length === 0);
  const unknown = useUnknown(search.filter ?? "", search.fx, isEmpty);
  const axis = useAxis(answers.map((answer) => answer?.series));
  const names = lineNames(answers);
  const groups = Math.max(0, ...answers.map((answer) => answer?.groups ?? 0));
  return (
    <section aria-label="Metrics">
      <Choices
        search={search}
        change={change}
        columns={fields.data?.columns}
        allMetrics={fields.data?.all_metrics ?? true}
        metrics={metrics}
        q={filter.data ?? ""}
      />
      {group && groups > 0 && (
        <LinePicker group={group} names={names} drawn={axis.looks} groups={groups} chosen={chosen} change={change} />
      )}
      {fields.isPending && <Loading rows={6} />}
      {fields.isSuccess && known.length === 0 && (
        <Empty title="No metrics are recorded yet">
          <p className="muted">Log Metrics with values, and name the model that they are about.</p>
        </Empty>
      )}
      {filter.error && <Failed error={filter.error} retry={() => void filter.refetch()} />}
      {isEmpty && unknown && (
        <Empty title="No artifacts fit this filter">
          <UnknownNames filter={search.filter ?? ""} unknown={unknown} onFilter={(next) => change({ filter: next })} />
        </Empty>
      )}
      <div className="plots">
        {!filter.error &&
          metrics.map((metric, at) => (
            <MetricPlot key={metric} metric={metric} query={series[at]} axis={axis} search={search} change={change} />
          ))}
      </div>
    </section>
  );
}

/** One axis for all plots, so that what happened at the same time, or to the same version, stands above each other. */
function useAxis(loaded: readonly (readonly Series[] | undefined)[]): Axis {
  const stamp = JSON.stringify(
    loaded.map((series) => series?.map(({ group, total, points }) => [group, total, points.at(-1)?.time])),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp stands for what is loaded
  return useMemo(() => {
    const all = loaded.flatMap((series) => series ?? []);
    const values = [...new Set(all.map(({ group }) => Object.values(group)[0] ?? ""))];
    return { extent: extentOf(all), versions: versionsOf(all), looks: new Map(values.map((value, at) => [value, at])) };
  }, [stamp]);
}
