// Charts of three to 200 records: a parameter against a metric, and all axes side by side. One record is looked at in both.

import { MultiSelect, Select } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { pageOf } from "../api/shapes";
import { joinList, splitList } from "../app/search";
import { findOption } from "../values/findOption";
import { bestPlaces, directionWords, metricDirection } from "../values/metricDirection";
import { formatNumber } from "../values/numbers";
import { axisOf, axisRows, rowNamed } from "./axes";
import { Parallel } from "./Parallel";
import { Scatter } from "./Scatter";
import { type CompareRow, isNumeric, numbersOf, wordOf } from "./table";
import type { CompareProps } from "./useCompared";

const FIRST_PARAMETERS = 6;
const FIRST_METRICS = 3;

export function Charts(props: CompareProps) {
  const { comparison, names, search, turned, change } = props;
  const rows = useMemo(() => axisRows(comparison.rows), [comparison]);
  const [active, setActive] = useState<number | null>(null);
  const metrics = rows.filter((row) => row.section === "Metrics" && isNumeric(row));
  const others = rows.filter(({ section }) => section !== "Metrics");
  const y = rowNamed(metrics, search.y) ?? metrics[0];
  const x = rowNamed(rows, search.x) ?? others.find(isNumeric) ?? others[0];
  const chosen = search.axes
    ? [...new Set(splitList(search.axes).flatMap((key) => rowNamed(rows, key) ?? []))]
    : firstAxes(others, metrics);
  if (rows.length < 2 || !y) return null;
  const direction = metricDirection(y.name, turned);
  const best = bestPlaces(numbersOf(y), direction);
  const looked = { names, best, active, onActive: setActive };
  return (
    <section className="charts" aria-label="Charts">
      <p className="charts-line" aria-live="polite">
        {active === null ? (
          <span className="muted">
            ★ marks the best <span title={y.name}>{y.title}</span> ({directionWords(direction)}). Point at a record, or
            focus a chart and use the arrow keys.
          </span>
        ) : (
          <Looked {...props} at={active} rows={[...new Set([...(x ? [x] : []), y, ...chosen])]} />
        )}
      </p>
      <div className="charts-grid">
        {x && (
          <figure className="chart">
            <figcaption>
              <AxisSelect label="Parameter" rows={rows} value={x.key} onChange={(key) => change({ x: key })} />
              <span className="muted">against</span>
              <AxisSelect label="Metric" rows={metrics} value={y.key} onChange={(key) => change({ y: key })} />
            </figcaption>
            <Scatter x={axisOf(x)} y={axisOf(y)} {...looked} />
          </figure>
        )}
        <figure className="chart">
          <figcaption>
            <MultiSelect
              size="xs"
              className="charts-axes"
              aria-label="Axes"
              data={optionsOf(rows)}
              filter={findOption}
              value={chosen.map(({ key }) => key)}
              onChange={(next) => change({ axes: joinList(next) ?? "" })}
              searchable
            />
          </figcaption>
          <Parallel axes={chosen.map(axisOf)} {...looked} />
        </figure>
      </div>
    </section>
  );
}

/** Parameters first, then metrics: lines are read from the left to the right. */
function firstAxes(parameters: readonly CompareRow[], metrics: readonly CompareRow[]): CompareRow[] {
  const numbers = parameters.filter(isNumeric);
  const words = parameters.filter((row) => !isNumeric(row));
  return [...[...numbers, ...words].slice(0, FIRST_PARAMETERS), ...metrics.slice(0, FIRST_METRICS)];
}

function optionsOf(rows: readonly CompareRow[]) {
  return rows.map(({ key, title }) => ({ value: key, label: title }));
}

interface AxisSelectProps {
  readonly label: string;
  readonly rows: readonly CompareRow[];
  readonly value: string;
  readonly onChange: (key: string) => void;
}

function AxisSelect({ label, rows, value, onChange }: AxisSelectProps) {
  return (
    <Select
      className="charts-pick"
      aria-label={label}
      data={optionsOf(rows)}
      filter={findOption}
      value={value}
      onChange={(key) => key && onChange(key)}
      searchable
      allowDeselect={false}
    />
  );
}

/** The record that is looked at, in words. */
function Looked({ comparison, names, at, rows }: CompareProps & { at: number; rows: readonly CompareRow[] }) {
  const node = comparison.nodes[at];
  if (!node) return null;
  const words = rows.map((row) => {
    const number = numbersOf(row)[at];
    return `${row.title} ${typeof number === "number" ? formatNumber(number) : wordOf(row.values[at])}`;
  });
  return (
    <>
      <Link to={pageOf(node)} params={{ id: node.id }}>
        <bdi>{names[at]}</bdi>
      </Link>
      : {words.join(", ")}
    </>
  );
}
