// The table of versions: a tick, what each version is called and marked with, its metrics, who made it and when.

import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Row } from "../api/shapes";
import { Ago } from "../values/Ago";
import { BestMark } from "../values/BestMark";
import { Aliases, Labels } from "../values/Labels";
import { bestPlaces, directionWords, metricDirection } from "../values/metricDirection";
import { Name } from "../values/Name";
import { formatNumber, toNumber } from "../values/numbers";
import { StateBadge } from "../values/RecordIcon";
import type { Ticks } from "./useTicks";

interface VersionTableProps {
  readonly rows: readonly Row[];
  readonly current: string;
  readonly metrics: readonly string[];
  /** What each metric is called. */
  readonly called: ReadonlyMap<string, string>;
  readonly ticks: Ticks;
}

export const VersionTable = memo(({ rows, current, metrics, called, ticks }: VersionTableProps) => {
  const best = metrics.map((metric) =>
    bestPlaces(
      rows.map((row) => toNumber(row.metrics[metric]?.last)),
      metricDirection(metric),
    ),
  );
  return (
    <div className="scroll-x">
      <table className="table versions-table">
        <thead>
          <tr>
            <th>
              <input
                type="checkbox"
                className="tick"
                aria-label="Tick all versions that are loaded"
                checked={ticks.ticked.size === rows.length}
                onChange={ticks.toggleAll}
              />
            </th>
            <th>Version</th>
            <th>Aliases</th>
            {metrics.map((metric) => (
              <th key={metric} className="end" title={`${metric}: ${directionWords(metricDirection(metric))}`}>
                {called.get(metric) ?? metric}
              </th>
            ))}
            <th>Labels</th>
            <th>State</th>
            <th>Made by</th>
            <th>Created</th>
            <th>Lineage</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={row.key} aria-current={row.id === current || undefined}>
              <td>
                <TickBox row={row} at={at} ticks={ticks} />
              </td>
              <VersionCells row={row} isCurrent={row.id === current} />
              {metrics.map((metric, place) => (
                <Figure key={metric} row={row} metric={metric} isBest={best[place]?.has(at) ?? false} />
              ))}
              <OtherCells row={row} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});

function TickBox({ row, at, ticks }: { row: Row; at: number; ticks: Ticks }) {
  return (
    <input
      type="checkbox"
      className="tick"
      aria-label={`Tick version ${row.version ?? row.key}`}
      tabIndex={at === ticks.cursor ? 0 : -1}
      checked={ticks.ticked.has(row.key)}
      onChange={() => undefined}
      onClick={(event) => ticks.toggle(at, event.shiftKey)}
      onFocus={() => ticks.setCursor(at)}
      onKeyDown={(event) => ticks.press(event, at)}
    />
  );
}

function VersionCells({ row, isCurrent }: { row: Row; isCurrent: boolean }) {
  return (
    <>
      <td className="version-name">
        <Link to="/artifacts/$id" params={{ id: row.id }}>
          <Name name={row.version ?? ""} fallback={`id ${row.id}`} />
        </Link>
        {isCurrent && <span className="muted"> (this)</span>}
        {row.archived !== null && <span className="muted"> (archived)</span>}
      </td>
      <td>
        <Aliases aliases={row.aliases} most={3} />
      </td>
    </>
  );
}

function Figure({ row, metric, isBest }: { row: Row; metric: string; isBest: boolean }) {
  const value = row.metrics[metric];
  const number = toNumber(value?.last);
  return (
    <td className="end number" title={value === undefined ? undefined : String(value.last)}>
      {isBest && <BestMark />}
      {number === null ? "–" : formatNumber(number)}
    </td>
  );
}

function OtherCells({ row }: { row: Row }) {
  return (
    <>
      <td>
        <Labels labels={row.labels} most={3} />
      </td>
      <td>
        <StateBadge state={row.state} />
      </td>
      <td>
        {row.made_by ? (
          <Link to="/executions/$id" params={{ id: row.made_by.id }}>
            <bdi>{row.made_by.name || `#${row.made_by.id}`}</bdi>
          </Link>
        ) : (
          "–"
        )}
      </td>
      <td>
        <Ago time={row.created} />
      </td>
      <td>
        <Link to="/lineage" search={{ focus: row.key }}>
          Lineage
        </Link>
      </td>
    </>
  );
}
