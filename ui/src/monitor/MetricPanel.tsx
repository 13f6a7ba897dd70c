// Metrics of what a name or filter finds, on one axis of time or of versions; model and system metrics together.

import { Button, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { useMemo } from "react";
import { useFields } from "../api/listing";
import { useSeries } from "../api/metrics";
import { useFilterWith } from "../api/searches";
import type { Series } from "../api/shapes";
import { joinList, type MonitorSearch, quoteItem, splitList } from "../app/search";
import { Empty, Failed, Loading } from "../state/States";
import { Ago } from "../values/Ago";
import { formatCount } from "../values/numbers";
import { Plot } from "../values/Plot";
import { bestSoFar, byTime, byVersion, extentOf, notFinite, versionsOf } from "./lines";

interface MetricPanelProps {
  readonly search: MonitorSearch;
  readonly change: (changes: MonitorSearch) => void;
  readonly refresh: number | false;
}

const FIRST = 4;

export function MetricPanel({ search, change, refresh }: MetricPanelProps) {
  const filter = useFilterWith(search.filter ?? "", search.name ? [["name", search.name]] : []);
  // Reporters have the metrics as columns; what they are about is found by name once a metric is chosen.
  const fields = useFields("artifacts", "", undefined, true);
  const known =
    fields.data?.columns.filter(({ key }) => key.startsWith("metric.")).map(({ key }) => key.slice(7)) ?? [];
  const metrics = search.metrics ? splitList(search.metrics) : known.slice(0, FIRST);
  const zoom = {
    since: search.from ? Number(search.from) : undefined,
    until: search.to ? Number(search.to) : undefined,
  };
  const groupBy = search.group ? [quoteItem(search.group)] : [];
  const series = useSeries(
    filter.data === undefined ? [] : metrics.map((metric) => ({ metric, q: filter.data, groupBy, ...zoom })),
    refresh,
  );
  const axis = useAxis(series.map(({ data }) => data?.series));
  const toggle = (metric: string) => {
    const next = metrics.includes(metric) ? metrics.filter((other) => other !== metric) : [...metrics, metric];
    change({ metrics: joinList(next) });
  };
  return (
    <section aria-label="Metrics">
      <Choices search={search} change={change} />
      <div className="chips" role="group" aria-label="Metrics to plot">
        {known.slice(0, 24).map((metric) => (
          <Button
            key={metric}
            variant={metrics.includes(metric) ? "light" : "default"}
            aria-pressed={metrics.includes(metric)}
            onClick={() => toggle(metric)}
          >
            {metric}
          </Button>
        ))}
        {zoom.since !== undefined && (
          <Button variant="light" onClick={() => change({ from: "", to: "" })}>
            <Ago time={zoom.since} exact />
            &nbsp;to <Ago time={zoom.until} exact />: all times
          </Button>
        )}
      </div>
      {fields.isSuccess && known.length === 0 && (
        <Empty title="No metrics are recorded yet">
          <p className="muted">Log Metrics with values, and name the model that they are about.</p>
        </Empty>
      )}
      {filter.error && <Failed error={filter.error} retry={() => void filter.refetch()} />}
      <div className="plots">
        {!filter.error &&
          metrics.map((metric, at) => (
            <MetricPlot key={metric} metric={metric} query={series[at]} axis={axis} search={search} change={change} />
          ))}
      </div>
    </section>
  );
}

interface Axis {
  readonly extent: readonly [number, number] | undefined;
  readonly versions: readonly string[];
}

/** One axis for all plots, so that what happened at the same time, or to the same version, stands above each other. */
function useAxis(loaded: readonly (readonly Series[] | undefined)[]): Axis {
  const stamp = loaded.map((series) => series?.map(({ total, points }) => `${total}/${points.at(-1)?.time}`)).join(";");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp stands for what is loaded
  return useMemo(() => {
    const all = loaded.flatMap((series) => series ?? []);
    return { extent: extentOf(all), versions: versionsOf(all) };
  }, [stamp]);
}

function Choices({ search, change }: Omit<MetricPanelProps, "refresh">) {
  const enter = (name: keyof MonitorSearch, text: string) => {
    if (text === (search[name] ?? "")) return;
    // Whoever names a model asks whether it got better from version to version.
    change({ [name]: text, ...(name === "name" && text && !search.by && { by: "version" }) });
  };
  const field = (name: keyof MonitorSearch, label: string, placeholder: string) => (
    <TextInput
      key={`${name}${search[name] ?? ""}`}
      label={label}
      placeholder={placeholder}
      defaultValue={search[name] ?? ""}
      onBlur={(event) => enter(name, event.currentTarget.value.trim())}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
  return (
    <div className="monitor-choices">
      {field("name", "Of", "name, such as loaf-forecast")}
      {field("filter", "Filter", "label.team=forecasting")}
      {field("group", "A line for each", "label.env, version, name")}
      {field("threshold", "Threshold", "0.9")}
      <SegmentedControl
        size="xs"
        aria-label="Over"
        data={[
          { value: "time", label: "Over time" },
          { value: "version", label: "By version" },
        ]}
        value={search.by ?? "time"}
        onChange={(by) => change({ by: by === "time" ? "" : by })}
      />
      <Switch
        size="xs"
        label="Best so far"
        checked={Boolean(search.best)}
        onChange={(event) => change({ best: event.currentTarget.checked ? "1" : "" })}
      />
    </div>
  );
}

interface MetricPlotProps extends Omit<MetricPanelProps, "refresh"> {
  readonly metric: string;
  readonly query: ReturnType<typeof useSeries>[number] | undefined;
  readonly axis: Axis;
}

function MetricPlot({ metric, query, axis, search, change }: MetricPlotProps) {
  const drawn = useMemo(() => {
    const series = query?.data?.series ?? [];
    return search.by === "version" ? byVersion(series, axis.versions) : byTime(series);
  }, [query?.data, search.by, axis.versions]);
  if (query?.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query?.data) return <Loading rows={4} />;
  if (drawn.xs.length === 0) return <Empty title={`No ${metric} here`} />;
  const thinned = query.data.series.filter(({ downsampled }) => downsampled);
  const total = query.data.series.reduce((sum, series) => sum + series.total, 0);
  const odd = notFinite(query.data.series);
  const threshold =
    search.threshold && Number.isFinite(Number(search.threshold)) ? Number(search.threshold) : undefined;
  const zoom = (from: number, to: number) =>
    change({ from: String(Math.floor(from * 1000)), to: String(Math.ceil(to * 1000)) });
  return (
    <div className="plot-panel">
      <Plot
        title={metric}
        xs={drawn.xs}
        lines={drawn.lines}
        threshold={threshold}
        best={search.best ? bestSoFar(drawn.lines, metric) : undefined}
        sync="monitor"
        {...(search.by === "version"
          ? { ticks: drawn.ticks, range: [-0.2, Math.max(0.2, drawn.ticks.length - 0.8)] }
          : { onZoom: zoom, range: axis.extent })}
      />
      {odd > 0 && (
        <p className="muted">
          {odd === 1 ? "1 value is" : `${formatCount(odd)} values are`} NaN or infinite, and not drawn.
        </p>
      )}
      {thinned.length > 0 && (
        <p className="muted">
          {formatCount(total)} values; least, greatest, first and last of each span are drawn. Zoom in for all.
        </p>
      )}
    </div>
  );
}
