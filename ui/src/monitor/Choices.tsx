// The choices of the monitor. Each one shows what the store has: nobody types a name from memory.

import { Button, SegmentedControl, Select, Switch, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useSeries } from "../api/metrics";
import type { components } from "../api/schema";
import { joinList, type MonitorSearch } from "../app/search";
import { FilterBox } from "../filter/FilterBox";
import { findOption } from "../values/findOption";
import { fieldName, metricName, metricNames } from "../values/humanNames";
import { formatCount } from "../values/numbers";
import { formatLocal } from "../values/times";
import { groupKey, groupsOf, lineNames, metricsOf, NO_GROUP } from "./address";
import { ListLimits, MOST_OPTIONS } from "./LinePicker";

interface ChoicesProps {
  readonly search: MonitorSearch;
  readonly change: (changes: MonitorSearch) => void;
  readonly columns: readonly components["schemas"]["Column"][] | undefined;
  /** Whether all metrics of the store are among the columns. */
  readonly allMetrics: boolean;
  /** The metrics that are plotted. */
  readonly metrics: readonly string[];
  /** The whole filter. */
  readonly q: string;
}

const FIRST_METRICS = 8;
const FIRST_GROUPS = 5;

export function Choices(props: ChoicesProps) {
  const { search, change } = props;
  return (
    <div className="monitor-choices">
      <div className="monitor-filter">
        <NamePicker {...props} />
        <FilterBox
          kind="artifacts"
          filter={search.filter ?? ""}
          raw={search.fx}
          problem={undefined}
          onFilter={(filter) => change({ filter, fx: "" })}
          onRaw={(fx) => change({ fx, filter: "" })}
        />
      </div>
      {props.columns && <MetricPicker {...props} />}
      {props.columns && <GroupPicker {...props} />}
      <div className="monitor-row">
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
        {search.from && (
          <Button variant="light" onClick={() => change({ from: "", to: "" })}>
            {formatLocal(Number(search.from))} to {formatLocal(Number(search.to ?? 0))}: all times
          </Button>
        )}
      </div>
    </div>
  );
}

/** The names that have the first metric, the newest first. */
function NamePicker({ search, change, metrics }: ChoicesProps) {
  const [first] = metrics;
  const ask = { metric: first ?? "", q: search.filter ?? "", query: search.fx, groupBy: ["name"], lines: 0 };
  const [found] = useSeries(first === undefined ? [] : [ask], false);
  const known = lineNames([found?.data]);
  const names = known.filter(Boolean);
  const data = search.name && !names.includes(search.name) ? [search.name, ...names] : names;
  const enter = (name: string | null) =>
    // Whoever names a model asks whether it got better from version to version.
    change({ name: name ?? "", lines: "", ...(name && !search.by && { by: "version" }) });
  return (
    <div className="monitor-name">
      <Select
        className="monitor-pick"
        aria-label="Name"
        placeholder="All names"
        data={data}
        value={search.name ?? null}
        onChange={enter}
        searchable
        clearable
        limit={MOST_OPTIONS}
        nothingFoundMessage={first ? `No such name has ${metricName(first)}` : "No metrics"}
      />
      <ListLimits names={known.length} groups={found?.data?.groups ?? 0} />
    </div>
  );
}

function MetricPicker({ search, change, columns, allMetrics, metrics }: ChoicesProps) {
  const known = metricsOf(columns);
  const called = metricNames([...known, ...metrics]);
  const shown = [...new Set([...known.slice(0, FIRST_METRICS), ...metrics])];
  const rest = known.filter((metric) => !shown.includes(metric));
  const toggle = (metric: string) => {
    const next = metrics.includes(metric) ? metrics.filter((other) => other !== metric) : [...metrics, metric];
    change({ metrics: joinList(next) ?? "" });
  };
  return (
    <div className="monitor-row" role="group" aria-label="Metrics to plot">
      <span className="muted">Metrics</span>
      {shown.map((metric) => (
        <Button
          key={metric}
          variant={metrics.includes(metric) ? "light" : "default"}
          aria-pressed={metrics.includes(metric)}
          title={metric}
          onClick={() => toggle(metric)}
        >
          {called.get(metric)}
        </Button>
      ))}
      {rest.length > 0 && (
        <Select
          key={search.metrics}
          className="monitor-pick"
          aria-label="Add a metric"
          placeholder={`${formatCount(rest.length)} more`}
          data={rest.map((metric) => ({ value: metric, label: called.get(metric) ?? metric }))}
          filter={findOption}
          value={null}
          onChange={(metric) => metric && toggle(metric)}
          searchable
        />
      )}
      {!allMetrics && <UnlistedMetric onAdd={(metric) => !metrics.includes(metric) && toggle(metric)} />}
    </div>
  );
}

/** The store has more names of metrics than the server looks for: one of the others is named by typing it. */
function UnlistedMetric({ onAdd }: { onAdd: (metric: string) => void }) {
  const [typed, setTyped] = useState("");
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim()) onAdd(typed.trim());
    setTyped("");
  };
  return (
    <form onSubmit={add}>
      <TextInput
        className="monitor-pick"
        aria-label="A metric that is not listed, by its exact name"
        placeholder="Exact name of another"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </form>
  );
}

function GroupPicker({ search, change, columns }: ChoicesProps) {
  const known = groupsOf(columns);
  const group = groupKey(search) ?? NO_GROUP;
  const shown = [...new Set([...known.slice(0, FIRST_GROUPS), ...(group === NO_GROUP ? [] : [group])])];
  const rest = known.filter((key) => !shown.includes(key));
  const choose = (key: string) => change({ group: key === "name" ? "" : key, lines: "" });
  return (
    <div className="monitor-row" role="group" aria-label="A line for each">
      <span className="muted">A line for each</span>
      {[...shown, NO_GROUP].map((key) => (
        <Button
          key={key}
          variant={key === group ? "light" : "default"}
          aria-pressed={key === group}
          title={key === NO_GROUP ? undefined : key}
          onClick={() => choose(key)}
        >
          {key === NO_GROUP ? "One line in all" : groupName(key)}
        </Button>
      ))}
      {rest.length > 0 && (
        <Select
          key={group}
          className="monitor-pick"
          aria-label="Another field for lines"
          placeholder={`${formatCount(rest.length)} more`}
          data={rest.map((key) => ({ value: key, label: groupName(key) }))}
          filter={findOption}
          value={null}
          onChange={(key) => key && choose(key)}
          searchable
        />
      )}
    </div>
  );
}

function groupName(key: string): string {
  return key.startsWith("label.") ? `Label ${key.slice("label.".length)}` : fieldName(key);
}
