// The parameters and the latest metrics of a run as tables, which are searched when they are long.

import { TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { LoggedMetric } from "../api/curves";
import type { Node } from "../api/shapes";
import { isSystem } from "../curves/groups";
import { Ago } from "../values/Ago";
import { breakable } from "../values/names";
import { count, formatCount, formatNumber, toNumber } from "../values/numbers";
import { type Named, paramsOf } from "./run";

/** From so many rows on, one can look for some. */
const LONG = 12;
const MOST_ROWS = 500;

export function ParamTable({ run }: { run: Node }) {
  return (
    <Rows
      title="Parameters"
      noun="parameter"
      items={paramsOf(run)}
      nothing="No parameters were logged."
      head={
        <>
          <th>Parameter</th>
          <th>Value</th>
        </>
      }
      row={({ name, value }: Named) => (
        <tr key={name}>
          <th scope="row">
            <bdi>{breakable(name)}</bdi>
          </th>
          <td>
            <bdi>{value}</bdi>
          </td>
        </tr>
      )}
    />
  );
}

interface MetricTableProps {
  readonly metrics: readonly LoggedMetric[];
  readonly isCut: boolean;
}

export function MetricTable({ metrics, isCut }: MetricTableProps) {
  const own = metrics.filter(({ name }) => !isSystem(name));
  const system = metrics.length - own.length;
  const sorted = own.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
  return (
    <Rows
      title="Metrics"
      noun="metric"
      items={sorted}
      nothing="No metrics were logged."
      note={
        <>
          {system > 0 && (
            <Link to="." search={{ tab: "system" } as never}>
              {count(system, "system metric")}
            </Link>
          )}
          {isCut && ` Only the first ${count(metrics.length, "metric")} were read.`}
        </>
      }
      head={
        <>
          <th>Metric</th>
          <th className="end">Latest value</th>
          <th className="end">Step</th>
          <th>When</th>
        </>
      }
      row={({ name, latest }: LoggedMetric) => (
        <tr key={name}>
          <th scope="row">
            <Link to="." search={tabOf(name) as never} title={`${name}: its curve`}>
              <bdi>{breakable(name)}</bdi>
            </Link>
          </th>
          <td className="end number" title={String(latest.value)}>
            {formatNumber(toNumber(latest.value) ?? Number.NaN)}
          </td>
          <td className="end number">{formatNumber(latest.step)}</td>
          <td className="mlflow-when">
            <Ago time={latest.time} />
          </td>
        </tr>
      )}
    />
  );
}

/** The address of the curve of a metric. */
function tabOf(name: string): { tab: string; find: string } {
  return { tab: "metrics", find: name };
}

interface RowsProps<Item extends { readonly name: string }> {
  readonly title: string;
  readonly noun: string;
  readonly items: readonly Item[];
  readonly nothing: string;
  readonly note?: ReactNode;
  readonly head: ReactNode;
  readonly row: (item: Item) => ReactNode;
}

function Rows<Item extends { readonly name: string }>(props: RowsProps<Item>) {
  const { title, noun, items, nothing, note, head, row } = props;
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = items.filter((item) => matches(item, wanted));
  const rest = found.length - MOST_ROWS;
  return (
    <section aria-label={title}>
      <div className="mlflow-head">
        <h2>
          {title} <span className="count">{formatCount(items.length)}</span>
        </h2>
        {items.length >= LONG && (
          <TextInput
            size="xs"
            aria-label={`Find ${noun}s`}
            placeholder={`Find ${noun}s`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
      </div>
      {items.length === 0 ? (
        <p className="muted">{nothing}</p>
      ) : found.length === 0 ? (
        <p className="muted">None has “{text}” in it.</p>
      ) : (
        <div className="scroll-x">
          <table className="table mlflow-table">
            <thead>
              <tr>{head}</tr>
            </thead>
            <tbody>{found.slice(0, MOST_ROWS).map(row)}</tbody>
          </table>
        </div>
      )}
      {rest > 0 && <p className="muted">{count(rest, `more ${noun}`)}: find them by name.</p>}
      {note && <p className="muted">{note}</p>}
    </section>
  );
}

function matches(item: { readonly name: string; readonly value?: unknown }, wanted: string): boolean {
  return (
    item.name.toLowerCase().includes(wanted) ||
    String(item.value ?? "")
      .toLowerCase()
      .includes(wanted)
  );
}
