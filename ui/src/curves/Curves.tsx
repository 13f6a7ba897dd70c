// The curves of one record or of several over each other: tools, a legend, and a chart for each metric.

import "./curves.css";
import { Button } from "@mantine/core";
import { useDeferredValue, useMemo, useState } from "react";
import { type MetricName, useMetricNames } from "../api/curves";
import { Empty, Loaded } from "../state/States";
import { count, formatCount } from "../values/numbers";
import type { Axis, CurveView } from "./address";
import { CurveCard } from "./CurveCard";
import { CurveLegend } from "./CurveLegend";
import { exportOf } from "./CurveTable";
import { CurveTools } from "./CurveTools";
import { found, groupsOf, isSystem } from "./groups";
import { type CurveRecord, drawnOf, looksOf } from "./lines";
import { type CurveState, useCurveView } from "./useCurveView";

/** Which metrics: those of the model, those of the machine, or both, those of the machine folded away. */
export type Part = "model" | "system" | "both";

interface CurvesProps {
  readonly records: readonly CurveRecord[];
  readonly part: Part;
}

/** From so many charts on, one can look for some by name. */
const MANY = 9;
const NONE: readonly MetricName[] = [];
/** How many charts there are at first, and how many more by one click: each takes time and space. */
const CHARTS = 60;

export default function Curves({ records, part }: CurvesProps) {
  const keys = useMemo(() => records.map(({ key }) => key), [records]);
  const names = useMetricNames(
    keys,
    records.some(({ isLive }) => isLive),
  );
  const own = useMemo(
    () => names.data?.items.filter(({ name }) => part === "both" || isSystem(name) === (part === "system")) ?? [],
    [names.data, part],
  );
  return (
    <Loaded query={names} rows={6}>
      {() => (own.length === 0 ? <Nothing part={part} /> : <Charts records={records} metrics={own} part={part} />)}
    </Loaded>
  );
}

function Nothing({ part }: Pick<CurvesProps, "part">) {
  if (part === "system") {
    return (
      <Empty title="No system metrics">
        <p className="muted">
          MLflow logs processor, memory, network and disk after <code>mlflow.enable_system_metrics_logging()</code>.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No metrics">
      <p className="muted">
        What a program logs with <code>log_metric</code> is drawn here.
      </p>
    </Empty>
  );
}

interface ChartsProps extends CurvesProps {
  readonly metrics: readonly MetricName[];
}

function Charts({ records, metrics, part }: ChartsProps) {
  const state = useCurveView();
  const { view, change } = state;
  const [marked, setMarked] = useState<string>();
  const curves = metrics.filter(({ is_curve }) => is_curve);
  const ownKeys = useMemo(() => new Set(metrics.flatMap(({ keys }) => keys)), [metrics]);
  const own = useMemo(() => records.filter(({ key }) => ownKeys.has(key)), [records, ownKeys]);
  const drawn = useMemo(() => drawnOf(own, view.hidden), [own, view.hidden]);
  const looks = useMemo(() => looksOf(own, drawn), [own, drawn]);
  const wanted = found(curves, view.find);
  const folded = part === "both" ? wanted.filter(({ name }) => isSystem(name)) : NONE;
  const open = part === "both" ? wanted.filter(({ name }) => !isSystem(name)) : wanted;
  const shown = { ...state, part, drawn, looks, marked };
  return (
    <div className="curves">
      <CurveTools {...state} axis={axisOf(view, part)} hasMany={curves.length >= MANY} />
      {own.length > 1 && <CurveLegend {...state} records={own} looks={looks} onMark={setMarked} />}
      <Groups {...shown} metrics={open} />
      {folded.length > 0 && (
        <details
          className="curve-system"
          open={view.hasSystem}
          onToggle={(event) => {
            const isOpen = event.currentTarget.open;
            if (isOpen !== view.hasSystem) change({ system: isOpen ? "1" : "" });
          }}
        >
          <summary>
            System metrics <span className="count">{formatCount(folded.length)}</span>
          </summary>
          {view.hasSystem && <Groups {...shown} part="system" metrics={folded} />}
        </details>
      )}
      <Rest
        isEmpty={wanted.length === 0}
        single={metrics.length - curves.length}
        find={view.find}
        keys={own.map(({ key }) => key)}
      />
    </div>
  );
}

/** The axis that was chosen; by default steps, and times for what a machine reports by the clock. */
function axisOf(view: CurveView, part: Part): Axis {
  return view.axis ?? (part === "system" ? "relative" : "step");
}

interface GroupsProps extends CurveState {
  readonly metrics: readonly MetricName[];
  readonly part: Part;
  readonly drawn: readonly CurveRecord[];
  readonly looks: ReadonlyMap<string, number>;
  readonly marked: string | undefined;
}

function Groups({ metrics, part, ...shown }: GroupsProps) {
  const smoothing = useDeferredValue(shown.view.smoothing);
  const axis = axisOf(shown.view, part);
  const [most, setMost] = useState(CHARTS);
  const rest = metrics.length - most;
  const groups = groupsOf(metrics.slice(0, most)).map((group) => (
    <section key={group.name} aria-label={group.name || "Metrics"}>
      {group.name && <h3>{group.name}</h3>}
      <div className="curve-grid">
        {group.metrics.map((metric) => (
          <CurveCard
            key={metric.name}
            {...shown}
            view={{ ...shown.view, smoothing }}
            metric={metric.name}
            title={titleOf(metric.name, group.name)}
            having={metric.keys}
            // Steps say nothing where all points have the same one.
            axis={axis === "step" && !metric.has_steps ? "relative" : axis}
            isWithoutSteps={axis === "step" && !metric.has_steps}
          />
        ))}
      </div>
    </section>
  ));
  return (
    <>
      {groups}
      {rest > 0 && (
        <p className="plots-rest">
          <span>
            {formatCount(most)} of {count(metrics.length, "metric")} drawn
          </span>
          <Button onClick={() => setMost(most + CHARTS)}>Draw {formatCount(Math.min(CHARTS, rest))} more</Button>
        </p>
      )}
    </>
  );
}

/** A name without what its heading says: train/loss under "train". */
function titleOf(name: string, group: string): string {
  if (isSystem(name)) return name.slice("system/".length);
  return group && name.startsWith(`${group}/`) ? name.slice(group.length + 1) : name;
}

interface RestProps {
  readonly isEmpty: boolean;
  /** How many have one value alone. */
  readonly single: number;
  readonly find: string;
  readonly keys: readonly string[];
}

/** What is not drawn, and everything as a file. */
function Rest({ isEmpty, single, find, keys }: RestProps) {
  return (
    <p className="curve-rest muted">
      {isEmpty && find && <span>No metric with a curve has “{find}” in its name. </span>}
      {single > 0 && (
        <span>
          {count(single, "metric")} {single === 1 ? "has" : "have"} one value and no curve.{" "}
        </span>
      )}
      <a href={exportOf(keys)} download="metrics.csv">
        All points as CSV
      </a>
    </p>
  );
}
